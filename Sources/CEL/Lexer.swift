/// A word of the language, with its place.
struct Token: Sendable {
    enum Kind: Equatable, Sendable {
        /// A name, reserved words included.
        case name(String)
        /// A field name in backticks.
        case quotedName(String)
        /// Without its sign, so up to one more than the largest int.
        case int(UInt64)
        case uint(UInt64)
        case double(Double)
        case string(String)
        case bytes([UInt8])
        case symbol(Symbol)
        case end
    }

    enum Symbol: String, CaseIterable, Sendable {
        case equal = "==", notEqual = "!=", lessOrEqual = "<=", greaterOrEqual = ">=", and = "&&", or = "||"
        case less = "<", greater = ">", plus = "+", minus = "-", star = "*", slash = "/", percent = "%", not = "!"
        case question = "?", colon = ":", comma = ",", dot = "."
        case openParenthesis = "(", closeParenthesis = ")", openBracket = "[", closeBracket = "]"
        case openBrace = "{", closeBrace = "}"
    }

    let kind: Kind
    let range: Range<Int>
}

/// Cuts a source into tokens, one at a time.
struct Lexer {
    let bytes: [UInt8]
    private(set) var position: Int

    init(_ bytes: [UInt8], from position: Int = 0) {
        self.bytes = bytes
        self.position = position
    }

    mutating func next() throws(CELIssue) -> Token {
        skipBlanks()
        let start = position
        let kind = try takeKind()
        return Token(kind: kind, range: start..<position)
    }

    private mutating func takeKind() throws(CELIssue) -> Token.Kind {
        guard let byte = peek() else { return .end }
        if DecimalText.isDigit(byte) { return try takeNumber() }
        if byte == UInt8(ascii: "."), let digit = peek(1), DecimalText.isDigit(digit) { return try takeNumber() }
        if let literal = try takeQuoted() { return literal }
        if Self.isNameStart(byte) { return .name(takeText(while: Self.isNamePart)) }
        if byte == UInt8(ascii: "`") { return try takeQuotedName() }
        for length in [2, 1] {
            let end = min(position + length, bytes.count)
            if let symbol = Token.Symbol(rawValue: String(decoding: bytes[position..<end], as: UTF8.self)) {
                position = end
                return .symbol(symbol)
            }
        }
        throw unexpectedCharacter()
    }

    private func unexpectedCharacter() -> CELIssue {
        let tail = String(decoding: bytes[position..<min(position + 4, bytes.count)], as: UTF8.self)
        let scalar = tail.unicodeScalars.first.map(String.init) ?? ""
        let range = position..<min(position + scalar.utf8.count, bytes.count)
        return switch scalar {
        case "=": CELIssue(message: "`=` is not an operator; equality is `==`", range: range, suggestion: "==")
        case "&": CELIssue(message: "`&` is not an operator; and is `&&`", range: range, suggestion: "&&")
        case "|": CELIssue(message: "`|` is not an operator; or is `||`", range: range, suggestion: "||")
        case _: CELIssue(message: "unexpected character `\(scalar)`", range: range)
        }
    }

    // MARK: Bytes

    func peek(_ ahead: Int = 0) -> UInt8? {
        let index = position + ahead
        return index < bytes.count ? bytes[index] : nil
    }

    mutating func skip(_ count: Int) {
        position = min(position + count, bytes.count)
    }

    mutating func stepBack(_ count: Int) {
        position = max(position - count, 0)
    }

    func starts(with prefix: [UInt8]) -> Bool {
        bytes[position...].starts(with: prefix)
    }

