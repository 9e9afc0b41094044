/// A map whose entries keep their order. Keys are bool, int, uint or string, compared as CEL compares them: numbers by
/// value, strings by code points.
public struct CELMap: Sendable {
    /// Lookup in smaller maps scans the entries: shorter than hashing.
    private static let scanLimit = 8

    /// Entries in order of insertion.
    public let entries: [(key: CELValue, value: CELValue)]
    private let positions: [CELMapKey: Int]?

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

    fileprivate init(distinct entries: [(key: CELValue, value: CELValue)], positions: [CELMapKey: Int]?) {
        self.entries = entries
        self.positions = positions
    }

    /// How many entries there are.
    public var count: Int { entries.count }
    /// Whether there are no entries.
    public var isEmpty: Bool { entries.isEmpty }

    /// The value at an equal key; numbers are equal across types.
    public subscript(key: CELValue) -> CELValue? {
        if case .string(let string) = key { return self[string] }
        guard let key = CELMapKey(key) else { return nil }
        if let positions { return positions[key].map { entries[$0].value } }
        return entries.first { CELMapKey($0.key) == key }?.value
    }

    /// The value at a key of the same code points.
    public subscript(key: String) -> CELValue? {
        if let positions { return positions[.string(key)].map { entries[$0].value } }
        for entry in entries {
            if case .string(let other) = entry.key, other.hasSameBytes(as: key) { return entry.value }
        }
        return nil
    }

    fileprivate static func isSmall(_ count: Int) -> Bool { count <= scanLimit }
}

/// Gathers entries one by one, noticing repeated keys.
struct CELMapBuilder {
    private var entries: [(key: CELValue, value: CELValue)] = []
    private var positions: [CELMapKey: Int]?

    init(capacity: Int = 0) {
        entries.reserveCapacity(capacity)
    }

    /// Whether the key was new. A key that CEL does not allow is kept but never found.
    @discardableResult
    mutating func set(_ key: CELValue, to value: CELValue) -> Bool {
        guard let mapKey = CELMapKey(key) else {
            entries.append((key, value))
            return true
        }
        if let position = position(of: mapKey) {
            entries[position].value = value
            return false
        }
        positions?[mapKey] = entries.count
        entries.append((key, value))
        if positions == nil, !CELMap.isSmall(entries.count) { index() }
        return true
    }

    func contains(_ key: CELValue) -> Bool {
        CELMapKey(key).flatMap(position(of:)) != nil
    }

    func finish() -> CELMap { CELMap(distinct: entries, positions: positions) }

    private func position(of key: CELMapKey) -> Int? {
        if let positions { return positions[key] }
        return entries.firstIndex { CELMapKey($0.key) == key }
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
