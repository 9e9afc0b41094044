/// A map whose entries keep their order. Keys are bool, int, uint or string, compared as CEL compares them: numbers by
/// value, strings by code points.
public struct CELMap: Sendable {
    let storage: CELMapStorage

    /// Entries in order of insertion.
    public var entries: [(key: CELValue, value: CELValue)] { storage.entries }

    /// Of two entries with equal keys the later value stays, in the place of the earlier.
    public init(_ entries: [(key: CELValue, value: CELValue)]) {
        var builder = CELMapBuilder(capacity: entries.count)
        for entry in entries { builder.set(entry.key, to: entry.value) }
        self = builder.finish()
    }

    /// As above, for string keys: the shape of facts.
    public init(strings entries: [(String, CELValue)]) {
        self.init(entries.map { (key: .string($0.0), value: $0.1) })
    }

    fileprivate init(_ storage: CELMapStorage) {
        self.storage = storage
    }

    /// How many entries there are.
    public var count: Int { entries.count }
    /// Whether there are no entries.
    public var isEmpty: Bool { entries.isEmpty }

    /// The value at an equal key; numbers are equal across types.
    public subscript(key: CELValue) -> CELValue? {
        CELMapKey(key).flatMap { storage.position(of: PackedKey($0), $0) }.map { entries[$0].value }
    }

    /// The value at a key of the same code points.
    public subscript(key: String) -> CELValue? { self[Name(key)] }

    subscript(key: Name) -> CELValue? {
        storage.position(of: key).map { storage.entries[$0].value }
    }

    /// The same but for one entry; without it if there is no value.
    func with(_ key: Name, _ value: CELValue?) -> CELMap {
        var entries = entries
        switch (storage.position(of: key), value) {
        case (let position?, let value?): entries[position].value = value
        case (let position?, nil): entries.remove(at: position)
        case (nil, let value?): entries.append((.string(key.text), value))
        case (nil, nil): break
        }
        return CELMap(entries)
    }
}

/// What a map holds, never changed once it is made.
final class CELMapStorage: Sendable {
    /// Lookup in smaller maps scans the keys: shorter than hashing.
    fileprivate static let scanLimit = 16

    /// What is looked at when following a path through maps: no value is copied on the way.
    private struct Signpost: Sendable {
        let key: PackedKey
        /// Of the value, if that is a map too. It lives as long as its entry, and so as this storage.
        let inner: Unmanaged<CELMapStorage>?
    }

    let entries: [(key: CELValue, value: CELValue)]
    private let signposts: [Signpost]
    private let positions: [CELMapKey: Int]?

    fileprivate init(
        _ entries: [(key: CELValue, value: CELValue)], _ keys: [PackedKey], positions: [CELMapKey: Int]?
    ) {
        self.entries = entries
        self.positions = positions
        signposts = zip(keys, entries).map { key, entry in
            guard case .map(let map) = entry.value else { return Signpost(key: key, inner: nil) }
            return Signpost(key: key, inner: Unmanaged.passUnretained(map.storage))
        }
    }

    func position(of name: Name) -> Int? { position(of: name.packed, .string(name.text)) }

    /// - Parameter key: only looked at where the packed one is not enough.
    @inline(__always)
    func position(of packed: PackedKey, _ key: @autoclosure () -> CELMapKey) -> Int? {
        guard positions == nil else { return positions?[key()] }
        return signposts.withUnsafeBufferPointer { signposts in
            for offset in signposts.indices where signposts[offset].key == packed {
                if packed.isExact || CELMapKey(entries[offset].key) == key() { return offset }
            }
            return nil
        }
    }

    /// The map at a key, if what is there is one.
    func inner(at position: Int) -> Unmanaged<CELMapStorage>? { signposts[position].inner }
}

/// Gathers entries one by one, noticing repeated keys.
struct CELMapBuilder {
    private var entries: [(key: CELValue, value: CELValue)] = []
    private var keys: [PackedKey] = []
    /// Once there are more than are scanned.
    private var positions: [CELMapKey: Int]?

    init(capacity: Int = 0) {
        entries.reserveCapacity(capacity)
        keys.reserveCapacity(capacity)
    }

    /// Whether the key was new. A key that CEL does not allow is kept but never found.
    @discardableResult
    mutating func set(_ key: CELValue, to value: CELValue) -> Bool {
        guard let mapKey = CELMapKey(key) else {
            append(key, .none, value)
            return true
        }
        let packed = PackedKey(mapKey)
        if let position = position(of: mapKey, packed) {
            entries[position].value = value
            return false
        }
        positions?[mapKey] = entries.count
        append(key, packed, value)
        if positions == nil, entries.count > CELMapStorage.scanLimit { index() }
        return true
    }

    func contains(_ key: CELValue) -> Bool {
        CELMapKey(key).flatMap { position(of: $0, PackedKey($0)) } != nil
    }

    func finish() -> CELMap { CELMap(CELMapStorage(entries, keys, positions: positions)) }

    private mutating func append(_ key: CELValue, _ packed: PackedKey, _ value: CELValue) {
        entries.append((key, value))
        keys.append(packed)
    }

    private func position(of key: CELMapKey, _ packed: PackedKey) -> Int? {
        if let positions { return positions[key] }
        return keys.indices.first { keys[$0] == packed && (packed.isExact || CELMapKey(entries[$0].key) == key) }
    }

    private mutating func index() {
        var index: [CELMapKey: Int] = [:]
        for (offset, entry) in entries.enumerated() {
            if let key = CELMapKey(entry.key) { index[key] = offset }
        }
        positions = index
    }
}

/// A key in one form for each value, so that `1`, `1u` and `1.0` find the same entry.
enum CELMapKey: Hashable {
    case bool(Bool)
    case int(Int64)
    /// Only above the range of int.
    case uint(UInt64)
    case string(String)

    init?(_ value: CELValue) {
        switch value {
        case .bool(let bool): self = .bool(bool)
        case .int(let int): self = .int(int)
        case .uint(let uint): self = Int64(exactly: uint).map { .int($0) } ?? .uint(uint)
        case .double(let double):
            if let int = Int64(exactly: double) {
                self = .int(int)
            } else if let uint = UInt64(exactly: double) {
                self = .uint(uint)
            } else {
                return nil
            }
        case .string(let string): self = .string(string)
        case .null, .bytes, .list, .map, .timestamp, .duration, .type, .optional: return nil
        }
    }

    static func == (left: CELMapKey, right: CELMapKey) -> Bool {
        switch (left, right) {
        case (.bool(let left), .bool(let right)): left == right
        case (.int(let left), .int(let right)): left == right
        case (.uint(let left), .uint(let right)): left == right
        case (.string(let left), .string(let right)): left.hasSameBytes(as: right)
        case (.bool, _), (.int, _), (.uint, _), (.string, _): false
        }
    }

    func hash(into hasher: inout Hasher) {
        switch self {
        case .bool(let bool): hasher.combine(bool)
        case .int(let int): hasher.combine(int)
        case .uint(let uint): hasher.combine(uint)
        case .string(let string):
            var string = string
            string.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        }
    }
}
