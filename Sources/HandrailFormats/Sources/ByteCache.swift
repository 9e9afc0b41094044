internal import Glibc

/// Remembers values by the bytes that they were made from, within bounds.
///
/// Two generations: when the young one is full it becomes the old one, and what was old is forgotten. What is found in
/// the old one moves to the young one, so what is in use stays. The hash is keyed with random words, and a chain of
/// collisions is cut short: whoever chooses the bytes can cause misses, but not slow the cache down.
///
/// In small shards that forget at different times: to let go of 4,096 values at once takes some milliseconds, and somebody waits.
struct ByteCache<Value: AnyObject> {
    struct Limits: Sendable {
        /// Of one generation of all shards together; the cache holds twice as much.
        var entries = 65_536
        var bytes = 32 << 20
        /// Longer ones are not kept: one alert of a mebibyte must not push out a thousand ordinary ones.
        var bytesOfOneEntry = 16 << 10
    }

    private static var mostShards: Int { 256 }
    /// At least.
    private static var entriesOfAShard: Int { 256 }
    private static var bytesOfAShard: Int { 128 << 10 }

    private var shards: [Shard]
    private let seed: (UInt64, UInt64)

    init(limits: Limits = Limits()) {
        let fitting = min(limits.entries / Self.entriesOfAShard, limits.bytes / Self.bytesOfAShard)
        let count = max(1, min(Self.mostShards, fitting))
        let limits = Limits(
            entries: limits.entries / count, bytes: limits.bytes / count, bytesOfOneEntry: limits.bytesOfOneEntry)
        seed = (.random(in: .min ... .max), .random(in: .min ... .max))
        shards = (1...count).map { Shard(limits: limits, firstEntries: limits.entries * $0 / count) }
    }

