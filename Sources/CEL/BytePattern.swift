import CRE2

/// A regular expression over bytes, whether or not they are UTF-8. In RE2's syntax and, like `LinearRegex`, linear.
///
/// `@unchecked Sendable`, with this proof: the only state is a pointer to an RE2 object that is set once, freed in `deinit` and nowhere
/// else, and used only for `RE2::Match`, which RE2 documents as safe to call from many threads at once.
public final class BytePattern: @unchecked Sendable {
    private static let memoryLimitBytes: Int64 = 4 << 20

    private let compiled: OpaquePointer

    /// - Parameter pattern: ASCII; `.` is one byte.
    public init(_ pattern: String) throws(CELIssue) {
        var message = [CChar](repeating: 0, count: 256)
        let compiled = pattern.withBytes { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                cre2_compile_bytes(
                    characters.baseAddress, characters.count, Self.memoryLimitBytes, &message, message.count)
            }
        }
        guard let compiled else {
            let reason = String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            throw CELIssue(message: "invalid regular expression: \(reason)", range: 0..<pattern.utf8.count)
        }
        self.compiled = compiled
    }

    deinit {
        cre2_free(compiled)
    }

    /// Whether it is anywhere in the bytes.
    public func isFound(in bytes: [UInt8]) -> Bool { bytes.withUnsafeBytes { isFound(in: $0) } }

    /// The same for a text that lies somewhere already.
    public func isFound(in bytes: UnsafeRawBufferPointer) -> Bool {
        let text = bytes.assumingMemoryBound(to: CChar.self)
        var place = (begin: 0, end: 0, matchEnd: 0)
        return cre2_find_match(compiled, text.baseAddress, text.count, 0, &place.begin, &place.end, &place.matchEnd)
    }

    /// All matches from left to right that do not overlap: of the pattern's first group where it has one that took part,
    /// else of the whole.
    public func matches(in bytes: [UInt8]) -> [Range<Int>] {
        bytes.withUnsafeBytes { buffer in
            let text = buffer.assumingMemoryBound(to: CChar.self)
            var matches: [Range<Int>] = []
            var start = 0
            var begin = 0
            var end = 0
            var matchEnd = 0
            while start <= text.count,
                cre2_find_match(compiled, text.baseAddress, text.count, start, &begin, &end, &matchEnd)
            {
                matches.append(begin..<end)
                // An empty match must not be found for ever.
                start = max(matchEnd, start + 1)
            }
            return matches
        }
    }
}
