/// What a person may ask of the engine.
public enum PersonRequest: Hashable, Sendable {
    /// `digest` is that of the plan that the person saw.
    case approve(run: Int, digest: String)
    case reject(run: Int, because: String)
    case cancel(run: Int, because: String)
    /// Undo what may have run, whether it is under way, held, stuck or has ended well.
    case rollBack(run: Int, because: String)
    /// The person deals with it by hand, as it is.
    case takeOver(run: Int, because: String)
    case pause(PauseScope, because: String)
    case resume(PauseScope)
    /// A quarantined target is fine again.
    case release(target: String, because: String)

    /// With `change` made to everything that somebody typed.
    func replacingTexts(_ change: (String) -> String) -> PersonRequest {
        switch self {
        case .approve(let run, let digest): .approve(run: run, digest: change(digest))
        case .reject(let run, let because): .reject(run: run, because: change(because))
        case .cancel(let run, let because): .cancel(run: run, because: change(because))
        case .rollBack(let run, let because): .rollBack(run: run, because: change(because))
        case .takeOver(let run, let because): .takeOver(run: run, because: change(because))
        case .pause(let scope, let because): .pause(scope.replacingName(change), because: change(because))
        case .resume(let scope): .resume(scope.replacingName(change))
        case .release(let target, let because): .release(target: change(target), because: change(because))
        }
    }
}

/// Whose steps are stopped by a pause.
public enum PauseScope: Hashable, Sendable, Comparable, CustomStringConvertible {
    case everything
    case runbook(ExactText)
    case service(ExactText)

    /// `everything`, `runbook:NAME` or `service:NAME`.
    public init?(_ text: String) {
        if text.hasSameBytes(as: "everything") {
            self = .everything
        } else if let name = Self.name(in: text, after: "runbook:") {
            self = .runbook(name)
        } else if let name = Self.name(in: text, after: "service:") {
            self = .service(name)
        } else {
            return nil
        }
    }

    /// By bytes: a name may begin with what Swift draws together with the colon.
    private static func name(in text: String, after prefix: String) -> ExactText? {
        guard text.utf8.starts(with: prefix.utf8), text.utf8.count > prefix.utf8.count else { return nil }
        return ExactText(String(decoding: text.utf8.dropFirst(prefix.utf8.count), as: UTF8.self))
    }

    fileprivate func replacingName(_ change: (String) -> String) -> PauseScope {
        switch self {
        case .everything: self
        case .runbook(let name): .runbook(ExactText(change(name.string)))
        case .service(let name): .service(ExactText(change(name.string)))
        }
    }

    public var description: String {
        switch self {
        case .everything: "everything"
        case .runbook(let name): "runbook:\(name)"
        case .service(let name): "service:\(name)"
        }
    }

    public static func < (left: PauseScope, right: PauseScope) -> Bool {
        ExactText(left.description) < ExactText(right.description)
    }

    func covers(_ plan: Plan) -> Bool {
        switch self {
        case .everything: true
        case .runbook(let name): ExactText(plan.runbook) == name
        case .service(let name): plan.targets.contains { $0.service.map { ExactText($0) } == name }
        }
    }
}
