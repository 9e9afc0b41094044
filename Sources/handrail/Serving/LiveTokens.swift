internal import HandrailCore
internal import HandrailEngine
internal import HandrailServer
internal import Synchronization

/// The tokens as they are now: the file is looked at once a second, so a revocation counts within one.
///
/// Whatever is read is handed on to the journal before anybody is let in by it who asks for something.
final class LiveTokens: AccessFeed {
    /// Held while the file is read, which may take its time.
    private struct Look {
        var history = AccessHistory()
        /// Of the file that was read.
        var stamp: [Int64]?
        var lookedAt: ContinuousClock.Instant
        /// Why the file could not be used when it was last looked at.
        var fault: String?
    }

    /// Held for moments: the conductor waits for it.
    private struct Known {
        var book: TokenBook
        var untold: [AccessChange]
    }

    private static let pause = Duration.seconds(1)

    private let file: TokenFile
    private let last: Mutex<Look>
    private let known: Mutex<Known>
    private let report: @Sendable (String) -> Void

    /// - Parameter report: told once where the file cannot be used any more. Nobody is let in by it then.
    init(_ directory: StateDirectory, report: @escaping @Sendable (String) -> Void) throws {
        file = TokenFile(directory)
        self.report = report
        // Before it is read: what changes meanwhile has another stamp.
        var look = Look(stamp: file.stamp, lookedAt: .now)
        let changes = look.history.read(try file.read(), at: WallTime.now)
        known = Mutex(Known(book: look.history.book, untold: changes))
        last = Mutex(look)
    }

    var book: TokenBook {
        last.withLock { last in
            let now = ContinuousClock.now
            guard now - last.lookedAt >= Self.pause else { return last.history.book }
            last.lookedAt = now
            let changes = look(&last)
            let book = last.history.book
            known.withLock { known in
                known.book = book
                known.untold += changes
            }
            return book
        }
    }

    func takeChanges() -> [AccessChange] {
        known.withLock { known in
            defer { known.untold = [] }
            return known.untold
        }
    }

    func isGood(token: String) -> Bool {
        known.withLock { $0.book.isGood(id: token, at: WallTime.now) }
    }

    /// Looks also while nobody asks for anything, so that the journal is told.
    func follow() async throws {
        while true {
            _ = book
            try await Task.sleep(for: Self.pause)
        }
    }

    /// A file that cannot be used is tried again each time: there may have been no descriptor left for a moment.
    private func look(_ last: inout Look) -> [AccessChange] {
        let (stamp, now) = (file.stamp, WallTime.now)
        guard stamp != last.stamp || last.fault != nil else {
            return last.history.read(last.history.book, at: now)
        }
        do {
            let changes = last.history.read(try file.read(), at: now)
            last.stamp = stamp
            last.fault = nil
            return changes
        } catch {
            let fault = (error as? Failure)?.message ?? "\(error)"
            if fault != last.fault { report(fault) }
            last.fault = fault
            return last.history.couldNotRead()
        }
    }
}
