internal import HandrailCore
internal import HandrailEngine
internal import HandrailFormats

/// Asks the engine for something, and says what came of it.
enum Asking {
    /// - Parameter done: said where it was done.
    /// - Throws: exit code 1 where the engine refused, with its reason; 3 where no engine answered.
    static func ask(_ request: PersonRequest, _ directory: StateDirectory, done: String) throws {
        switch try RequestSender(directory: directory).ask(request) {
        case .answered(.done): Console.output.write(done + "\n")
        case .answered(.refused(let because)):
            throw Failure(Failure.findings, "refused: \(TerminalText.escaped(because))")
        case .recorded(let name, let hasEngine):
            let path = StateDirectory.shown("\(directory.inbox)/\(name)")
            let why =
                hasEngine
                ? "the engine has not answered in time"
                : "no engine is at work on \(StateDirectory.shown(directory.path))"
            throw Failure(
                Failure.unreachable,
                "\(why): nothing is done yet; the request is recorded in \(path) and taken by the next engine within "
                    + "\(RequestInbox.requestLife.inWords), unless you remove it")
        }
    }
}
