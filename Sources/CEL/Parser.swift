/// Builds the syntax tree. Chains are parsed by loops and nesting is bounded, so no source overflows the stack.
struct Parser {
    static let sourceLimitBytes = 64 * 1024
    private static let nestingLimit = 100

    private var lexer: Lexer
    var token: Token
    /// Where the token before this one ended.
    var lastEnd = 0
    private var nesting = 0
    var tree = SyntaxTree()

    static func parse(_ source: String) throws(CELIssue) -> SyntaxTree {
        let bytes = Array(source.utf8)
        guard bytes.count <= sourceLimitBytes else {
            throw CELIssue(
                message: "the expression is longer than \(sourceLimitBytes) bytes", range: 0..<bytes.count)
        }
        var parser = try Parser(bytes)
        parser.tree.root = try parser.takeExpression()
        guard parser.token.kind == .end else { throw parser.unexpectedToken() }
        return parser.tree
    }

    private init(_ bytes: [UInt8]) throws(CELIssue) {
        lexer = Lexer(bytes)
        token = try lexer.next()
    }

    // MARK: Tokens

    mutating func advance() throws(CELIssue) {
        lastEnd = token.range.upperBound
        token = try lexer.next()
    }

    func isAt(_ symbol: Token.Symbol) -> Bool {
        token.kind == .symbol(symbol)
    }

    mutating func take(_ symbol: Token.Symbol) throws(CELIssue) -> Bool {
        guard isAt(symbol) else { return false }
        try advance()
        return true
    }

    mutating func require(_ symbol: Token.Symbol) throws(CELIssue) {
        guard try take(symbol) else { throw unexpectedToken(wanted: symbol) }
    }

    func unexpectedToken(wanted: Token.Symbol? = nil) -> CELIssue {
        let hope = wanted.map { ", expected `\($0.rawValue)`" } ?? ""
        guard token.kind != .end else {
            let isEmpty = tree.nodes.isEmpty && wanted == nil
            let message = isEmpty ? "the expression is empty" : "the expression ends too early\(hope)"
            return CELIssue(message: message, range: token.range)
        }
        let text = String(decoding: lexer.bytes[token.range], as: UTF8.self)
        return CELIssue(message: "unexpected `\(text)`\(hope)", range: token.range)
    }

    // MARK: Operators

    /// `condition ? then : otherwise`, or what binds tighter.
    mutating func takeExpression() throws(CELIssue) -> NodeID {
        nesting += 1
        defer { nesting -= 1 }
        guard nesting <= Self.nestingLimit else {
            throw CELIssue(message: "the expression is nested too deeply", range: token.range)
        }
        var conditions: [(start: Int, condition: NodeID, then: NodeID)] = []
        while true {
            let start = token.range.lowerBound
            let operand = try takeAny()
            guard try take(.question) else { return try fold(conditions, otherwise: operand) }
            let then = try takeAny()
            try require(.colon)
            conditions.append((start, operand, then))
        }
    }

    private mutating func fold(
        _ conditions: [(start: Int, condition: NodeID, then: NodeID)], otherwise: NodeID
    ) throws(CELIssue) -> NodeID {
        var result = otherwise
        for part in conditions.reversed() {
            result = try tree.add(
                .conditional(part.condition, then: part.then, otherwise: result), part.start..<lastEnd)
        }
        return result
    }

    private mutating func takeAny() throws(CELIssue) -> NodeID {
        let start = token.range.lowerBound
        var operands = [try takeEvery()]
        while try take(.or) { operands.append(try takeEvery()) }
        return operands.count == 1 ? operands[0] : try tree.add(.any(operands), start..<lastEnd)
    }

    private mutating func takeEvery() throws(CELIssue) -> NodeID {
        let start = token.range.lowerBound
        var operands = [try takeBinary(above: 0)]
        while try take(.and) { operands.append(try takeBinary(above: 0)) }
        return operands.count == 1 ? operands[0] : try tree.add(.every(operands), start..<lastEnd)
    }

    private mutating func takeBinary(above precedence: Int) throws(CELIssue) -> NodeID {
        let start = token.range.lowerBound
        var left = try takeUnary()
        while let binary = binaryOperator, binary.precedence > precedence {
            try advance()
            let right = try takeBinary(above: binary.precedence)
            left = try tree.add(.binary(binary, left, right), start..<lastEnd)
        }
        return left
    }

    private var binaryOperator: BinaryOperator? {
        switch token.kind {
        case .symbol(let symbol): BinaryOperator(rawValue: symbol.rawValue)
        case .name("in"): .membership
        case .name, .quotedName, .int, .uint, .double, .string, .bytes, .end: nil
        }
    }

    /// `!!!x` and `---x`, but not a mixture.
    private mutating func takeUnary() throws(CELIssue) -> NodeID {
        guard isAt(.not) || isAt(.minus) else { return try takeMember() }
        let isNot = isAt(.not)
        var starts: [Int] = []
        while isAt(isNot ? .not : .minus) {
            starts.append(token.range.lowerBound)
            try advance()
        }
        // The last minus before a number belongs to the number, so that the least int can be written.
        if !isNot, let literal = negativeLiteral, let start = starts.popLast() {
            try advance()
            let number = try tree.add(.literal(literal), start..<lastEnd)
            return try wrap(try takeSuffixes(of: number, from: start), in: .negate, starts)
        }
        return try wrap(try takeMember(), in: isNot ? .not : .negate, starts)
    }

    private mutating func wrap(
        _ operand: NodeID, in unary: UnaryOperator, _ starts: [Int]
    ) throws(CELIssue) -> NodeID {
        var result = operand
        for start in starts.reversed() { result = try tree.add(.unary(unary, result), start..<lastEnd) }
        return result
    }

    private var negativeLiteral: CELValue? {
        switch token.kind {
        case .int(let magnitude): Int64(exactly: -Int128(magnitude)).map { .int($0) }
        case .double(let double): .double(-double)
        case .name, .quotedName, .uint, .string, .bytes, .symbol, .end: nil
        }
    }
}
