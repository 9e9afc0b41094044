internal import HandrailServer
internal import Synchronization

/// The tokens as they are now: the file is looked at once a second, so a revocation counts within one.
final class LiveTokens: Sendable {
    private struct State {
        var book: TokenBook
        /// Of the file that the book is from.
        var stamp: [Int64]?
        var lookedAt: ContinuousClock.Instant
        /// Why the file could not be used when it was last looked at.
        var fault: String?
    }

    private static let pause = Duration.seconds(1)

    private let file: TokenFile
    private let state: Mutex<State>
    private let report: @Sendable (String) -> Void

    /// - Parameter report: told once where the file cannot be used any more. Nobody is let in by it then.
    init(_ directory: StateDirectory, report: @escaping @Sendable (String) -> Void) throws {
        file = TokenFile(directory)
        self.report = report
        // Before it is read: what changes meanwhile has another stamp.
        let stamp = file.stamp
        state = Mutex(State(book: try file.read(), stamp: stamp, lookedAt: .now))
    }

    var book: TokenBook {
        state.withLock { state in
            let now = ContinuousClock.now
            guard now - state.lookedAt >= Self.pause else { return state.book }
            state.lookedAt = now
            look(&state)
            return state.book
        }
    }

    /// A file that cannot be used is tried again each time: there may have been no descriptor left for a moment.
    private func look(_ state: inout State) {
        let stamp = file.stamp
        guard stamp != state.stamp || state.fault != nil else { return }
        do {
            state.book = try file.read()
            state.stamp = stamp
            state.fault = nil
        } catch {
            let fault = (error as? Failure)?.message ?? "\(error)"
            state.book = TokenBook()
            if fault != state.fault { report(fault) }
            state.fault = fault
        }
    }
}
