internal import ArgumentParser
internal import HandrailCore
internal import HandrailEngine
internal import HandrailFormats

struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Plays recorded deliveries through the engine and says what it would have done, and why.",
        discussion: """
            The clock is the recording's, nothing is executed, and two replays of one recording are the same to the \
            byte. A plan that would be automatic is assumed to have run, and counts for the limits.

              handrail replay incidents/worker-hang.jsonl
              handrail replay --explain --from 5s --to 2m incidents/redis-hang.jsonl
              handrail replay --output json incidents/*.jsonl
            """)

    @Argument(help: "Recordings, JSON lines; `-` is the standard input.")
    var recordings: [String]

    @Option(help: "The folder with runbooks/ and policies/.")
    var workspace = "."

    @Flag(help: "Say why each runbook that came close did not match, and why each rule did or did not apply.")
    var explain = false

    @Option(help: "text, or json: one document a recording (schema handrail.replay/1).")
    var output: OutputFormat = .text

    @Option(help: "Play from here on: a time, or an offset from the first delivery such as 90s.")
    var from: CutArgument?

    @Option(help: "Play up to here, exclusive.")
    var to: CutArgument?

    @Flag(help: "Stop at the first line that is not valid.")
    var strict = false

    @Flag(help: "No progress, and no word about invalid lines.")
    var quiet = false

    @Option(help: "Colour: auto, always or never.")
    var color: ColourChoice = .auto

    func run() throws {
        let workspace = try Composition.workspace(workspace)
        let player = RecordingPlayer(workspace: workspace, options: options, isStrict: strict, isQuiet: quiet)
        for (index, path) in recordings.enumerated() {
            let report = try player.play(path)
            switch output {
            case .text:
                let text = ReplayText(report, isColoured: color.isOn(for: .output), explains: explain)
                Console.output.write((index > 0 ? "\n" : "") + text.rendered)
            case .json:
                let style: JSONWriter.Style = recordings.count == 1 ? .pretty : .compact
                Console.output.write(ReplayJSON.document(report, style: style) + "\n")
            }
        }
    }

    private var options: Replay.Options {
        var options = Replay.Options()
        options.from = from?.cut
        options.to = to?.cut
        options.explains = explain
        options.keepsTimeline = output == .text
        return options
    }
}
