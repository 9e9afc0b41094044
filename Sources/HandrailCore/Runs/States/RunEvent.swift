/// What has happened to a run. Journaled before its effects are carried out.
public enum RunEvent: Hashable, Sendable {
    case decided(RunDecision)
    case rehearsed(step: Int, StepEnding)
    /// `digest` is that of the plan that the person saw.
    case approved(by: Person, digest: String)
    case rejected(by: Person, because: String)
    /// Nobody needs to answer any more.
    case withdrawn(because: String)
    /// A deadline of the current state may have passed.
    case timePassed
    /// Policy, guards and signature still hold, on fresh facts.
    case confirmed(step: Int)
    /// They don't.
    case refused(step: Int, because: String)
    /// What the step is for is not there any more, so it is left out.
    case gone(step: Int, because: String)
    /// Read before the step, for its undo; by name, as ``UndoArguments/captured(_:as:at:)`` accepted it.
    case captured(step: Int, [String: String])
    case stepEnded(step: Int, attempt: Int, StepEnding)
    case probed(step: Int, ProbeAnswer)
    case verified(VerificationAnswer)
    case undone(step: Int, StepEnding)
    case cancelled(by: Person)
    /// A person's word on a run that is held or stuck.
    case resolved(by: Person, Resolution)
    /// The engine has started again; what was under way then has an unknown outcome.
    case recovered
}

public enum RunDecision: Hashable, Sendable {
    case automatic
    case approval(Question)
    case advisory
    case deny(because: String)
}

public enum StepEnding: Hashable, Sendable {
    case succeeded
    case failed(because: String)
    /// A timeout, a crash: it may have taken effect.
    case unknown(because: String)
    /// Nothing was started, for certain.
    case notStarted(because: String)
    /// Something of it goes on and cannot be ended, so it may take effect at any time.
    case outOfHand(because: String)
}

public enum ProbeAnswer: Hashable, Sendable {
    case healthy
    case unhealthy
    /// It gave no answer, which is not one.
    case inconclusive
}

public enum VerificationAnswer: Hashable, Sendable {
    case successful
    case failed(because: String)
    case inconclusive(because: String)
}

public enum Resolution: Hashable, Sendable {
    case rollBack
    case takeOver
}

/// What has to be done now, in this order, once the event is durable.
public enum RunEffect: Hashable, Sendable {
    case rehearse(step: Int)
    case ask(Question)
    /// Decide once more on fresh facts; the answer is `confirmed` or `refused`.
    case decideAgain(step: Int)
    case perform(step: Int, Permit)
    case terminate(step: Int)
    case probe(step: Int)
    case verify
    case undo(step: Int, Permit)
    /// Tell the people on call.
    case notify(because: String)
    /// Nothing may touch the plan's targets until a person says so.
    case quarantine(because: String)
}

/// An event that makes no sense in the state, or that somebody may not cause. Nothing has changed.
public struct IllegalRunEvent: Error, Hashable, Sendable {
    /// One lowercase sentence.
    public let message: String
}
