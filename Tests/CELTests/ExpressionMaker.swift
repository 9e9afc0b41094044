/// Makes random expressions over the facts of ``RandomFacts``: mostly of agreeing types, sometimes not.
struct ExpressionMaker {
    enum Kind: CaseIterable {
        case bool, int, uint, double, string, bytes, list, map, timestamp, duration, optional, type
    }

    var random: SplitMix
    /// Names of loops and bindings in scope.
    private var locals: [(name: String, kind: Kind)] = []
    /// Nothing nests deeper.
    private var room = 0

    init(random: SplitMix) {
        self.random = random
    }

    /// Half of them have the common shape that is lowered.
    mutating func expression() -> String {
        locals = []
        room = 1 + random.below(5)
        if chance(50) { return common(depth: 1 + random.below(4)) }
        return make(Kind.allCases[random.below(Kind.allCases.count)])
    }

    // MARK: The common shape

    private mutating func common(depth: Int) -> String {
        guard depth > 0, chance(75) else { return question() }
        let count = 2 + random.below(3)
        switch random.below(4) {
        case 0: return "!(\(common(depth: depth - 1)))"
        case 1: return "(" + (0..<count).map { _ in common(depth: depth - 1) }.joined(separator: " || ") + ")"
        case _: return "(" + (0..<count).map { _ in common(depth: depth - 1) }.joined(separator: " && ") + ")"
        }
    }

    private mutating func question() -> String {
        let path = pick(RandomFacts.paths)
        let operation = pick(["==", "!=", "==", "<", "<=", ">", ">="])
        switch random.below(12) {
        case 0: return chance(60) ? pick(["storm", "action.idempotent"]) : path
        case 1, 2: return "has(\(pick(RandomFacts.fields)))"
        case 3: return "size(\(chance(60) ? "incident.alerts" : path)) \(operation) \(random.below(4))"
        case 4: return "\(path).size() \(operation) \(scalar())"
        case 5, 6: return "\(path) in [\((0...random.below(4)).map { _ in scalar() }.joined(separator: ", "))]"
        case 7: return "\(scalar()) \(operation) \(path)"
        case 8, 9: return "\(pick(["action.kind", "target.environment"])) \(operation) \(pick(Self.strings))"
        case _: return "\(path) \(operation) \(scalar())"
        }
    }

    private mutating func scalar() -> String {
        switch random.below(8) {
        case 0: pick(Self.ints)
        case 1: pick(Self.doubles)
        case 2: pick(["true", "false", "2u", "null", "9007199254740993", "18446744073709551615u"])
        case _: pick(Self.strings)
        }
    }

    // MARK: Everything

    /// One in fifty has another type than it should.
    private mutating func make(_ wanted: Kind) -> String {
        let kind = chance(2) ? Kind.allCases[random.below(Kind.allCases.count)] : wanted
        guard room > 0 else { return leaf(kind) }
        room -= 1
        defer { room += 1 }
        let known = locals.filter { $0.kind == kind }
        if !known.isEmpty, chance(30) { return known[random.below(known.count)].name }
        if chance(8) { return "(\(make(.bool)) ? \(make(kind)) : \(make(kind)))" }
        if chance(4) { return binding(kind) }
        return compound(kind)
    }

    private mutating func binding(_ kind: Kind) -> String {
        let bound = Kind.allCases[random.below(Kind.allCases.count)]
        let value = make(bound)
        return scoped(bound) { name, maker in "cel.bind(\(name), \(value), \(maker.make(kind)))" }
    }

    private mutating func scoped(_ kind: Kind, _ body: (String, inout ExpressionMaker) -> String) -> String {
        let name = "v\(locals.count)"
        locals.append((name, kind))
        defer { locals.removeLast() }
        return body(name, &self)
    }

    private mutating func leaf(_ kind: Kind) -> String {
        if chance(20) { return pick(RandomFacts.paths) }
        switch kind {
        case .bool: return pick(["true", "false", "storm", "has(action.rollback)"])
        case .int: return pick(Self.ints)
        case .uint: return pick(["0u", "1u", "18446744073709551615u"])
        case .double: return pick(Self.doubles)
        case .string: return pick(Self.strings)
        case .bytes: return pick(["b''", "b'\\xff'", "b'abc'"])
        case .list: return pick(["[]", "[1, 2, 3]", "['a', 1.5, null]", "[[1], {}]"])
        case .map: return pick(["{}", "{'a': 1, 'b': 'c'}", "{1: true, 2u: false}", "{true: [1]}"])
        case .timestamp: return pick(["now", "timestamp('2026-01-02T03:04:05Z')", "timestamp('9999-12-31T23:59:59Z')"])
        case .duration: return pick(["duration('1h')", "duration('-1.5s')", "duration('2562047h')"])
        case .optional: return pick(["optional.none()", "optional.of(1)", "target.?owner", "incident.?labels.?zone"])
        case .type: return pick(["int", "type(1)", "type(action.kind)", "string"])
        }
    }

    private mutating func compound(_ kind: Kind) -> String {
        switch kind {
        case .bool: return truth()
        case .int: return number(.int)
        case .uint: return number(.uint)
        case .double: return number(.double)
        case .string: return text()
        case .bytes: return chance(50) ? "bytes(\(make(.string)))" : "\(make(.bytes)) + \(make(.bytes))"
        case .list: return list()
        case .map: return map()
        case .timestamp: return "\(make(.timestamp)) \(pick(["+", "-"])) \(make(.duration))"
        case .duration: return chance(50) ? "\(make(.timestamp)) - \(make(.timestamp))" : "-(\(make(.duration)))"
        case .optional: return optional()
        case .type: return "type(\(make(Kind.allCases[random.below(Kind.allCases.count)])))"
        }
    }

