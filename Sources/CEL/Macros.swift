/// A call as written, which may be a macro.
struct MacroCall {
    let name: String
    /// Of the name.
    let place: Range<Int>
    let target: NodeID?
    let arguments: [NodeID]
    let range: Range<Int>
}

/// Macros look like calls but bind variables or look at the expression itself, so they become nodes of their own.
extension Parser {
    mutating func expand(_ call: MacroCall) throws(CELIssue) -> NodeID {
        if let target = call.target {
            if let expanded = try expandLoop(call, over: target) { return expanded }
            if let expanded = try expandOptional(call, on: target) { return expanded }
            if let expanded = try expandBinding(call, on: target) { return expanded }
        } else if call.name == "has", call.arguments.count == 1 {
            return try expandPresence(call)
        }
        return try tree.add(.call(call.name, target: call.target, arguments: call.arguments), call.range)
    }

    private mutating func expandPresence(_ call: MacroCall) throws(CELIssue) -> NodeID {
        guard case .select(let operand, let field, isOptional: false) = tree[call.arguments[0]].kind else {
            throw CELIssue(
                message: "`has()` takes a field, as in `has(target.owner)`", range: tree[call.arguments[0]].range)
        }
        return try tree.add(.presence(operand, field: field), call.range)
    }

    private mutating func expandLoop(_ call: MacroCall, over range: NodeID) throws(CELIssue) -> NodeID? {
        guard let shape = LoopShape(name: call.name, argumentCount: call.arguments.count) else { return nil }
        var variables: [String] = []
        for argument in call.arguments.prefix(shape.variableCount) { variables.append(try variable(argument)) }
        if variables.count == 2, variables[0] == variables[1] {
            throw CELIssue(
                message: "both variables are called `\(variables[0])`", range: tree[call.arguments[1]].range)
        }
        let bodies = call.arguments.dropFirst(shape.variableCount)
        guard let body = bodies.last else { return nil }
        let condition = bodies.count == 2 ? bodies.first : nil
        let loop = Comprehension(
            form: shape.form, range: range, variables: variables, condition: condition, body: body)
        return try tree.add(.comprehension(loop), call.range)
    }

    private mutating func expandOptional(_ call: MacroCall, on target: NodeID) throws(CELIssue) -> NodeID? {
        guard call.name == "optMap" || call.name == "optFlatMap", call.arguments.count == 2 else { return nil }
        let name = try variable(call.arguments[0])
        let isFlat = call.name == "optFlatMap"
        return try tree.add(.optionalMap(target, name, body: call.arguments[1], isFlat: isFlat), call.range)
    }

    private mutating func expandBinding(_ call: MacroCall, on target: NodeID) throws(CELIssue) -> NodeID? {
        guard case .name("cel", _) = tree[target].kind, call.name == "bind", call.arguments.count == 3 else {
            return nil
        }
        let name = try variable(call.arguments[0])
        return try tree.add(.bind(name, value: call.arguments[1], body: call.arguments[2]), call.range)
    }

    private func variable(_ id: NodeID) throws(CELIssue) -> String {
        guard case .name(let name, isAbsolute: false) = tree[id].kind else {
            throw CELIssue(message: "a plain variable name is expected here", range: tree[id].range)
        }
        return name
    }
}

/// Which loop a name and a number of arguments mean.
private struct LoopShape {
    let form: Comprehension.Form
    let variableCount: Int

    init?(name: String, argumentCount: Int) {
        switch (name, argumentCount) {
        case ("all", 2): (form, variableCount) = (.all, 1)
        case ("exists", 2): (form, variableCount) = (.exists, 1)
        case ("exists_one", 2), ("existsOne", 2): (form, variableCount) = (.existsOne, 1)
        case ("filter", 2): (form, variableCount) = (.filter, 1)
        case ("map", 2), ("map", 3): (form, variableCount) = (.map, 1)
        case ("all", 3): (form, variableCount) = (.all, 2)
        case ("exists", 3): (form, variableCount) = (.exists, 2)
        case ("exists_one", 3), ("existsOne", 3): (form, variableCount) = (.existsOne, 2)
        case ("transformList", 3), ("transformList", 4): (form, variableCount) = (.transformList, 2)
        case ("transformMap", 3), ("transformMap", 4): (form, variableCount) = (.transformMap, 2)
        case ("transformMapEntry", 3), ("transformMapEntry", 4): (form, variableCount) = (.transformMapEntry, 2)
        case _: return nil
        }
    }
}
