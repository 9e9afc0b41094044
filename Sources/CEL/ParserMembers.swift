/// Literals, names, collections and what can follow them.
extension Parser {
    mutating func takeMember() throws(CELIssue) -> NodeID {
        let start = token.range.lowerBound
        return try takeSuffixes(of: try takePrimary(), from: start)
    }

    /// `.field`, `.?field`, `.method(…)`, `[index]`, `[?index]`, in any number.
    mutating func takeSuffixes(of operand: NodeID, from start: Int) throws(CELIssue) -> NodeID {
        var result = operand
        while true {
            if try take(.dot) {
                result = try takeField(of: result, from: start)
            } else if try take(.openBracket) {
                let isOptional = try take(.question)
                let index = try takeExpression()
                try require(.closeBracket)
                result = try tree.add(.index(result, index, isOptional: isOptional), start..<lastEnd)
            } else if isAt(.openBrace) {
                throw CELIssue(message: "messages cannot be constructed here; write a map", range: token.range)
            } else {
                return result
            }
        }
    }

    private mutating func takeField(of operand: NodeID, from start: Int) throws(CELIssue) -> NodeID {
        let isOptional = try take(.question)
        let place = token.range
        switch token.kind {
        case .quotedName(let name):
            try advance()
            return try tree.add(.select(operand, field: name, isOptional: isOptional), start..<lastEnd)
        case .name(let name) where !ReservedWords.keywords.contains(name):
            try advance()
            guard !isOptional, isAt(.openParenthesis) else {
                return try tree.add(.select(operand, field: name, isOptional: isOptional), start..<lastEnd)
            }
            let arguments = try takeArguments()
            let call = MacroCall(
                name: name, place: place, target: operand, arguments: arguments, range: start..<lastEnd)
            return try expand(call)
        case .name, .int, .uint, .double, .string, .bytes, .symbol, .end:
            throw unexpectedToken()
        }
    }

    private mutating func takeArguments() throws(CELIssue) -> [NodeID] {
        try require(.openParenthesis)
        return try takeItems(until: .closeParenthesis, allowsTrailingComma: false) { parser throws(CELIssue) in
            try parser.takeExpression()
        }
    }

    private mutating func takeItems<Item>(
        until end: Token.Symbol, allowsTrailingComma: Bool, _ takeItem: (inout Parser) throws(CELIssue) -> Item
    ) throws(CELIssue) -> [Item] {
        var items: [Item] = []
        if try take(end) { return items }
        while true {
            items.append(try takeItem(&self))
            if try take(end) { return items }
            guard try take(.comma) else { throw unexpectedToken(wanted: end) }
            if allowsTrailingComma, try take(end) { return items }
        }
    }

    private mutating func takePrimary() throws(CELIssue) -> NodeID {
        let range = token.range
        switch token.kind {
        case .int(let magnitude):
            guard let int = Int64(exactly: magnitude) else {
                throw CELIssue(message: "the number `\(magnitude)` is too large", range: range)
            }
            return try takeLiteral(.int(int))
        case .uint(let uint): return try takeLiteral(.uint(uint))
        case .double(let double): return try takeLiteral(.double(double))
        case .string(let string): return try takeLiteral(.string(string))
        case .bytes(let bytes): return try takeLiteral(.bytes(bytes))
        case .name(let name): return try takeName(name, isAbsolute: false)
        case .symbol(.dot):
            try advance()
            guard case .name(let name) = token.kind else { throw unexpectedToken() }
            return try takeName(name, isAbsolute: true, from: range.lowerBound)
        case .symbol(.openParenthesis):
            try advance()
            let inner = try takeExpression()
            try require(.closeParenthesis)
            return inner
        case .symbol(.openBracket): return try takeList()
        case .symbol(.openBrace): return try takeMap()
        case .symbol, .quotedName, .end: throw unexpectedToken()
        }
    }

    private mutating func takeLiteral(_ value: CELValue) throws(CELIssue) -> NodeID {
        let range = token.range
        try advance()
        return try tree.add(.literal(value), range)
    }

    private mutating func takeName(
        _ name: String, isAbsolute: Bool, from dot: Int? = nil
    ) throws(CELIssue) -> NodeID {
        let place = token.range
        let start = dot ?? place.lowerBound
        if !isAbsolute, let constant = ReservedWords.constants[name] { return try takeLiteral(constant) }
        guard !ReservedWords.all.contains(name) else {
            throw CELIssue(message: "`\(name)` is a reserved word", range: place)
        }
        try advance()
        guard isAt(.openParenthesis) else {
            return try tree.add(.name(name, isAbsolute: isAbsolute), start..<lastEnd)
        }
        let arguments = try takeArguments()
        return try expand(
            MacroCall(name: name, place: place, target: nil, arguments: arguments, range: start..<lastEnd))
    }

    private mutating func takeList() throws(CELIssue) -> NodeID {
        let start = token.range.lowerBound
        try advance()
        let elements = try takeItems(until: .closeBracket, allowsTrailingComma: true) { parser throws(CELIssue) in
            let isOptional = try parser.take(.question)
            return SyntaxNode.ListElement(value: try parser.takeExpression(), isOptional: isOptional)
        }
        return try tree.add(.list(elements), start..<lastEnd)
    }

    private mutating func takeMap() throws(CELIssue) -> NodeID {
        let start = token.range.lowerBound
        try advance()
        let entries = try takeItems(until: .closeBrace, allowsTrailingComma: true) { parser throws(CELIssue) in
            let isOptional = try parser.take(.question)
            let key = try parser.takeExpression()
            try parser.require(.colon)
            return SyntaxNode.MapEntry(key: key, value: try parser.takeExpression(), isOptional: isOptional)
        }
        return try tree.add(.map(entries), start..<lastEnd)
    }
}

enum ReservedWords {
    static let constants: [String: CELValue] = ["true": .bool(true), "false": .bool(false), "null": .null]
    /// Not even a field may be called so.
    static let keywords: Set<String> = ["in", "true", "false", "null"]
    static let all = keywords.union([
        "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package",
        "namespace", "return", "var", "void", "while",
    ])
}