    private mutating func truth() -> String {
        let kind = Kind.allCases[random.below(Kind.allCases.count)]
        switch random.below(14) {
        case 0, 1: return "(\(make(.bool)) && \(make(.bool)))"
        case 2, 3: return "(\(make(.bool)) || \(make(.bool)) || \(make(.bool)))"
        case 4: return "!\(leaf(.bool))"
        case 5: return "(\(make(kind)) \(pick(["==", "!="])) \(make(kind)))"
        case 6: return "(\(make(kind)) \(pick(["<", "<=", ">", ">="])) \(make(kind)))"
        case 7: return "(\(make(kind)) in \(make(chance(70) ? .list : .map)))"
        case 8: return "\(make(.string)).\(pick(["startsWith", "endsWith", "contains", "matches"]))(\(make(.string)))"
        case 9: return "\(make(.string)).matches(\(pick(["'^a.*'", "'.'", "'[0-9]+'"])))"
        case 10: return loop(pick(["all", "exists", "exists_one"]), .bool)
        case 11: return "\(make(.map)).\(pick(["all", "exists", "existsOne"]))(k, w, \(make(.bool)))"
        case 12: return "\(make(.optional)).hasValue()"
        case _: return "has(\(pick(RandomFacts.fields)))"
        }
    }

    private mutating func number(_ kind: Kind) -> String {
        switch random.below(8) {
        case 0, 1, 2: return "(\(make(kind)) \(pick(["+", "-", "*", "/", "%"])) \(make(kind)))"
        case 3: return "size(\(make(pick([.string, .list, .map, .bytes]))))"
        case 4: return "\(pick(["int", "uint", "double"]))(\(make(pick([.int, .double, .string, .uint]))))"
        case 5: return "math.\(pick(["greatest", "least"]))(\(make(kind)), \(make(kind)))"
        case 6: return "\(make(.timestamp)).getHours(\(pick(["", "'Europe/Berlin'", "action.kind", "'+01:00'"])))"
        case _: return "-(\(make(kind)))"
        }
    }

    private mutating func text() -> String {
        switch random.below(7) {
        case 0, 1: return "(\(make(.string)) + \(make(.string)))"
        case 2: return "string(\(make(pick([.int, .double, .bytes, .timestamp, .bool]))))"
        case 3: return "\(make(.string)).\(pick(["lowerAscii", "upperAscii", "trim", "reverse"]))()"
        case 4: return "\(make(.string)).replace(\(make(.string)), \(make(.string)))"
        case 5: return "\(make(.list)).join('-')"
        case _: return "\(make(.string)).substring(\(make(.int)))"
        }
    }

    private mutating func list() -> String {
        switch random.below(8) {
        case 0: return "[\(make(.int)), \(make(.string)), ?\(make(.optional))]"
        case 1: return "(\(make(.list)) + \(make(.list)))"
        case 2: return loop("filter", .bool)
        case 3: return loop("map", Kind.allCases[random.below(Kind.allCases.count)])
        case 4: return "\(make(.list)).transformList(i, w, \(make(.bool)), \(make(.int)))"
        case 5: return "\(make(.string)).split(\(make(.string)))"
        case 6: return "[\(make(.list))[\(make(.int))], \(make(.map))[\(make(.string))]]"
        case _: return "[\(make(.bool))]"
        }
    }

    private mutating func map() -> String {
        switch random.below(4) {
        case 0: return "{\(make(.string)): \(make(.int)), \(make(.string)): \(make(.list))}"
        case 1: return "{?\(make(.string)): \(make(.optional))}"
        case 2: return "\(make(.map)).transformMap(k, w, \(make(.int)))"
        case _: return "\(make(.list)).transformMapEntry(i, w, {\(make(.string)): i})"
        }
    }

    private mutating func optional() -> String {
        switch random.below(6) {
        case 0: return "optional.of(\(make(.int)))"
        case 1: return "\(make(.map))[?\(make(.string))]"
        case 2: return "\(make(.list))[?\(make(.int))]"
        case 3: return "\(make(.optional)).or(\(make(.optional)))"
        case 4: return "optional.of(\(make(.optional)).orValue(\(make(.string))))"
        case _:
            let operand = make(.optional)
            return scoped(.string) { name, maker in "\(operand).optMap(\(name), \(maker.make(.string)))" }
        }
    }

    private mutating func loop(_ name: String, _ body: Kind) -> String {
        let range = make(.list)
        return scoped(.int) { variable, maker in "\(range).\(name)(\(variable), \(maker.make(body)))" }
    }

    // MARK: Chance

    private mutating func chance(_ percent: Int) -> Bool { random.below(100) < percent }
    private mutating func pick<Element>(_ elements: [Element]) -> Element { elements[random.below(elements.count)] }

    private static let ints = [
        "0", "1", "-1", "2", "3", "10", "9223372036854775807", "-9223372036854775808", "9007199254740992",
    ]
    private static let doubles = ["0.0", "-0.0", "0.1", "1.0", "2.5", "1e300", "(0.0 / 0.0)", "-1.5"]
    /// One of them twice to the eye: composed, and decomposed.
    private static let strings = [
        "''", "'restart'", "'production'", "'staging'", "'critical'", "'gold'", "'\\u00e9'", "'e\\u0301'",
        "'\\U0001F600'",
        "'a'", "'\\u0000'", "'restart '",
    ]
}
