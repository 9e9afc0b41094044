/// Numbers as text.
enum DecimalText {
    /// The shortest text that reads back as the same number, without `.0` and with an exponent only for sizes that
    /// nobody wants to read otherwise.
    static func text(_ double: Double) -> String {
        if double.isNaN { return "NaN" }
        if double.isInfinite { return double < 0 ? "-Infinity" : "Infinity" }
        if double == 0 { return double.sign == .minus ? "-0" : "0" }
        let (digits, pointPosition) = shortestDigits(double.magnitude)
        return (double < 0 ? "-" : "") + layOut(digits, pointPosition)
    }

    /// As `text`, but always of a form that CEL reads as a double.
    static func literal(_ double: Double) -> String {
        let text = text(double)
        return text.utf8.allSatisfy { $0 == UInt8(ascii: "-") || isDigit($0) } ? text + ".0" : text
    }

    static func hexadecimal(_ value: UInt32, digits: Int) -> String {
        let text = String(value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }

    static func padded(_ value: Int64, digits: Int) -> String {
        let text = String(value.magnitude)
        return (value < 0 ? "-" : "") + String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }

    /// `1,234,567`; what nobody can count any more as `more than 1,000,000,000,000`.
    static func grouped(_ value: Int) -> String {
        guard value < 1_000_000_000_000 else { return "more than 1,000,000,000,000" }
        let digits = Array(String(value).utf8)
        var text: [UInt8] = []
        for (offset, digit) in digits.enumerated() {
            if offset > 0, (digits.count - offset) % 3 == 0 { text.append(UInt8(ascii: ",")) }
            text.append(digit)
        }
        return String(decoding: text, as: UTF8.self)
    }

    static func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }

    /// The significant digits of Swift's shortest description, and where the decimal point stands among them.
    private static func shortestDigits(_ magnitude: Double) -> (digits: String, pointPosition: Int) {
        var digits: [UInt8] = []
        var pointPosition: Int?
        var exponent = 0
        let bytes = Array(magnitude.description.utf8)
        for (offset, byte) in bytes.enumerated() {
            if isDigit(byte) {
                digits.append(byte)
            } else if byte == UInt8(ascii: ".") {
                pointPosition = digits.count
            } else {
                exponent = Int(String(decoding: bytes[(offset + 1)...], as: UTF8.self)) ?? 0
                break
            }
        }
        var position = (pointPosition ?? digits.count) + exponent
        while digits.count > 1, digits.last == UInt8(ascii: "0") { digits.removeLast() }
        while digits.count > 1, digits.first == UInt8(ascii: "0") {
            digits.removeFirst()
            position -= 1
        }
        return (String(decoding: digits, as: UTF8.self), position)
    }

    private static func layOut(_ digits: String, _ pointPosition: Int) -> String {
        let count = digits.utf8.count
        switch pointPosition {
        case -5...0:
            return "0." + String(repeating: "0", count: -pointPosition) + digits
        case 1...21 where pointPosition >= count:
            return digits + String(repeating: "0", count: pointPosition - count)
        case 1...21:
            return "\(digits.prefix(pointPosition)).\(digits.dropFirst(pointPosition))"
        case _:
            let exponent = pointPosition - 1
            let fraction = count > 1 ? ".\(digits.dropFirst())" : ""
            let sign = exponent < 0 ? "-" : "+"
            return "\(digits.prefix(1))\(fraction)e\(sign)\(padded(Int64(exponent.magnitude), digits: 2))"
        }
    }
}

/// Comparison on one continuous number line, exact across types. NaN has no order.
///
/// With one exception, which the specification's tests ask for: the largest int and the largest uint equal the doubles
/// they round to, 2^63 and 2^64.
enum NumberOrder {
    case less, equal, greater

    init?(_ left: CELValue, _ right: CELValue) {
        switch (left, right) {
        case (.int(let left), .int(let right)): self.init(left, right)
        case (.uint(let left), .uint(let right)): self.init(left, right)
        case (.int(let left), .uint(let right)): self.init(mixed: left, right)
        case (.uint(let left), .int(let right)): self.init(mixed: left, right)
        case (.double(let left), .double(let right)): self.init(floating: left, right)
        // The standard library compares integers of different types, and integers with floating point, by value.
        case (.int(let left), .double(let right)): self.init(whole: left, right)
        case (.uint(let left), .double(let right)): self.init(whole: left, right)
        case (.double(let left), .int(let right)): self.init(whole: right, left, isFlipped: true)
        case (.double(let left), .uint(let right)): self.init(whole: right, left, isFlipped: true)
        case _: return nil
        }
    }

    init<Ordered: Comparable>(_ left: Ordered, _ right: Ordered) {
        self = left == right ? .equal : left < right ? .less : .greater
    }

    private init<Left: BinaryInteger, Right: BinaryInteger>(mixed left: Left, _ right: Right) {
        self = left == right ? .equal : left < right ? .less : .greater
    }

    private init?(floating left: Double, _ right: Double) {
        guard !left.isNaN, !right.isNaN else { return nil }
        self = left == right ? .equal : left < right ? .less : .greater
    }

    /// Compares the whole part as an integer and only then looks at the fraction, so that nothing is rounded.
    private init?<Whole: FixedWidthInteger>(whole: Whole, _ double: Double, isFlipped: Bool = false) {
        guard !double.isNaN else { return nil }
        let order: NumberOrder
        let floor = double.rounded(.down)
        if let other = Whole(exactly: floor) {
            order = whole > other ? .greater : whole < other ? .less : floor < double ? .less : .equal
        } else if double == Double(Whole.max) {
            order = whole == .max ? .equal : .less
        } else {
            order = double < 0 ? .greater : .less
        }
        self = isFlipped ? order.flipped : order
    }

    private var flipped: NumberOrder {
        switch self {
        case .less: .greater
        case .equal: .equal
        case .greater: .less
        }
    }
}
