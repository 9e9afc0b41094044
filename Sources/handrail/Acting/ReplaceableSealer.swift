internal import HandrailCore
internal import HandrailEngine
internal import Synchronization

/// Seals with the files that are in force, which a reload replaces.
final class ReplaceableSealer: PlanSealer {
    private let current: Mutex<WorkspaceSealer>

    init(_ sealer: WorkspaceSealer) {
        current = Mutex(sealer)
    }

    func replace(with sealer: WorkspaceSealer) {
        current.withLock { $0 = sealer }
    }

    func seal(_ record: DecisionRecord) async -> Seal {
        await current.withLock { $0 }.seal(record)
    }
}
