/// A function or method of the language: how it may be called, and what it does.
struct Function: Sendable {
    typealias Unary = @Sendable (CELValue, inout Budget) throws(CELError) -> CELValue
    typealias Binary = @Sendable (CELValue, CELValue, inout Budget) throws(CELError) -> CELValue
    typealias Variadic = @Sendable ([CELValue], inout Budget) throws(CELError) -> CELValue

    enum Body: Sendable {
        case unary(Unary)
        case binary(Binary)
        /// Any number of arguments.
        case variadic(Variadic)
    }

    /// As it is written: `size`, `math.greatest`; methods with a dot before: `.size`.
    let name: String
    let signatures: [Signature]
    let body: Body
    /// Checked by the evaluator too, since unchecked programs may call with any number of arguments.
    let argumentCounts: ClosedRange<Int>

    init(_ name: String, _ signatures: [Signature], _ body: @escaping Unary) {
        self.init(name, signatures, .unary(body), 1...1)
    }

    init(_ name: String, _ signatures: [Signature], _ body: @escaping Binary) {
        self.init(name, signatures, .binary(body), 2...2)
    }

    init(_ name: String, _ signatures: [Signature], _ counts: ClosedRange<Int>, _ body: @escaping Variadic) {
        self.init(name, signatures, .variadic(body), counts)
    }

    private init(_ name: String, _ signatures: [Signature], _ body: Body, _ argumentCounts: ClosedRange<Int>) {
        self.name = name
        self.signatures = signatures
        self.body = body
        self.argumentCounts = argumentCounts
    }

    /// The name without the dot of a method.
    var displayName: String { name.hasPrefix(".") ? String(name.dropFirst()) : name }

    func call(_ arguments: [CELValue], _ budget: inout Budget) throws(CELError) -> CELValue {
        guard argumentCounts.contains(arguments.count) else { throw .noOverload(displayName, arguments) }
        return switch body {
        case .unary(let body): try body(arguments[0], &budget)
        case .binary(let body): try body(arguments[0], arguments[1], &budget)
        case .variadic(let body): try body(arguments, &budget)
        }
    }
}

/// All functions. An extension of the language adds a table here.
enum FunctionLibrary {
    static let byName: [String: Function] = {
        let core = StringFunctions.all + ConversionFunctions.all + TimeFunctions.all
        let extensions = OptionalFunctions.all + TextFunctions.all + MathFunctions.all + Base64Functions.all
        let all = core + extensions
        return Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }()

    static let methodNames: [String] = byName.keys.filter { $0.hasPrefix(".") }.map { String($0.dropFirst()) }
    static let functionNames: [String] = byName.keys.filter { !$0.hasPrefix(".") }
    /// What may stand before a dot without being a value: `math` of `math.abs`.
    static let namespaces: Set<String> = Set(
        functionNames.filter { $0.contains(".") }.map { String($0.prefix { $0 != "." }) } + ["cel"])
}

/// Functions of strings and collections.
enum StringFunctions {
    static let all: [Function] = [
        Function("size", sizes, size),
        Function(".size", sizes, size),
        Function(".contains", texts) { (text, part, budget) throws(CELError) in
            try test("contains", text, part, &budget) { $0.contains(bytesOf: $1) }
        },
        Function(".startsWith", texts) { (text, part, budget) throws(CELError) in
            try test("startsWith", text, part, &budget) { $0.starts(withBytesOf: $1) }
        },
        Function(".endsWith", texts) { (text, part, budget) throws(CELError) in
            try test("endsWith", text, part, &budget) { $0.ends(withBytesOf: $1) }
        },
        Function(".matches", texts, matches),
        Function("matches", texts, matches),
    ]

    private static let sizes = [
        Signature([.string], .int), Signature([.bytes], .int), Signature([.list(.a)], .int),
        Signature([.map(.a, .b)], .int),
    ]
    private static let texts = [Signature([.string, .string], .bool)]

    private static let size: Function.Unary = { (value, budget) throws(CELError) in
        switch value {
        case .string(let string):
            try budget.spend(bytes: string.utf8.count)
            return .int(Int64(string.unicodeScalars.count))
        case .bytes(let bytes): return .int(Int64(bytes.count))
        case .list(let elements): return .int(Int64(elements.count))
        case .map(let map): return .int(Int64(map.count))
        case .null, .bool, .int, .uint, .double, .timestamp, .duration, .type, .optional:
            throw .noOverload("size", [value])
        }
    }

    private static func test(
        _ name: String, _ text: CELValue, _ part: CELValue, _ budget: inout Budget, _ holds: (String, String) -> Bool
    ) throws(CELError) -> CELValue {
        guard case (.string(let text), .string(let part)) = (text, part) else {
            throw .noOverload(name, [text, part])
        }
        try budget.spend(bytes: text.utf8.count + part.utf8.count)
        return .bool(holds(text, part))
    }

    /// For patterns that are not literals, which are compiled once with the program instead.
    private static let matches: Function.Binary = { (text, pattern, budget) throws(CELError) in
        guard case (.string(let text), .string(let pattern)) = (text, pattern) else {
            throw .noOverload("matches", [text, pattern])
        }
        // Compiling is far dearer than matching.
        try budget.spend(500 + pattern.utf8.count)
        return try matches(text, try compile(pattern), &budget)
    }

    static func compile(_ pattern: String) throws(CELError) -> LinearRegex {
        do {
            return try LinearRegex(pattern)
        } catch {
            throw CELError(error.message)
        }
    }

    static func matches(_ text: String, _ regex: LinearRegex, _ budget: inout Budget) throws(CELError) -> CELValue {
        try budget.spend(bytes: text.utf8.count)
        return .bool(regex.matchesPart(of: text))
    }
}
