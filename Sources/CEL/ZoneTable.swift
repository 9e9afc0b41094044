/// A compiled time zone file (RFC 8536, "TZif"): a table of changes, and a rule for the time after the last.
struct ZoneTable: Sendable {
    private var changes: [Int64] = []
    private var offsets: [Int] = []
    private var firstOffset: Int
    private var rule: ZoneFooter?

    init(fixedOffsetSeconds: Int) {
        firstOffset = fixedOffsetSeconds
    }

    /// Nil if the bytes are no such file. Version 1 files, which end in 2038, are refused.
    init?(parsing bytes: [UInt8]) {
        var reader = ZoneReader(bytes: bytes)
        guard let first = reader.header(), reader.version >= UInt8(ascii: "2") else { return nil }
        reader.skip(first.length(timeBytes: 4))
        guard let counts = reader.header(), counts.types > 0 else { return nil }
        guard let changes = reader.times(counts.times), let indices = reader.take(counts.times),
            let types = reader.types(counts.types)
        else { return nil }
        reader.skip(counts.characters + counts.leaps * 12 + counts.standards + counts.universals)
        guard indices.allSatisfy({ Int($0) < types.count }) else { return nil }
        self.changes = changes
        offsets = indices.map { types[Int($0)] }
        firstOffset = types[0]
        rule = reader.footer().flatMap { ZoneFooter(parsing: $0) }
    }

    func offsetSeconds(at unixSeconds: Int64) -> Int {
        guard let last = changes.last, unixSeconds < last else {
            return rule?.offsetSeconds(at: unixSeconds) ?? offsets.last ?? firstOffset
        }
        // The first change that is later than the time.
        var low = 0
        var high = changes.count
        while low < high {
            let middle = (low + high) / 2
            if changes[middle] > unixSeconds { high = middle } else { low = middle + 1 }
        }
        return low == 0 ? firstOffset : offsets[low - 1]
    }
}

/// Reads the parts of a time zone file in turn; nil beyond the end.
private struct ZoneReader {
    struct Counts {
        let universals: Int
        let standards: Int
        let leaps: Int
        let times: Int
        let types: Int
        let characters: Int

        func length(timeBytes: Int) -> Int {
            times * (timeBytes + 1) + types * 6 + characters + leaps * (timeBytes + 4) + standards + universals
        }
    }

    let bytes: [UInt8]
    var position = 0
    var version: UInt8 = 0

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard count >= 0, count <= bytes.count - position else { return nil }
        defer { position += count }
        return bytes[position..<(position + count)]
    }

    mutating func skip(_ count: Int) {
        position = min(position + max(0, count), bytes.count)
    }

    mutating func header() -> Counts? {
        guard let magic = take(4), magic.elementsEqual("TZif".utf8), let version = take(1)?.first else { return nil }
        self.version = version
        skip(15)
        guard let universals = count(), let standards = count(), let leaps = count(), let times = count(),
            let types = count(), let characters = count()
        else { return nil }
        return Counts(
            universals: universals, standards: standards, leaps: leaps, times: times, types: types,
            characters: characters)
    }

    mutating func times(_ count: Int) -> [Int64]? {
        take(count * 8).map { all in
            stride(from: all.startIndex, to: all.endIndex, by: 8).map {
                Int64(bitPattern: Self.number(all[$0..<($0 + 8)]))
            }
        }
    }

    /// Their offsets from UTC in seconds; whether they are daylight saving time, and their names, are of no use here.
    mutating func types(_ count: Int) -> [Int]? {
        take(count * 6).map { all in
            stride(from: all.startIndex, to: all.endIndex, by: 6).map {
                Int(Int32(truncatingIfNeeded: Self.number(all[$0..<($0 + 4)])))
            }
        }
    }

    /// The text between two line breaks at the end.
    mutating func footer() -> String? {
        guard take(1)?.first == UInt8(ascii: "\n") else { return nil }
        return String(decoding: bytes[position...].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }

    /// Counts above a million are no time zone.
    private mutating func count() -> Int? {
        guard let bytes = take(4) else { return nil }
        let count = Int(Self.number(bytes))
        return count <= 1_000_000 ? count : nil
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }
}
