/// Which open incidents a label value, or a service, relates alerts to.
///
/// In shards, each of which grows by itself: there are as many entities as alerts where each has a host of its own.
struct EntityIndex: Sendable {
    /// Nearly always it is one: what several have in common makes them one.
    private enum Related {
        case one(Int)
        case several([Int])
    }

    private static let shardBits = 11

    private var shards: [[Incident.EntityKey: Related]] = Array(repeating: [:], count: 1 << shardBits)

    var count: Int { shards.reduce(0) { $0 + $1.count } }

    /// In the order in which they were added.
    func forEachIncident(of key: Incident.EntityKey, _ body: (Int) -> Void) {
        switch shards[Self.shard(of: key)][key] {
        case .one(let id): body(id)
        case .several(let ids): for id in ids { body(id) }
        case nil: return
        }
    }

    /// Returns false where it was there.
    mutating func insert(_ id: Int, _ key: Incident.EntityKey) -> Bool {
        let shard = Self.shard(of: key)
        switch shards[shard].updateValue(.one(id), forKey: key) {
        case nil: return true
        case .one(id): return false
        case .one(let other): shards[shard][key] = .several([other, id])
        case .several(let ids):
            shards[shard][key] = .several(ids.contains(id) ? ids : ids + [id])
            return !ids.contains(id)
        }
        return true
    }

    mutating func remove(_ id: Int, _ key: Incident.EntityKey) {
        let shard = Self.shard(of: key)
        switch shards[shard][key] {
        case .one(id): shards[shard][key] = nil
        case .one, nil: return
        case .several(let ids):
            let left = ids.filter { $0 != id }
            shards[shard][key] = left.count > 1 ? .several(left) : left.first.map { .one($0) }
        }
    }

    /// By the first bits. A dictionary hashes with another seed.
    private static func shard(of key: Incident.EntityKey) -> Int {
        Int(truncatingIfNeeded: UInt64(truncatingIfNeeded: key.hashValue) >> UInt64(64 - shardBits))
    }
}
