internal import HandrailCore

/// A JSON value of a payload with what it takes to understand it.
struct PayloadValue {
    private let json: JSONValue
    /// That of the member which holds it, for messages.
    private let name: String
    let identity: AlertIdentity

    /// The largest number that is accepted where something is counted: one more still fits.
    static let largestCount = Int(1) << 62

    private init(_ json: JSONValue, name: String, identity: AlertIdentity) {
        self.json = json
        self.name = name
        self.identity = identity
    }

    /// - Throws: where the bytes are no JSON object.
    init(parsing bytes: [UInt8], identity: AlertIdentity) throws(PayloadError) {
        do {
            // A value takes a byte at least, so this is no bound beyond that of the bytes themselves.
            json = try JSONValue(parsing: bytes, maximumValues: bytes.count)
        } catch {
            throw PayloadError("its payload is no JSON: \(error)")
        }
        name = "payload"
        self.identity = identity
        guard case .object = json else { throw expected("an object") }
    }

    // MARK: - Members

    /// The member, or nil where it is not there or null. Of members with the same name the first one counts.
    func optional(_ name: String) -> PayloadValue? {
        switch json[name] {
        case nil, .null?: nil
        case let member?: PayloadValue(member, name: name, identity: identity)
        }
    }

    func member(_ name: String) throws(PayloadError) -> PayloadValue {
        guard let member = optional(name) else { throw PayloadError("member `\(name)` is missing") }
        return member
    }

    /// All members in their order. Only for objects whose names are data.
    func members() throws(PayloadError) -> [(name: String, value: PayloadValue)] {
        guard case .object(let members) = json else { throw expected("an object") }
        return members.map { ($0.name, PayloadValue($0.value, name: name, identity: identity)) }
    }

    func elements() throws(PayloadError) -> [PayloadValue] {
        guard case .array(let elements) = json else { throw expected("a list") }
        return elements.map { PayloadValue($0, name: name, identity: identity) }
    }

    // MARK: - What it is

    func text() throws(PayloadError) -> String {
        guard case .string(let text) = json else { throw expected("text") }
        return text
    }

    func flag() throws(PayloadError) -> Bool {
        guard case .bool(let flag) = json else { throw expected("`true` or `false`") }
        return flag
    }

    func integer() throws(PayloadError) -> Int64 {
        guard case .integer(let number) = json else { throw expected("a whole number") }
        return number
    }

    /// A number that something can be counted or addressed with.
    func natural() throws(PayloadError) -> Int {
        guard case .integer(let number) = json, let count = Int(exactly: number), 0...Self.largestCount ~= count else {
            throw expected("a whole number from 0 on")
        }
        return count
    }

    func number() throws(PayloadError) -> Double {
        switch json {
        case .integer(let number): return Double(number)
        case .fraction(let number): return number
        case .null, .bool, .string, .array, .object: throw expected("a number")
        }
    }

    /// See ``JSONWriter/time(_:)``.
    func time() throws(PayloadError) -> Timestamp {
        switch json {
        case .string(let text):
            guard let time = Timestamp(rfc3339: text) else { throw expected("a time") }
            return time
        case .integer(let milliseconds): return Timestamp(milliseconds: milliseconds)
        case .null, .bool, .fraction, .array, .object: throw expected("a time")
        }
    }

    func milliseconds() throws(PayloadError) -> Duration { .milliseconds(try integer()) }

    func fingerprint() throws(PayloadError) -> Fingerprint {
        let digits = try Array(text().utf8)
        guard digits.count == 32, let high = Self.word(digits[..<16]), let low = Self.word(digits[16...]) else {
            throw expected("a fingerprint")
        }
        return Fingerprint(high: high, low: low)
    }

    private static func word(_ digits: ArraySlice<UInt8>) -> UInt64? {
        var word: UInt64 = 0
        for digit in digits {
            guard let value = ASCII.hexadecimalValue(digit) else { return nil }
            word = word << 4 | UInt64(value)
        }
        return word
    }

    func person() throws(PayloadError) -> Person { Person(try text()) }
    func exactText() throws(PayloadError) -> ExactText { ExactText(try text()) }

    /// Nil for null.
    func exactTextIfAny() throws(PayloadError) -> ExactText? {
        if case .null = json { return nil }
        return try exactText()
    }

    func word<Word: RawRepresentable<String>>() throws(PayloadError) -> Word {
        let text = try text()
        guard let word = Word(rawValue: text) else { throw unknown(text) }
        return word
    }

    func expected(_ what: String) -> PayloadError { PayloadError("member `\(name)` should be \(what)") }

    func unknown(_ text: String) -> PayloadError {
        PayloadError("member `\(name)` says `\(EscapedExcerpt.of(text))`, which is not known")
    }
}

/// Why a payload could not be read.
struct PayloadError: Error {
    let message: String

    init(_ message: String) {
        self.message = message
    }
}
