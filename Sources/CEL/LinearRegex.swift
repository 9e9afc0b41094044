import CRE2

/// A regular expression in RE2's syntax. Matching takes time linear in the text, whatever the pattern.
///
/// `@unchecked Sendable`, with this proof: the only state is a pointer to an RE2 object that is set once, freed in `deinit` and nowhere
/// else, and used only for `RE2::Match`, which RE2 documents as safe to call from many threads at once.
public final class LinearRegex: @unchecked Sendable {
    /// Bounds what one pattern may take, in compiled form and while matching.
    private static let memoryLimitBytes: Int64 = 1 << 20

    /// As compiled.
    public let pattern: String
    private let compiled: OpaquePointer

    /// The range is relative to the pattern.
    public init(_ pattern: String) throws(CELIssue) {
        var message = [CChar](repeating: 0, count: 256)
        let compiled = pattern.withBytes { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                cre2_compile(
                    characters.baseAddress, characters.count, Self.memoryLimitBytes, &message, message.count)
            }
        }
        guard let compiled else {
            let bytes = message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            let reason = String(decoding: bytes, as: UTF8.self)
            throw CELIssue(message: "invalid regular expression: \(reason)", range: 0..<pattern.utf8.count)
        }
        self.pattern = pattern
        self.compiled = compiled
    }

    deinit {
        cre2_free(compiled)
    }

    /// Whether all of the text matches.
    public func matchesWhole(_ text: String) -> Bool {
        matches(text, whole: true)
    }

    /// Whether some part of the text matches, as CEL's `matches` asks.
    public func matchesPart(of text: String) -> Bool {
        matches(text, whole: false)
    }

    private func matches(_ text: String, whole: Bool) -> Bool {
        text.withBytes { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                cre2_matches(compiled, characters.baseAddress, characters.count, whole)
            }
        }
    }
}
