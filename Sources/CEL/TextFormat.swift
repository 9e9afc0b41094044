import Glibc

/// `format`: `"%s has %d replicas".format([target.id, target.replicas])`.
enum TextFormat {
    private static let precisionLimit = 100

    static func format(
        _ format: String, _ values: [CELValue], _ budget: inout Budget
    ) throws(CELError) -> String {
        var result = ""
        var used = 0
        var scalars = Array(format.unicodeScalars)[...]
        try budget.spend(bytes: format.utf8.count)
        while let scalar = scalars.popFirst() {
            guard scalar == "%" else {
                result.unicodeScalars.append(scalar)
                continue
            }
            if scalars.first == "%" {
                scalars.removeFirst()
                result += "%"
                continue
            }
            let precision = try takePrecision(&scalars)
            guard let verb = scalars.popFirst() else { throw CELError("the format ends within a clause") }
            guard used < values.count else { throw CELError("the format asks for more than \(values.count) values") }
            let text = try text(values[used], verb, precision, &budget)
            try budget.spend(bytes: text.utf8.count)
            result += text
            used += 1
        }
        return result
    }

    private static func takePrecision(_ scalars: inout ArraySlice<Unicode.Scalar>) throws(CELError) -> Int? {
        guard scalars.first == "." else { return nil }
        scalars.removeFirst()
        let digits = scalars.prefix { ("0"..."9").contains($0) }
        scalars.removeFirst(digits.count)
        guard let precision = Int(TextFunctions.text(digits)), precision <= precisionLimit else {
            throw CELError("the precision of a format is a number up to \(precisionLimit)")
        }
        return precision
    }

    private static func text(
        _ value: CELValue, _ verb: Unicode.Scalar, _ precision: Int?, _ budget: inout Budget
    ) throws(CELError) -> String {
        switch (verb, value) {
        case ("s", _): return try plain(value, &budget)
        case ("d", .int(let int)): return String(int)
        case ("d", .uint(let uint)): return String(uint)
        case ("d", .double(let double)) where !double.isFinite: return DecimalText.text(double)
        case ("f", .double), ("f", .int), ("f", .uint), ("e", .double), ("e", .int), ("e", .uint):
            return decimal(value, isExponential: verb == "e", precision ?? 6)
        case ("b", .bool(let bool)): return bool ? "1" : "0"
        case ("b", .int), ("b", .uint): return whole(value, radix: 2)
        case ("o", .int), ("o", .uint): return whole(value, radix: 8)
        case ("x", .int), ("x", .uint): return whole(value, radix: 16)
        case ("X", .int), ("X", .uint): return whole(value, radix: 16).uppercased()
        case ("x", .string(let string)): return hexadecimal(Array(string.utf8), isUpper: false)
        case ("X", .string(let string)): return hexadecimal(Array(string.utf8), isUpper: true)
        case ("x", .bytes(let bytes)): return hexadecimal(bytes, isUpper: false)
        case ("X", .bytes(let bytes)): return hexadecimal(bytes, isUpper: true)
        case ("d", _), ("f", _), ("e", _), ("b", _), ("o", _), ("x", _), ("X", _):
            throw CELError("`%\(verb)` cannot show a value of type \(value.typeName.name)")
        case _: throw CELError("unknown format `%\(verb)`")
        }
    }

    private static func plain(_ value: CELValue, _ budget: inout Budget) throws(CELError) -> String {
        try budget.spend(1)
        switch value {
        case .null: return "null"
        case .bool(let bool): return bool ? "true" : "false"
        case .int(let int): return String(int)
        case .uint(let uint): return String(uint)
        case .double(let double): return DecimalText.text(double)
        case .string(let string): return string
        case .bytes(let bytes): return String(decoding: bytes, as: UTF8.self)
        case .timestamp(let timestamp): return timestamp.description
        case .duration(let duration): return duration.description
        case .type(let type): return type.name
        case .list(let elements):
            var texts: [String] = []
            for element in elements { texts.append(try plain(element, &budget)) }
            return try bracketed("[", texts, "]", &budget)
        case .map(let map):
            var texts: [String] = []
            for entry in map.entries {
                texts.append("\(try plain(entry.key, &budget)): \(try plain(entry.value, &budget))")
            }
            return try bracketed("{", texts.sorted { $0.precedes($1) }, "}", &budget)
        case .optional: throw CELError("`%s` cannot show a value of type optional_type")
        }
    }

    private static func bracketed(
        _ open: String, _ texts: [String], _ close: String, _ budget: inout Budget
    ) throws(CELError) -> String {
        let text = open + texts.joined(separator: ", ") + close
        try budget.spend(bytes: text.utf8.count)
        return text
    }

    private static func whole(_ value: CELValue, radix: Int) -> String {
        switch value {
        case .int(let int): String(int, radix: radix)
        case .uint(let uint): String(uint, radix: radix)
        case .null, .bool, .double, .string, .bytes, .list, .map, .timestamp, .duration, .type, .optional: ""
        }
    }

    private static func decimal(_ value: CELValue, isExponential: Bool, _ precision: Int) -> String {
        let double =
            switch value {
            case .int(let int): Double(int)
            case .uint(let uint): Double(uint)
            case .double(let double): double
            case .null, .bool, .string, .bytes, .list, .map, .timestamp, .duration, .type, .optional: Double.nan
            }
        guard double.isFinite else { return DecimalText.text(double) }
        // 309 digits before the point at most.
        var buffer = [CChar](repeating: 0, count: 320 + precisionLimit)
        let format = isExponential ? "%.*e" : "%.*f"
        let length = withVaList([Int32(precision), double]) { vsnprintf(&buffer, buffer.count, format, $0) }
        return withPoint(buffer.prefix(max(0, Int(length))).map { UInt8(bitPattern: $0) })
    }

    /// The C library writes the decimal point of the process's locale, which may be a comma and more than one byte.
    private static func withPoint(_ bytes: [UInt8]) -> String {
        func belongsToNumber(_ byte: UInt8) -> Bool { DecimalText.isDigit(byte) || "+-e".utf8.contains(byte) }
        guard let start = bytes.firstIndex(where: { !belongsToNumber($0) }) else {
            return String(decoding: bytes, as: UTF8.self)
        }
        let end = bytes[start...].firstIndex(where: belongsToNumber) ?? bytes.count
        return String(decoding: bytes[..<start] + [UInt8(ascii: ".")] + bytes[end...], as: UTF8.self)
    }

    private static func hexadecimal(_ bytes: [UInt8], isUpper: Bool) -> String {
        let text = bytes.map { DecimalText.hexadecimal(UInt32($0), digits: 2) }.joined()
        return isUpper ? text : text.lowercased()
    }
}