    func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
        foldedHash(bytes, seed: seed)
    }

    /// - Parameter hash: `hash(bytes)`.
    mutating func value(for bytes: UnsafeBufferPointer<UInt8>, hash: UInt64) -> Value? {
        shards[shard(of: hash)].value(for: bytes, hash: hash)
    }

    /// Keeps `value`, unless its bytes are none or too many. The bytes must not be in the young generation already.
    mutating func insert(_ value: Value, for bytes: UnsafeBufferPointer<UInt8>, hash: UInt64) {
        shards[shard(of: hash)].insert(value, for: bytes, hash: hash)
    }

    var count: Int { shards.reduce(0) { $0 + $1.count } }

    /// By the first bits, since the last ones say where in a table an entry lies.
    private func shard(of hash: UInt64) -> Int {
        Int(truncatingIfNeeded: hash.multipliedFullWidth(by: UInt64(shards.count)).high)
    }

    private struct Shard {
        private var young = Generation(slotCount: 8)
        private var old = Generation(slotCount: 1)
        private let limits: Limits
        /// Of the generation that is young now.
        private var mostEntries: Int

        /// - Parameter firstEntries: how many the first generation may have, so that shards do not all begin another one at once.
        init(limits: Limits, firstEntries: Int) {
            self.limits = limits
            mostEntries = firstEntries
        }

        var count: Int { young.count + old.count }

        mutating func value(for bytes: UnsafeBufferPointer<UInt8>, hash: UInt64) -> Value? {
            if let value = young.value(for: bytes, hash: hash) { return value }
            guard let value = old.value(for: bytes, hash: hash) else { return nil }
            insert(value, for: bytes, hash: hash)
            return value
        }

        mutating func insert(_ value: Value, for bytes: UnsafeBufferPointer<UInt8>, hash: UInt64) {
            guard 1...limits.bytesOfOneEntry ~= bytes.count else { return }
            if young.count >= mostEntries || young.byteCount + bytes.count > limits.bytes {
                mostEntries = limits.entries
                old = young
                young = Generation(as: old)
            }
            young.insert(value, for: bytes, hash: hash)
        }
    }

    /// An open hash table, and the bytes of its entries one after another.
    private struct Generation {
        private struct Slot {
            var hash: UInt64 = 0
            var offset: UInt32 = 0
            /// Zero where the slot is free.
            var length: UInt32 = 0
            var value: Value?
        }

        private static var longestChain: Int { 24 }

        private var slots: [Slot]
        private var bytes: [UInt8] = []
        private(set) var count = 0

        /// - Parameter slotCount: a power of two.
        init(slotCount: Int) {
            slots = Array(repeating: Slot(), count: slotCount)
        }

        /// With room for as much, so that nothing has to be moved on the way there.
        init(as other: Generation) {
            slots = Array(repeating: Slot(), count: other.slots.count)
            bytes.reserveCapacity(other.bytes.count)
        }

        var byteCount: Int { bytes.count }

        func value(for key: UnsafeBufferPointer<UInt8>, hash: UInt64) -> Value? {
            let mask = slots.count - 1
            var index = Int(truncatingIfNeeded: hash) & mask
            for _ in 0..<Self.longestChain {
                // The value is touched last: to count a reference costs more than all else here.
                if slots[index].hash == hash, holds(key, at: index) { return slots[index].value }
                if slots[index].length == 0 { return nil }
                index = (index + 1) & mask
            }
            return nil
        }

        mutating func insert(_ value: Value, for key: UnsafeBufferPointer<UInt8>, hash: UInt64) {
            if count * 2 >= slots.count { grow() }
            let slot = Slot(hash: hash, offset: UInt32(bytes.count), length: UInt32(key.count), value: value)
            guard place(slot) else { return }
            bytes.append(contentsOf: key)
        }

        private func holds(_ key: UnsafeBufferPointer<UInt8>, at index: Int) -> Bool {
            guard Int(slots[index].length) == key.count, let keyStart = key.baseAddress else { return false }
            let offset = Int(slots[index].offset)
            return bytes.withUnsafeBytes { kept in
                guard let start = kept.baseAddress else { return false }
                return memcmp(start + offset, keyStart, key.count) == 0
            }
        }

        /// False where the chain is too long: the value is then not kept.
        private mutating func place(_ slot: Slot) -> Bool {
            let mask = slots.count - 1
            var index = Int(truncatingIfNeeded: slot.hash) & mask
            for _ in 0..<Self.longestChain {
                if slots[index].length == 0 {
                    slots[index] = slot
                    count += 1
                    return true
                }
                index = (index + 1) & mask
            }
            return false
        }

        private mutating func grow() {
            let former = slots
            slots = Array(repeating: Slot(), count: former.count * 2)
            count = 0
            for slot in former where slot.length > 0 { _ = place(slot) }
        }
    }
}

/// A fast keyed hash in the manner of wyhash: 16 bytes a step, multiplied to 128 bits and folded.
///
/// For tables in memory only; never stored, and never an identity.
@inline(__always)
private func foldedHash(_ bytes: UnsafeBufferPointer<UInt8>, seed: (UInt64, UInt64)) -> UInt64 {
    let raw = UnsafeRawBufferPointer(bytes)
    var hash = seed.0
    var offset = 0
    while offset + 16 <= raw.count {
        hash = fold(
            raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self) ^ seed.1,
            raw.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self) ^ hash)
        offset += 16
    }
    var last: (UInt64, UInt64) = (0, 0)
    if raw.count >= 16 {
        last.0 = raw.loadUnaligned(fromByteOffset: raw.count - 16, as: UInt64.self)
        last.1 = raw.loadUnaligned(fromByteOffset: raw.count - 8, as: UInt64.self)
    } else {
        for byte in raw { last = (last.0 << 8 | last.1 >> 56, last.1 << 8 | UInt64(byte)) }
    }
    hash = fold(last.0 ^ seed.1, last.1 ^ hash)
    return fold(hash ^ seed.0, UInt64(raw.count) ^ seed.1)
}

@inline(__always)
private func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let product = left.multipliedFullWidth(by: right)
    return product.high ^ product.low
}
