/// Numbers, booleans and null.
extension JSONReader {
    public mutating func readBool() throws(JSONError) -> Bool {
        switch try significantByte() {
        case ASCII.t:
            try consume("true")
            return true
        case ASCII.f:
            try consume("false")
            return false
        default: throw failure("expected `true` or `false`")
        }
    }

    public mutating func readNull() throws(JSONError) {
        guard try significantByte() == ASCII.n else { throw failure("expected `null`") }
        try consume("null")
    }

    /// Whether the next value is null, which is then consumed.
    public mutating func readNullIfPresent() throws(JSONError) -> Bool {
        guard try significantByte() == ASCII.n else { return false }
        try consume("null")
        return true
    }

    /// A number that is written without fraction and exponent and fits 64 bits.
    public mutating func readInteger() throws(JSONError) -> Int64 {
        let before = self
        let number = try readNumber()
        guard case .integer(let value) = number else { throw before.failure("expected a whole number in range") }
        return value
    }

    /// A number: whole where it is written so and fits 64 bits, the nearest `Double` otherwise.
    ///
    /// Fails where a `Double` would be infinite, and for numbers of more than a thousand characters.
    public mutating func readNumber() throws(JSONError) -> JSONNumber {
        guard try nextKind() == .number else { throw failure("expected a number") }
        let start = position
        let isWhole = try skipNumber()
        let digits = UnsafeBufferPointer(start: start, count: position - start)
        guard digits.count <= 1000 else { throw JSONError("the number is too long", offset: start - base) }
        let text = String(decoding: digits, as: UTF8.self)
        if isWhole, let value = Int64(text) { return .integer(value) }
        guard let value = Double(text), value.isFinite else {
            throw JSONError("the number is out of range", offset: start - base)
        }
        return .fraction(value)
    }

    /// Steps over a string, number, boolean or null.
    mutating func skipScalar() throws(JSONError) {
        switch try significantByte() {
        case ASCII.quote: _ = try scanString()
        case ASCII.minus, ASCII.zero...ASCII.nine: _ = try skipNumber()
        case ASCII.t: try consume("true")
        case ASCII.f: try consume("false")
        case ASCII.n: try consume("null")
        default: throw failure("expected a value")
        }
    }

    private mutating func consume(_ literal: StaticString) throws(JSONError) {
        let count = literal.utf8CodeUnitCount
        guard end - position >= count else { throw failure("expected `\(literal)`") }
        for index in 0..<count where position[index] != literal.utf8Start[index] {
            throw failure("expected `\(literal)`")
        }
        position += count
        hasEndedValue = true
    }

    /// - Returns: whether the number has neither fraction nor exponent.
    private mutating func skipNumber() throws(JSONError) -> Bool {
        if position.pointee == ASCII.minus { position += 1 }
        guard let first = currentByte else { throw failure("the text ends within a number") }
        if first == ASCII.zero {
            position += 1
            if let next = currentByte, ASCII.isDigit(next) { throw failure("a number cannot begin with a zero") }
        } else {
            try skipDigits()
        }
        var isWhole = true
        if currentByte == ASCII.dot {
            isWhole = false
            position += 1
            try skipDigits()
        }
        if let byte = currentByte, byte | 0x20 == ASCII.e {
            isWhole = false
            position += 1
            if let sign = currentByte, sign == ASCII.plus || sign == ASCII.minus { position += 1 }
            try skipDigits()
        }
        hasEndedValue = true
        return isWhole
    }

    /// One digit at least.
    private mutating func skipDigits() throws(JSONError) {
        let start = position
        while position < end, ASCII.isDigit(position.pointee) { position += 1 }
        guard position > start else { throw failure("expected a digit") }
    }

    private var currentByte: UInt8? { position < end ? position.pointee : nil }
}

/// A number as JSON can write it.
public enum JSONNumber: Hashable, Sendable {
    case integer(Int64)
    /// Always finite.
    case fraction(Double)
}
