/// Strings: where they end, and whether all of them is valid.
extension JSONReader {
    /// The next value, which must be a string, as it is written.
    public mutating func readText() throws(JSONError) -> JSONText {
        guard try significantByte() == ASCII.quote else { throw failure("expected a string") }
        return try scanString()
    }

    public mutating func readString() throws(JSONError) -> String {
        try readText().string
    }

    /// `position` is at the opening quote.
    @inline(__always)
    mutating func scanString() throws(JSONError) -> JSONText {
        let start = position + 1
        let stop = endOfPlainText(from: start)
        position = stop
        var hasEscapes = false
        if stop == end || stop.pointee != ASCII.quote { hasEscapes = try scanRestOfString() }
        let text = JSONText(start: start, count: position - start, hasEscapes: hasEscapes)
        position += 1
        hasEndedValue = true
        return text
    }

    /// The first byte from `start` on that is a quote, a backslash, a control character or not ASCII; or `end`.
    @inline(__always)
    private func endOfPlainText(from start: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
        var position = start
        while end - position >= 8 {
            let word = UInt64(littleEndian: UnsafeRawPointer(position).loadUnaligned(as: UInt64.self))
            let special = Self.specialBytes(in: word)
            if special != 0 { return position + special.trailingZeroBitCount / 8 }
            position += 8
        }
        while position < end, !Self.isSpecial(position.pointee) { position += 1 }
        return position
    }

    /// The high bit of the lowest byte that ends plain text is set; higher ones may be set without reason.
    ///
    /// A subtraction borrows only from a byte above one that is special itself, so the lowest is always right.
    @inline(__always)
    private static func specialBytes(in word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let control = word &- ones &* UInt64(ASCII.space)
        let quote = (word ^ (ones &* UInt64(ASCII.quote))) &- ones
        let backslash = (word ^ (ones &* UInt64(ASCII.backslash))) &- ones
        return (control | quote | backslash | word) & (ones &* 0x80)
    }

    private static func isSpecial(_ byte: UInt8) -> Bool {
        byte < ASCII.space || byte == ASCII.quote || byte == ASCII.backslash || byte >= 0x80
    }

    /// Goes on where plain text stopped, up to the closing quote. Returns whether there were escapes.
    @inline(never)
    private mutating func scanRestOfString() throws(JSONError) -> Bool {
        var hasEscapes = false
        while position < end {
            switch position.pointee {
            case ASCII.quote: return hasEscapes
            case ASCII.backslash:
                hasEscapes = true
                try scanEscape()
            case 0x80...: try scanMultibyteScalar()
            default: throw failure("a control character in a string must be escaped")
            }
            position = endOfPlainText(from: position)
        }
        throw failure("the text ends within a string")
    }

    private mutating func scanEscape() throws(JSONError) {
        guard end - position >= 2 else { throw failure("the text ends within a string") }
        guard position[1] == ASCII.u else {
            guard JSONText.unescaped(position[1]) != nil else { throw failure("unknown escape in a string") }
            position += 2
            return
        }
        let first = try hexadecimalEscape()
        guard first & 0xF800 == 0xD800 else {
            position += 6
            return
        }
        guard first < 0xDC00 else { throw failure("half of a surrogate pair") }
        let place = failure("half of a surrogate pair")
        position += 6
        guard end - position >= 2, position[0] == ASCII.backslash, position[1] == ASCII.u else { throw place }
        guard try hexadecimalEscape() & 0xFC00 == 0xDC00 else { throw place }
        position += 6
    }

    /// The value of the `\uXXXX` at `position`, which is not consumed.
    private func hexadecimalEscape() throws(JSONError) -> UInt32 {
        guard end - position >= 6 else { throw failure("the text ends within a string") }
        guard let value = JSONText.hexadecimalValue(position + 2) else {
            throw failure("expected four hexadecimal digits after `\\u`")
        }
        return value
    }

    /// One scalar of two to four bytes, by the table of well-formed UTF-8 in chapter 3 of the Unicode standard.
    private mutating func scanMultibyteScalar() throws(JSONError) {
        let lead = position.pointee
        let second: ClosedRange<UInt8>
        let count: Int
        switch lead {
        case 0xC2...0xDF: (count, second) = (2, 0x80...0xBF)
        case 0xE0: (count, second) = (3, 0xA0...0xBF)
        case 0xED: (count, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: (count, second) = (3, 0x80...0xBF)
        case 0xF0: (count, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: (count, second) = (4, 0x80...0xBF)
        case 0xF4: (count, second) = (4, 0x80...0x8F)
        default: throw failure("invalid UTF-8 in a string")
        }
        guard end - position >= count, second.contains(position[1]) else { throw failure("invalid UTF-8 in a string") }
        for index in 2..<4 where index < count && position[index] & 0xC0 != 0x80 {
            throw failure("invalid UTF-8 in a string")
        }
        position += count
    }
}
