internal import HandrailCore

/// Decodes the `secrets` of an action: names that its commands find in their environment. Values never stand in a file.
struct SecretNames {
    /// What a child's environment holds anyway, and what tells the system's loader to load something else.
    private static let reserved = ["PATH", "HOME", "LANG"]
    private static let reservedPrefix = "LD_"
    private static let longestNameBytes = 64

    let reading: Reading

    func decode(_ node: YAMLNode?) -> [String] {
        var names: [String] = []
        var known: Set<ExactText> = []
        for item in reading.list(node, "`secrets`") {
            guard let name = reading.text(item, "the name of a secret"), isAllowed(name, at: item) else { continue }
            if known.insert(ExactText(name)).inserted {
                names.append(name)
            } else {
                reading.error("duplicate-name", "secret \(quoted(name)) is named twice", at: item)
            }
        }
        return names
    }

    private func isAllowed(_ name: String, at node: YAMLNode) -> Bool {
        guard Self.isName(name) else {
            let upper = name.uppercased()
            reading.error(
                "not-a-secret-name",
                "the name of a secret is upper-case letters, digits and `_`, a letter first, and not \(quoted(name))",
                at: node, suggestion: Self.isName(upper) ? upper : nil)
            return false
        }
        guard !Self.reserved.contains(name), !name.hasPrefix(Self.reservedPrefix) else {
            reading.error(
                "reserved-name", "\(quoted(name)) is not for secrets: it means something to the system", at: node)
            return false
        }
        return true
    }

    private static func isName(_ name: String) -> Bool {
        guard let first = name.utf8.first, UInt8(ascii: "A")...UInt8(ascii: "Z") ~= first else { return false }
        return name.utf8.count <= longestNameBytes
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }
}
