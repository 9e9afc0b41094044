/// Functions that take texts apart and put them together. Positions count code points.
enum TextFunctions {
    static let all: [Function] = [
        Function(".charAt", [Signature([.string, .int], .string)], 2...2) { (arguments, budget) throws(CELError) in
            let call = try TextCall("charAt", arguments, &budget)
            let index = try call.position(1, upTo: call.scalars.count)
            return .string(text(call.scalars.dropFirst(index).prefix(1)))
        },
        Function(".indexOf", searches, 2...3) { (arguments, budget) throws(CELError) in
            let call = try TextCall("indexOf", arguments, &budget)
            try call.paySearch(&budget)
            return .int(try call.search(from: call.integer(2) ?? 0, isBackwards: false))
        },
        Function(".lastIndexOf", searches, 2...3) { (arguments, budget) throws(CELError) in
            let call = try TextCall("lastIndexOf", arguments, &budget)
            try call.paySearch(&budget)
            return .int(try call.search(from: call.integer(2), isBackwards: true))
        },
        Function(
            ".substring", [Signature([.string, .int], .string), Signature([.string, .int, .int], .string)], 2...3
        ) {
            (arguments, budget) throws(CELError) in
            let call = try TextCall("substring", arguments, &budget)
            let start = try call.position(1, upTo: call.scalars.count)
            let end = arguments.count == 3 ? try call.position(2, upTo: call.scalars.count) : call.scalars.count
            guard start <= end else { throw CELError("the substring ends at \(end), before its start at \(start)") }
            return .string(text(call.scalars[start..<end]))
        },
        Function(
            ".replace",
            [Signature([.string, .string, .string], .string), Signature([.string, .string, .string, .int], .string)],
            3...4
        ) { (arguments, budget) throws(CELError) in
            let call = try TextCall("replace", arguments, &budget)
            try call.paySearch(&budget)
            let new = try call.text(2)
            let pieces = call.pieces(separator: Array(try call.text(1).unicodeScalars), limit: try call.integer(3))
            try budget.spend(bytes: pieces.count * new.utf8.count)
            return .string(pieces.map { text($0) }.joined(separator: new))
        },
        Function(
            ".split",
            [Signature([.string, .string], .list(.string)), Signature([.string, .string, .int], .list(.string))], 2...3
        ) { (arguments, budget) throws(CELError) in
            let call = try TextCall("split", arguments, &budget)
            try call.paySearch(&budget)
            return .list(try call.split(limit: call.integer(2)).map { .string($0) })
        },
        Function(
            ".join", [Signature([.list(.string)], .string), Signature([.list(.string), .string], .string)], 1...2, join),
        mapping(".lowerAscii") { scalars in
            scalars.map { ("A"..."Z").contains($0) ? Unicode.Scalar(UInt8($0.value) + 32) : $0 }
        },
        mapping(".upperAscii") { scalars in
            scalars.map { ("a"..."z").contains($0) ? Unicode.Scalar(UInt8($0.value) - 32) : $0 }
        },
        mapping(".trim") { scalars in
            let start = scalars.firstIndex { !isBlank($0) } ?? scalars.count
            let end = scalars.lastIndex { !isBlank($0) } ?? start - 1
            return Array(scalars[start..<(end + 1)])
        },
        mapping(".reverse") { $0.reversed() },
        Function("strings.quote", [Signature([.string], .string)]) { (value, budget) throws(CELError) in
            let call = try TextCall("strings.quote", [value], &budget)
            return .string("\"" + call.scalars.map(quoted).joined() + "\"")
        },
        Function(".format", [Signature([.string, .list(.dyn)], .string)]) { (format, list, budget) throws(CELError) in
            guard case (.string(let format), .list(let values)) = (format, list) else {
                throw .noOverload("format", [format, list])
            }
            return .string(try TextFormat.format(format, values, &budget))
        },
    ]

    private static let searches = [
        Signature([.string, .string], .int), Signature([.string, .string, .int], .int),
    ]

    private static func mapping(
        _ name: String, _ change: @escaping @Sendable ([Unicode.Scalar]) -> [Unicode.Scalar]
    ) -> Function {
        Function(name, [Signature([.string], .string)]) { (value, budget) throws(CELError) in
            .string(text(change(try TextCall(String(name.dropFirst()), [value], &budget).scalars)))
        }
    }

