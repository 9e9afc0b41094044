import HandrailCore
import HandrailEngine

/// What is watched.
enum Observation {
    /// An event is durable; the history knows it already.
    case kept(TimelineEntry)
    /// An order that may change something left the director. `intent` is what the journal said about it, if it did.
    case performing(run: Int, PerformedOrder, argv: [String], intent: RunEffect?)
    /// An order that must not change anything.
    case observing(run: Int, argv: [String])
    case answered(Asked, Director.Answer)
    /// The state as it is, and as it is folded from the journal: text by text.
    case compared(live: [String], folded: [String])
    case unfoldable(String)
    /// All faults were healed a long time ago.
    case quiet(Engine, isBusy: Bool)
}

/// What somebody waits for an answer to.
enum Asked {
    case delivery(Delivery)
    case request(PersonRequest, Person)
}

/// A sentence that is true at every step of every simulation, whatever the workload does.
protocol Invariant {
    /// What must be true.
    static var sentence: String { get }
    init()
    /// - Returns: nil where it holds, and else what speaks against it.
    mutating func objection(to observation: Observation, _ history: History) -> String?
}

extension Invariant {
    static var name: String { "\(Self.self)" }
}

/// All of them.
enum Invariants {
    static var all: [any Invariant.Type] {
        [
            NothingWithoutIntent.self, NothingTwice.self, ExactlyWhatWasPlanned.self, ReadingIsOnlyReading.self,
            RehearsedBefore.self, NothingWhilePaused.self, NothingOnQuarantined.self, NothingOnProtected.self,
            RateHolds.self, ConcurrencyHolds.self, BlastRadiusHolds.self, CooldownHolds.self, BreakerHolds.self,
            FreezeHolds.self, RulesHold.self, InterlocksHold.self, NothingAutomaticInStorm.self,
            NothingOnUnvouchedEvidence.self, NothingOnStaleOrFlapping.self, ApprovalIsBound.self,
            ApprovalIsByTheRightPeople.self, OneMutatingRun.self, RungsOneByOne.self, UndoneLastFirst.self,
            UndoneAll.self, SuccessIsVerified.self, AcknowledgedIsKept.self, StateIsFold.self, NumbersOnce.self,
            EveryRunEnds.self, EveryHeldRunIsNamed.self, RollbacksAreTold.self,
            MemoryIsBounded.self, BrokenGuardsHold.self, MatchesStill.self, OneArgumentStaysOne.self,
            EveryNoticeIsCounted.self, NothingBesideWhatLivesOn.self, RequestsOnce.self, NothingIsHalfKept.self,
            OurDoingStartsNothing.self,
        ]
    }
}
