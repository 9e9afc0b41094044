/// SipHash-2-4 with 128 bits of output, after the reference implementation of Aumasson and Bernstein.
///
/// The core imports no cryptography, and Swift's `Hasher` is another function in every process.
public enum SipHash128 {
    public struct Key: Hashable, Sendable {
        public let first: UInt64
        public let second: UInt64

        public init(first: UInt64, second: UInt64) {
            self.first = first
            self.second = second
        }

        /// A fixed key: two replays of one recording are byte-identical.
        public static let forReplay = Key(first: 0x6861_6e64_7261_696c, second: 0x7265_706c_6179_2f31)
    }

    public static func hash(_ bytes: [UInt8], key: Key) -> Fingerprint {
        bytes.withUnsafeBytes { hash($0, key: key) }
    }

    static func hash(_ bytes: UnsafeRawBufferPointer, key: Key) -> Fingerprint {
        var state = State(key: key)
        let wordCount = bytes.count / 8
        for index in 0..<wordCount {
            state.absorb(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self)))
        }
        var last = UInt64(truncatingIfNeeded: bytes.count) << 56
        for (position, offset) in (wordCount * 8..<bytes.count).enumerated() {
            last |= UInt64(bytes[offset]) << UInt64(8 * position)
        }
        state.absorb(last)
        return state.finish()
    }

    private struct State {
        var v0, v1, v2, v3: UInt64

        init(key: Key) {
            v0 = key.first ^ 0x736f_6d65_7073_6575
            v1 = key.second ^ 0x646f_7261_6e64_6f6d ^ 0xee
            v2 = key.first ^ 0x6c79_6765_6e65_7261
            v3 = key.second ^ 0x7465_6462_7974_6573
        }

        mutating func absorb(_ word: UInt64) {
            v3 ^= word
            round()
            round()
            v0 ^= word
        }

        mutating func finish() -> Fingerprint {
            v2 ^= 0xee
            for _ in 0..<4 { round() }
            let first = v0 ^ v1 ^ v2 ^ v3
            v1 ^= 0xdd
            for _ in 0..<4 { round() }
            return Fingerprint(high: first, low: v0 ^ v1 ^ v2 ^ v3)
        }

        private mutating func round() {
            v0 = v0 &+ v1
            v1 = v1.rotatedLeft(13) ^ v0
            v0 = v0.rotatedLeft(32)
            v2 = v2 &+ v3
            v3 = v3.rotatedLeft(16) ^ v2
            v0 = v0 &+ v3
            v3 = v3.rotatedLeft(21) ^ v0
            v2 = v2 &+ v1
            v1 = v1.rotatedLeft(17) ^ v2
            v2 = v2.rotatedLeft(32)
        }
    }
}

extension UInt64 {
    fileprivate func rotatedLeft(_ bits: UInt64) -> UInt64 {
        (self << bits) | (self >> (64 - bits))
    }
}