    private static let join: Function.Variadic = { (arguments, budget) throws(CELError) in
        guard case .list(let elements) = arguments[0] else { throw .noOverload("join", arguments) }
        var separator = ""
        if arguments.count == 2 {
            guard case .string(let text) = arguments[1] else { throw .noOverload("join", arguments) }
            separator = text
        }
        var texts: [String] = []
        for element in elements {
            guard case .string(let text) = element else { throw .noOverload("join", arguments) }
            try budget.spend(bytes: 16 + text.utf8.count + separator.utf8.count)
            texts.append(text)
        }
        return .string(texts.joined(separator: separator))
    }

    /// White space as Unicode sees it, without what only looks empty.
    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isWhitespace }

    private static func quoted(_ scalar: Unicode.Scalar) -> String {
        let escapes: [Unicode.Scalar: String] = [
            "\u{07}": "\\a", "\u{08}": "\\b", "\u{0C}": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\u{0B}": "\\v",
            "\\": "\\\\", "\"": "\\\"",
        ]
        return escapes[scalar] ?? String(Character(scalar))
    }

    static func text(_ scalars: some Sequence<Unicode.Scalar>) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        return String(text)
    }
}

/// A method call on a text, with its arguments on demand.
private struct TextCall {
    let name: String
    let arguments: [CELValue]
    let scalars: [Unicode.Scalar]

    init(_ name: String, _ arguments: [CELValue], _ budget: inout Budget) throws(CELError) {
        guard case .string(let text) = arguments.first else { throw .noOverload(name, arguments) }
        try budget.spend(bytes: text.utf8.count * 4)
        self.name = name
        self.arguments = arguments
        scalars = Array(text.unicodeScalars)
    }

    /// For comparing the first argument at each place.
    func paySearch(_ budget: inout Budget) throws(CELError) {
        try budget.spend(scalars.count / 16 * (1 + (try text(1)).utf8.count / 16))
    }

    func text(_ index: Int) throws(CELError) -> String {
        guard case .string(let text) = arguments[index] else { throw .noOverload(name, arguments) }
        return text
    }

    /// Nil if there is no such argument.
    func integer(_ index: Int) throws(CELError) -> Int64? {
        guard index < arguments.count else { return nil }
        guard case .int(let int) = arguments[index] else { throw .noOverload(name, arguments) }
        return int
    }

    func position(_ index: Int, upTo end: Int) throws(CELError) -> Int {
        guard let integer = try integer(index) else { throw .noOverload(name, arguments) }
        guard let position = Int(exactly: integer), (0...end).contains(position) else {
            throw CELError("the position \(integer) is out of range")
        }
        return position
    }

    func search(from offset: Int64?, isBackwards: Bool) throws(CELError) -> Int64 {
        let part = Array(try text(1).unicodeScalars)
        if let offset, offset < 0 || offset > Int64(scalars.count) {
            throw CELError("the position \(offset) is out of range")
        }
        if part.isEmpty { return offset ?? Int64(scalars.count) }
        guard part.count <= scalars.count else { return -1 }
        let last = scalars.count - part.count
        let start = Int(offset ?? Int64(last))
        let places = isBackwards ? Array((0...min(start, last)).reversed()) : start <= last ? Array(start...last) : []
        return places.first { scalars[$0...].starts(with: part) }.map { Int64($0) } ?? -1
    }

    /// The pieces between at most `limit` occurrences; between all code points if the separator is empty.
    func pieces(separator: [Unicode.Scalar], limit: Int64?) -> [ArraySlice<Unicode.Scalar>] {
        let limit = limit.map { $0 < 0 ? Int64.max : $0 } ?? Int64.max
        var pieces: [ArraySlice<Unicode.Scalar>] = []
        var start = 0
        var place = 0
        while place + separator.count <= scalars.count, pieces.count < limit {
            guard scalars[place...].starts(with: separator) else {
                place += 1
                continue
            }
            pieces.append(scalars[start..<place])
            start = place + separator.count
            place = separator.isEmpty ? place + 1 : start
        }
        return pieces + [scalars[start...]]
    }

    func split(limit: Int64?) throws(CELError) -> [String] {
        let separator = Array(try text(1).unicodeScalars)
        if limit == 0 { return [] }
        let cuts = limit.map { $0 < 0 ? $0 : $0 - 1 }
        if separator.isEmpty {
            let single = min(scalars.count, Int(clamping: cuts.map { $0 < 0 ? .max : $0 } ?? .max))
            let rest = scalars[single...]
            return scalars.prefix(single).map { String(Character($0)) }
                + (rest.isEmpty ? [] : [TextFunctions.text(rest)])
        }
        return pieces(separator: separator, limit: cuts).map { TextFunctions.text($0) }
    }
}
