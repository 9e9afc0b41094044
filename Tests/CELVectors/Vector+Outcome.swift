internal import CEL

extension Vector {
    enum Outcome {
        case passed
        case skipped
        case failed(String)
    }

    /// Extensions of the language that the module implements; core is required of everyone.
    static let implemented: Set<String> = [
        "core", "check:type_deduction", "ext:bindings", "ext:encoders", "ext:math", "ext:optionals", "ext:strings",
        "ext:two_var_comprehensions",
    ]

    func outcome() -> Outcome {
        guard Self.implemented.contains(profile), !declaresFunctions else { return .skipped }
        switch compile() {
        case .issues(let issues):
            return judge(error: issues.map(\.message).joined(separator: "; "))
        case .program(let program):
            if let wanted = expect.deducedType, program.resultType != TypeText.parse(wanted) {
                return .failed("has type \(program.resultType), not \(wanted)")
            }
            if checkOnly == true { return .passed }
            do throws(CELError) {
                return judge(value: try program.evaluate(CELFacts(values)))
            } catch {
                return judge(error: error.message)
            }
        }
    }

    /// Functions cannot be declared here.
    private var declaresFunctions: Bool { (typeEnv ?? []).contains { $0.kind == "function" } }

    private var values: [String: CELValue] { (bindings ?? [:]).mapValues(\.value.value) }

    private func compile() -> CELCompilation {
        let declared = (typeEnv ?? []).compactMap { declaration in
            declaration.type.map { CELVariable(declaration.name, TypeText.parse($0), about: "") }
        }
        let bound = values.keys.filter { name in !declared.contains { $0.name == name } }.sorted()
            .map { CELVariable($0, .dyn, about: "") }
        let environment = CELEnvironment(
            variables: declared + bound, container: container ?? "", isChecked: disableCheck != true)
        return environment.compile(expr)
    }

    private func judge(value: CELValue) -> Outcome {
        guard let wanted = expect.value else { return .failed("got \(value), not an error") }
        return wanted.isSame(as: value) ? .passed : .failed("got \(value)")
    }

    /// Any error will do, but not for want of the function that is tested.
    private func judge(error: String) -> Outcome {
        guard let wanted = expect.error, expect.value == nil else { return .failed("got error: \(error)") }
        guard error.contains("unknown function"), !wanted.contains(where: Self.speaksOfUnknownFunctions) else {
            return .passed
        }
        return .failed("the function does not exist: \(error)")
    }

    private static func speaksOfUnknownFunctions(_ message: String) -> Bool {
        ["unbound function", "undeclared reference", "unknown function"].contains { message.contains($0) }
    }
}
