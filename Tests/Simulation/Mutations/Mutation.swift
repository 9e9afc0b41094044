/// A guard or a promise switched off in the product's source, so that the simulation can show that it would notice.
///
/// Nothing of this is in the product: `scripts/mutate` patches a copy, builds it once with all mutations in it, and
/// switches one on at a time.
public struct Mutation: Sendable {
    public let name: String
    /// Below `Sources/`.
    public let file: String
    /// Stands there exactly once.
    public let original: String
    /// `MUTATED` stands for "this mutation is on".
    public let replacement: String

    init(_ name: String, _ file: String, _ original: String, _ replacement: String) {
        self.name = name
        self.file = file
        self.original = original
        self.replacement = replacement
    }

    /// The patched source; nil where the original does not stand there exactly once.
    public func patched(_ source: String) -> String? {
        let parts = source.components(separatedBy: original)
        guard parts.count == 2 else { return nil }
        let condition = "Mutation.isOn(\"\(name)\")"
        return parts.joined(separator: replacement.components(separatedBy: "MUTATED").joined(separator: condition))
    }

    /// Added to the copy's core: what the patches ask.
    public static let source = """
        internal import Glibc

        public enum Mutation {
            private static let active = getenv("HANDRAIL_MUTATION").map { String(cString: $0) } ?? ""
            public static func isOn(_ name: String) -> Bool { active == name }
        }
        """
    public static let sourceFile = "HandrailCore/Mutation.swift"
}

extension String {
    fileprivate func components(separatedBy separator: String) -> [String] {
        split(separator: separator, omittingEmptySubsequences: false).map(String.init)
    }
}
