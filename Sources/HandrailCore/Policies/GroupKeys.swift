internal import CEL

/// The groups that a plan is counted in by one limit or breaker.
struct GroupKeys {
    /// Sorted; one for each combination of values among the steps on their targets.
    var keys: [ExactText] = []
    /// Why there is no key for a step, sorted. Not empty: the guard denies.
    var faults: [String] = []
}

extension PolicyFacts {
    /// - Parameter per: what is counted together. Empty: everything.
    func groups(by per: [CELProgram]) -> GroupKeys {
        var keys: Set<ExactText> = []
        var faults: Set<String> = []
        for subject in subjects {
            do {
                keys.insert(try GroupKeys.key(per, subject.facts))
            } catch {
                faults.insert(error.message)
            }
        }
        return GroupKeys(keys: keys.sorted(), faults: faults.sorted())
    }
}

extension GroupKeys {
    /// The values as text, joined by NUL, which no value may contain. An empty text is a value like others: targets
    /// without a service are counted together.
    fileprivate static func key(_ per: [CELProgram], _ facts: CELFacts) throws(CELError) -> ExactText {
        var words: [String] = []
        for program in per {
            let word = try text(of: try program.evaluate(facts), program)
            guard !word.utf8.contains(0) else {
                throw CELError(message: "the value of `\(program.source)` holds a NUL")
            }
            words.append(word)
        }
        return ExactText(words.joined(separator: "\u{0}"))
    }

    private static func text(of value: CELValue, _ program: CELProgram) throws(CELError) -> String {
        switch value {
        case .string(let string): return string
        case .int(let int): return String(int)
        case .uint(let uint): return String(uint)
        case .bool(let bool): return String(bool)
        case .map(let map):
            // `per: [runbook]` means the runbook's name.
            if program.referencedPaths == ["runbook"], case .string(let name) = map["name"] { return name }
        case .null, .double, .bytes, .list, .timestamp, .duration, .type, .optional: break
        }
        throw CELError(message: "`\(program.source)` gives a value of type \(value.typeName.name), not text")
    }
}
