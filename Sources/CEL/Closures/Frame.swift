/// What the closures of a program work on: the facts, what may still be spent, and the variables in scope.
struct Frame {
    let facts: CELFacts
    var budget: Budget
    /// Values of the variables of loops and bindings, innermost last.
    var locals: [CELValue] = []

    init(_ facts: CELFacts, costLimit: Int) {
        self.facts = facts
        budget = Budget(limit: costLimit)
    }

    /// What a name or a chain of names stands for; nil if for nothing as a whole.
    func value(of reference: Plan.Reference?) -> CELValue? {
        switch reference {
        case .local(let slot): return locals[slot]
        case .global(let names, let type):
            for name in names {
                if let value = facts[name] { return value }
            }
            return type.map { .type($0) }
        case nil: return nil
        }
    }

    /// What `body` makes of it with one more variable in scope.
    @inline(__always)
    mutating func with<Result>(
        _ value: CELValue, _ body: (inout Frame) throws(CELError) -> Result
    ) throws(CELError) -> Result {
        locals.append(value)
        // After an error too: `&&` and `||` may go on.
        defer { locals.removeLast() }
        return try body(&self)
    }

    /// With two more.
    @inline(__always)
    mutating func with<Result>(
        _ first: CELValue, _ second: CELValue, _ body: (inout Frame) throws(CELError) -> Result
    ) throws(CELError) -> Result {
        locals.append(first)
        locals.append(second)
        defer { locals.removeLast(2) }
        return try body(&self)
    }
}

/// A sub-expression as a function, with what it costs and where it fails built in.
///
/// A structure around a closure: in an array or an optional a bare closure would be called through another one.
struct Computation: Sendable {
    typealias Body = @Sendable (inout Frame) throws(CELError) -> CELValue

    let value: Body

    init(_ value: @escaping Body) {
        self.value = value
    }
}

/// A sub-expression that is true or false.
struct Condition: Sendable {
    typealias Body = @Sendable (inout Frame) throws(CELError) -> Bool

    let holds: Body

    init(_ holds: @escaping Body) {
        self.holds = holds
    }
}

/// Errors of `body` happened at `place`, unless they know better.
@inline(__always)
func located<Result>(
    at place: Range<Int>, _ body: () throws(CELError) -> Result
) throws(CELError) -> Result {
    do throws(CELError) {
        return try body()
    } catch {
        throw error.located(at: place)
    }
}
