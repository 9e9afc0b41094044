internal import Glibc
public import HandrailCore

/// Makes the labels and annotations of alerts, and hands out the same object for the same bytes.
///
/// Sources repeat their alerts for as long as they fire, so most `labels` objects were seen before, byte for byte. Such
/// a one costs a hash and a comparison: it is not even parsed, because an object ends where it begins to be complete,
/// so bytes that once were a valid object are one again.
public struct LabelInterner {
    /// More labels, or annotations, than this on one alert are refused.
    public static let maximumLabels = 1000

    public let identity: AlertIdentity
    /// How many `labels` and `annotations` objects were known already.
    public var hits: Int { counts.hits }
    /// How many had to be parsed.
    public var misses: Int { counts.misses }

    private var counts = Counts()
    private var labelSets: ByteCache<LabelSet>
    private var annotations: ByteCache<Annotations>

    public init(identity: AlertIdentity) {
        self.init(identity: identity, labelSets: ByteCache(), annotations: ByteCache())
    }

    init(identity: AlertIdentity, labelSets: ByteCache<LabelSet>, annotations: ByteCache<Annotations>) {
        self.identity = identity
        self.labelSets = labelSets
        self.annotations = annotations
    }

    private struct Counts {
        var hits = 0
        var misses = 0
    }

    /// What reading one `labels` or `annotations` object came to.
    enum Outcome<Value> {
        case value(Value)
        /// The JSON is valid, but not what an alert may carry. The reader is behind it.
        case refused(String)
    }

    mutating func readLabels(from reader: inout JSONReader) throws(JSONError) -> Outcome<LabelSet> {
        let identity = identity
        return try Self.read("labels", from: &reader, cache: &labelSets, counts: &counts) { entries in
            // What comes from a source must not choose another alert's identity.
            entries.contains { $0.name == AlertIdentity.keyLabel } ? nil : LabelSet(entries, identity: identity)
        }
    }

    mutating func readAnnotations(from reader: inout JSONReader) throws(JSONError) -> Outcome<Annotations> {
        try Self.read("annotations", from: &reader, cache: &annotations, counts: &counts) { Annotations($0) }
    }

    @inline(__always)
    private static func read<Value: AnyObject>(
        _ name: StaticString, from reader: inout JSONReader, cache: inout ByteCache<Value>, counts: inout Counts,
        make: ([Label]) -> Value?
    ) throws(JSONError) -> Outcome<Value> {
        guard try reader.nextKind() == .object else {
            try reader.skipValue()
            return .refused("`\(name)` is not an object")
        }
        if let guess = reader.likelyObject, let known = cache.value(for: guess, hash: cache.hash(guess)) {
            counts.hits += 1
            reader.advance(over: guess)
            return .value(known)
        }
        let object = try reader.skipObjectForBytes()
        let hash = cache.hash(object)
        if let known = cache.value(for: object, hash: hash) {
            counts.hits += 1
            return .value(known)
        }
        counts.misses += 1
        var entries: [Label] = []
        if let problem = try readEntries(name, of: object, into: &entries) { return .refused(problem) }
        guard let value = make(entries) else { return .refused(AlertFields.Refusal.ownLabel.reason) }
        cache.insert(value, for: object, hash: hash)
        return .value(value)
    }

    /// - Returns: what is wrong with them, or nil.
    private static func readEntries(
        _ name: StaticString, of object: UnsafeBufferPointer<UInt8>, into entries: inout [Label]
    ) throws(JSONError) -> String? {
        var reader = JSONReader(object)
        try reader.beginObject()
        while let key = try reader.nextKey() {
            guard try reader.nextKind() == .string else {
                return "`\(EscapedExcerpt.of(key))` in `\(name)` is not a string"
            }
            guard entries.count < maximumLabels else { return "`\(name)` has more than \(maximumLabels) entries" }
            let value = try reader.readText()
            entries.append(Label(name: ExactText(key.string), value: ExactText(value.string)))
        }
        return nil
    }
}

extension JSONReader {
    /// From the brace at `position` to where its object probably ends: a brace after a string's closing quote.
    ///
    /// Only a guess, for looking up bytes that are known; wrong where a string contains such a brace, and nil where none
    /// is near. Looking no further keeps the cost of wrong guesses bounded.
    fileprivate var likelyObject: UnsafeBufferPointer<UInt8>? {
        let limit = position + min(4096, end - position)
        var from = position
        while let found = memchr(from, Int32(ASCII.rightBrace), limit - from) {
            let brace = UnsafePointer(found.assumingMemoryBound(to: UInt8.self))
            let count = brace - position
            if count < 3 || (brace[-1] == ASCII.quote && brace[-2] != ASCII.backslash) {
                return UnsafeBufferPointer(start: position, count: count + 1)
            }
            from = brace + 1
        }
        return nil
    }

    /// Over bytes at `position` that are known to be one whole object.
    fileprivate mutating func advance(over object: UnsafeBufferPointer<UInt8>) {
        position += object.count
        hasEndedValue = true
    }

    fileprivate mutating func skipObjectForBytes() throws(JSONError) -> UnsafeBufferPointer<UInt8> {
        let start = position
        try skipValue()
        return UnsafeBufferPointer(start: start, count: position - start)
    }
}
