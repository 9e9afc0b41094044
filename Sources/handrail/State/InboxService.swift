internal import Dispatch
internal import HandrailCore
internal import HandrailEngine
internal import HandrailFormats
internal import Synchronization

/// Hands what people ask for to the engine, for as long as it runs.
///
/// Looking waits for disks and for the system's list of accounts, which may be on another machine. So it has a thread of its
/// own, and takes none of those that Swift's tasks share.
final class InboxService: Sendable {
    /// How long the inbox may be out of reach: a system can be short of descriptors for a moment.
    private static let patience = Duration.seconds(10)

    private let inbox: Mutex<RequestInbox>
    private let queue = DispatchQueue(label: "handrail.inbox")
    /// Told of every file that is no request, and of answers that could not be written; escaped for a terminal.
    private let report: @Sendable (String) -> Void

    /// - Throws: where the inbox cannot be opened.
    init(_ directory: StateDirectory, report: @escaping @Sendable (String) -> Void) throws {
        inbox = Mutex(try RequestInbox(directory))
        self.report = report
    }

    /// Returns when its task is cancelled. What is left in the inbox then waits for the next engine.
    ///
    /// - Throws: where the inbox cannot be looked through any more. Nobody can stop the engine then, so it has to end.
    func run(_ conductor: Conductor) async throws {
        let clock = ContinuousClock()
        var lastLook = clock.now
        while !Task.isCancelled {
            do {
                for request in try await take() {
                    // One after the other: two that race are told apart by the kernel's order of their arrival.
                    let answer = await conductor.handle(request.request, id: request.id, by: request.person)
                    await self.answer(request, answer)
                }
                lastLook = clock.now
            } catch  where clock.now - lastLook < Self.patience {
                // The next look may succeed.
            }
            // Cancelled: the loop ends by itself.
            try? await Task.sleep(for: RequestInbox.pause)
        }
    }

    /// What has arrived since the last look. Each has to be answered.
    func take() async throws -> [InboxRequest] {
        try await blocking { inbox in try inbox.take { self.report($0.description) } }
    }

    func answer(_ request: InboxRequest, _ answer: Director.Answer) async {
        do {
            try await blocking { try $0.answer(request.id, answer) }
        } catch {
            let reason = (error as? Failure)?.message ?? TerminalText.escaped("\(error)")
            report("\(request.person.name)'s request was handled, and the answer could not be written: \(reason)")
        }
    }

    private func blocking<Value: Sendable>(
        _ work: @escaping @Sendable (inout RequestInbox) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try self.inbox.withLock { try work(&$0) } }) }
        }
    }
}
