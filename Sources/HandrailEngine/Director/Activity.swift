internal import HandrailCore

/// What the director does for one run at the moment. Worked out anew from the run's effects after a restart.
enum Activity: Hashable, Sendable {
    /// The plan is being sealed for the first time.
    case sealing
    /// What must be known before an effect can be carried out is being looked up again after a restart.
    case sealingAgain(RunEffect)
    case rehearsing(step: Int)
    /// Reads, one after the other, what the step's undo will need.
    case capturing(step: Int, values: [String: String])
    /// The plan is sealed again, to see whether what it rests on has changed.
    case checking(step: Int)
    /// Steps are paused.
    case parked(step: Int)
    case performing(step: Int, Permit)
    case probing(Probing)
    case undoing(step: Int, Permit)
}

/// Asks the probes of a plan, one after the other, until all succeed or the time is over.
struct Probing: Hashable, Sendable {
    enum Purpose: Hashable, Sendable {
        /// Whether a step whose outcome is unknown took effect.
        case outcome(step: Int)
        case verification
        /// Whether it is still healthy after `stable`, where no alert says so.
        case stability
    }

    let purpose: Purpose
    let deadline: Timestamp
    /// Which probe is asked.
    var index = 0
    /// Nil while a probe is under way.
    var nextAt: Timestamp?
    var lastAnswer = ""
}
