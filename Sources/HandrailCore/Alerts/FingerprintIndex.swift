/// Slots by fingerprint: an open hash table, and so one look at memory where a `Dictionary` has two.
///
/// A fingerprint is a hash already. It is multiplied by an odd number that differs in every process, since whoever knows
/// the key of the fingerprints could otherwise choose alerts that all lie in one place.
///
/// In shards: each grows by itself. All of it at once would stop an engine for as long as that takes.
struct FingerprintIndex: Sendable {
    fileprivate static let shardBits: UInt64 = 11

    private var shards: [FingerprintShard]
    private let multiplier: UInt64

    init() {
        let multiplier = UInt64(truncatingIfNeeded: Hasher().finalize()) | 1
        self.multiplier = multiplier
        shards = (0..<1 << Self.shardBits).map { FingerprintShard(multiplier: multiplier, number: $0) }
    }

    /// The first place with this fingerprint, or the next one: two alerts may share a fingerprint.
    @inline(__always)
    func place(of fingerprint: Fingerprint, after former: Int?) -> Int? {
        let shard = shard(of: fingerprint)
        return shards[shard].place(of: fingerprint, after: former.map { $0 >> Int(Self.shardBits) })
            .map { $0 << Int(Self.shardBits) | shard }
    }

    func slot(at place: Int) -> Int { shards[place & (shards.count - 1)].slot(at: place >> Int(Self.shardBits)) }

    mutating func insert(_ slot: Int, _ fingerprint: Fingerprint) {
        shards[shard(of: fingerprint)].insert(slot, fingerprint)
    }

    mutating func remove(_ slot: Int, _ fingerprint: Fingerprint) {
        shards[shard(of: fingerprint)].remove(slot, fingerprint)
    }

    @inline(__always)
    private func shard(of fingerprint: Fingerprint) -> Int {
        Int(truncatingIfNeeded: (fingerprint.low &* multiplier) >> (64 - Self.shardBits))
    }
}

/// The fingerprints whose first bits are the same.
private struct FingerprintShard: Sendable {
    private struct Entry {
        let fingerprint: Fingerprint
        /// Negative where the entry is free.
        let slot: Int

        static let free = Entry(fingerprint: Fingerprint(high: 0, low: 0), slot: -1)
    }

    private var entries = noEntries
    private var bits = leastBits
    private var count = 0
    private let multiplier: UInt64
    /// Of 256: how full it becomes before it grows, a half at most. It differs from shard to shard, since all of them have about
    /// as many entries and would grow at once.
    private let mostOf256: Int

    private static let leastBits = 3
    /// What all that are empty share.
    private static let noEntries = Array(repeating: Entry.free, count: 1 << leastBits)

    init(multiplier: UInt64, number: Int) {
        self.multiplier = multiplier
        mostOf256 = 128 - number & 63
    }

    /// The first place with this fingerprint, or the next one: two alerts may share a fingerprint.
    @inline(__always)
    func place(of fingerprint: Fingerprint, after former: Int?) -> Int? {
        var place = former.map(next) ?? home(of: fingerprint)
        while entries[place].slot >= 0 {
            if entries[place].fingerprint == fingerprint { return place }
            place = next(place)
        }
        return nil
    }

    func slot(at place: Int) -> Int { entries[place].slot }

    mutating func insert(_ slot: Int, _ fingerprint: Fingerprint) {
        if (count + 1) * 256 > entries.count * mostOf256 { grow() }
        place(Entry(fingerprint: fingerprint, slot: slot))
        count += 1
    }

    mutating func remove(_ slot: Int, _ fingerprint: Fingerprint) {
        var place = home(of: fingerprint)
        while entries[place].slot != slot {
            guard entries[place].slot >= 0 else { return }
            place = next(place)
        }
        count -= 1
        close(place)
    }

    /// Moves up what would not be found behind a gap.
    private mutating func close(_ start: Int) {
        var gap = start
        var place = next(gap)
        while entries[place].slot >= 0 {
            let distance = (place - home(of: entries[place].fingerprint)) & (entries.count - 1)
            if distance >= (place - gap) & (entries.count - 1) {
                entries[gap] = entries[place]
                gap = place
            }
            place = next(place)
        }
        entries[gap] = .free
    }

    private mutating func grow() {
        let former = entries
        bits += 1
        entries = Array(repeating: .free, count: 1 << bits)
        // Beginning after a free entry, so that of equal fingerprints the first stays the first.
        let start = former.firstIndex { $0.slot < 0 } ?? 0
        for entry in former[start...] + former[..<start] where entry.slot >= 0 { place(entry) }
    }

    private mutating func place(_ entry: Entry) {
        var place = home(of: entry.fingerprint)
        while entries[place].slot >= 0 { place = next(place) }
        entries[place] = entry
    }

    @inline(__always)
    private func home(of fingerprint: Fingerprint) -> Int {
        // The first bits are those of the shard.
        Int(truncatingIfNeeded: ((fingerprint.low &* multiplier) << FingerprintIndex.shardBits) >> UInt64(64 - bits))
    }

    private func next(_ place: Int) -> Int { (place + 1) & (entries.count - 1) }
}