    mutating func takeText(while isPart: (UInt8) -> Bool) -> String {
        let start = position
        while let byte = peek(), isPart(byte) { position += 1 }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    /// Blanks and comments, which run from `//` to the end of the line.
    private mutating func skipBlanks() {
        while let byte = peek() {
            if byte == 0x20 || (0x09...0x0D).contains(byte) && byte != 0x0B {
                position += 1
            } else if byte == UInt8(ascii: "/"), peek(1) == UInt8(ascii: "/") {
                while let byte = peek(), byte != UInt8(ascii: "\n") { position += 1 }
            } else {
                return
            }
        }
    }

    static func isNameStart(_ byte: UInt8) -> Bool {
        let lower = byte | 0x20
        return (lower >= UInt8(ascii: "a") && lower <= UInt8(ascii: "z")) || byte == UInt8(ascii: "_")
    }

    static func isNamePart(_ byte: UInt8) -> Bool {
        isNameStart(byte) || DecimalText.isDigit(byte)
    }

    /// Letters, digits and `_ . - / ` and blanks.
    private mutating func takeQuotedName() throws(CELIssue) -> Token.Kind {
        let start = position
        position += 1
        let name = takeText { Self.isNamePart($0) || " .-/".utf8.contains($0) }
        guard peek() == UInt8(ascii: "`"), !name.isEmpty else {
            throw CELIssue(message: "malformed field name in backticks", range: start..<position)
        }
        position += 1
        return .quotedName(name)
    }
}

// MARK: Numbers

extension Lexer {
    private mutating func takeNumber() throws(CELIssue) -> Token.Kind {
        let start = position
        if peek() == UInt8(ascii: "0"), let mark = peek(1), mark | 0x20 == UInt8(ascii: "x") {
            return try takeHexadecimal()
        }
        let isDouble = takeDecimal()
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isDouble {
            guard let double = Double(text) else { throw malformedNumber(from: start) }
            try refuseNameAfterNumber(from: start)
            return .double(double)
        }
        return try whole(UInt64(text), from: start)
    }

    private mutating func takeHexadecimal() throws(CELIssue) -> Token.Kind {
        let start = position
        position += 2
        let digits = takeText { HexadecimalDigit.value($0) != nil }
        return try whole(UInt64(digits, radix: 16), from: start)
    }

    /// Whether what was taken has a fraction or an exponent.
    private mutating func takeDecimal() -> Bool {
        var isDouble = false
        _ = takeText(while: DecimalText.isDigit)
        if peek() == UInt8(ascii: "."), let digit = peek(1), DecimalText.isDigit(digit) {
            isDouble = true
            position += 1
            _ = takeText(while: DecimalText.isDigit)
        }
        guard let mark = peek(), mark | 0x20 == UInt8(ascii: "e") else { return isDouble }
        let isSigned = peek(1) == UInt8(ascii: "+") || peek(1) == UInt8(ascii: "-")
        guard let digit = peek(isSigned ? 2 : 1), DecimalText.isDigit(digit) else { return isDouble }
        position += isSigned ? 2 : 1
        _ = takeText(while: DecimalText.isDigit)
        return true
    }

    private mutating func whole(_ value: UInt64?, from start: Int) throws(CELIssue) -> Token.Kind {
        let isUnsigned = peek().map { $0 | 0x20 } == UInt8(ascii: "u")
        if isUnsigned { position += 1 }
        try refuseNameAfterNumber(from: start)
        guard let value, isUnsigned || value <= UInt64(Int64.max) + 1 else {
            let text = String(decoding: bytes[start..<position], as: UTF8.self)
            throw CELIssue(message: "the number `\(text)` is too large", range: start..<position)
        }
        return isUnsigned ? .uint(value) : .int(value)
    }

    private mutating func refuseNameAfterNumber(from start: Int) throws(CELIssue) {
        guard let byte = peek(), Self.isNamePart(byte) else { return }
        _ = takeText(while: Self.isNamePart)
        throw malformedNumber(from: start)
    }

    private func malformedNumber(from start: Int) -> CELIssue {
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        return CELIssue(message: "malformed number `\(text)`", range: start..<position)
    }
}

enum HexadecimalDigit {
    static func value(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a")) + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A")) + 10
        case _: nil
        }
    }
}
