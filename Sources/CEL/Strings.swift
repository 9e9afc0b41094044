import CRE2
import Glibc

/// CEL compares code points. Swift's `==` would call a letter with an accent equal to the letter followed by a combining
/// accent, so nothing in this module may use it on the user's strings.
extension String {
    func hasSameBytes(as other: String) -> Bool {
        guard utf8.count == other.utf8.count else { return false }
        return withBytes { left in other.withBytes { right in left.hasSameBytes(as: right) } }
    }

    /// Order of code points, which is the order of UTF-8 bytes.
    func precedes(_ other: String) -> Bool {
        withBytes { left in other.withBytes { right in left.lexicographicallyPrecedes(right) } }
    }

    /// Below zero where this one comes first, in the order of code points; zero for the same bytes.
    func byteOrder(_ other: String) -> Int {
        withBytes { left in
            other.withBytes { right in
                let shared = min(left.count, right.count)
                guard shared > 0, let start = left.baseAddress, let otherStart = right.baseAddress else {
                    return left.count - right.count
                }
                let order = memcmp(start, otherStart, shared)
                return order == 0 ? left.count - right.count : Int(order)
            }
        }
    }

    func contains(bytesOf part: String) -> Bool {
        withBytes { text in part.withBytes { part in text.offset(of: part) != nil } }
    }

    func starts(withBytesOf part: String) -> Bool {
        withBytes { text in
            part.withBytes { part in
                part.count <= text.count
                    && UnsafeBufferPointer(rebasing: text.prefix(part.count)).hasSameBytes(as: part)
            }
        }
    }

    func ends(withBytesOf part: String) -> Bool {
        withBytes { text in
            part.withBytes { part in
                part.count <= text.count
                    && UnsafeBufferPointer(rebasing: text.suffix(part.count)).hasSameBytes(as: part)
            }
        }
    }

    /// The bytes, without a copy for every string that Swift made itself.
    func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        if let result = utf8.withContiguousStorageIfAvailable(body) { return result }
        return Array(utf8).withUnsafeBufferPointer(body)
    }
}

extension UnsafeBufferPointer<UInt8> {
    func hasSameBytes(as other: UnsafeBufferPointer<UInt8>) -> Bool {
        guard count == other.count else { return false }
        guard let left = baseAddress, let right = other.baseAddress else { return true }
        return memcmp(left, right, count) == 0
    }

    /// Where `part` first occurs; linear in the length of both.
    func offset(of part: UnsafeBufferPointer<UInt8>) -> Int? {
        guard let partStart = part.baseAddress, !part.isEmpty else { return 0 }
        guard let start = baseAddress, !isEmpty else { return nil }
        let offset = cre2_find(start, count, partStart, part.count)
        return offset < 0 ? nil : offset
    }
}
