internal import ArgumentParser
internal import Glibc
internal import HandrailCore
internal import HandrailEngine
internal import HandrailFormats

struct ApproveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve",
        abstract: "Approves a run: exactly the plan that was shown.",
        discussion: """
            On a terminal it shows the plan and asks. Elsewhere it takes the digest of the plan, as `handrail pending` shows \
            it; a plan that has changed since has another one, and is not approved. Who approves is the user that the \
            operating system knows. Exits 0 if it was approved, 1 if not, 3 if no engine answered.

              handrail approve 7
              handrail approve 7 --digest 2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae
            """)

    @Argument(help: "The number of the run.")
    var number: RunNumber

    @Option(help: "The digest of the plan that you have seen; nothing is asked then.")
    var digest: String?

    @Flag(help: "Show all that the dry-run printed.")
    var full = false

    @OptionGroup var asking: AskOptions

    @Option(help: "Colour: auto, always or never.")
    var color: ColourChoice = .auto

    func validate() throws {
        guard let digest else { return }
        guard [UInt8](hexadecimal: digest[...], count: 32) != nil else {
            throw ValidationError("--digest takes the 64 hexadecimal digits that `handrail pending` shows")
        }
    }

    func run() async throws {
        if let digest { return try await approve(digest) }
        guard isatty(STDIN_FILENO) == 1, Console.output.isTerminal else {
            throw Failure(
                Failure.wrongUsage,
                "without a terminal nobody can see the plan: name it with --digest, as `handrail pending \(number.value)` shows it"
            )
        }
        try await approve(try await confirmed())
    }

    private func approve(_ digest: String) async throws {
        try await asking.ask(
            .approve(run: number.value, digest: digest),
            done: "your approval of run \(number.value) counts; `handrail show \(number.value)` says how it goes on")
    }

    /// Shows the plan and asks; the digest of what was shown.
    private func confirmed() async throws -> String {
        let catalog = try await asking.state.journal().catalog(pinnedRun: number.value)
        let found = try catalog.run(number.value)
        let question = try PendingCommand.question(of: found)
        let text = PendingText(
            run: found, question: question, incident: catalog.incidents[found.incident], now: WallTime.now,
            isFull: full, palette: Palette(isColoured: color.isOn(for: .output)))
        Console.output.write(text.rendered + "\nApprove exactly this? Type yes, anything else leaves it pending: ")
        guard let answer = readLine(), answer.hasSameBytes(as: "yes") else {
            throw Failure(Failure.findings, "run \(number.value) was not approved")
        }
        return question.planDigest
    }
}
