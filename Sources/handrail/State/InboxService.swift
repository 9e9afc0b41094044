internal import HandrailCore
internal import HandrailEngine
internal import HandrailFormats

/// Hands what people ask for to the engine, for as long as it runs.
struct InboxService {
    let directory: StateDirectory
    let conductor: Conductor
    /// Told of every file that is no request, and of answers that could not be written; escaped for a terminal.
    let report: @Sendable (String) -> Void

    /// Returns when its task is cancelled. What is left in the inbox then waits for the next engine.
    ///
    /// - Throws: where the inbox cannot be opened.
    func run() async throws {
        var inbox = try RequestInbox(directory)
        while !Task.isCancelled {
            let requests = inbox.take { report($0.description) }
            for request in requests {
                // One after the other: two that race are told apart by the kernel's order of their arrival.
                let answer = await conductor.handle(request.request, by: request.person)
                do {
                    try inbox.answer(request.id, answer)
                } catch let failure as Failure {
                    report(failure.message ?? "an answer could not be written")
                } catch {
                    report(TerminalText.escaped("an answer could not be written: \(error)"))
                }
            }
            // Cancelled: the loop ends by itself.
            try? await Task.sleep(for: RequestInbox.pause)
        }
    }
}
