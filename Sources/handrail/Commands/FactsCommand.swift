internal import ArgumentParser
internal import HandrailCore
internal import HandrailFormats

/// The word for a context.
struct ContextArgument: ExpressibleByArgument {
    static let allValueStrings = FactContext.allCases.map(\.rawValue)

    let context: FactContext

    init?(argument: String) {
        guard let context = FactContext(rawValue: argument) else { return nil }
        self.context = context
    }
}

struct FactsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "facts",
        abstract: "Lists what an expression may use: facts, operators, macros and functions.",
        discussion: """
            What there is depends on where an expression stands: in a rule of a policy, the `where` of a signature, the \
            target or a step of a runbook, the argv of an action, or the mapping of a source. Environments and tiers are those of the workspace's \
            topology.

              handrail facts
              handrail facts rule
              handrail facts --output json
            """)

    @Argument(help: "Where the expression stands. All of them unless given.")
    var context: ContextArgument?

    @Option(help: "The folder with runbooks/ and policies/.")
    var workspace = "."

    @Option(help: "text, or json for tools (schema handrail.facts/1).")
    var output: OutputFormat = .text

    @Option(help: "Colour: auto, always or never.")
    var color: ColourChoice = .auto

    func run() throws {
        let topology = try Composition.load([workspace]).workspace?.topology
        let contexts = context.map { [$0.context] } ?? FactContext.allCases
        let sheet = FactSheet(contexts, topology: topology)
        switch output {
        case .text:
            Console.output.write(FactsText(sheet, palette: Palette(isColoured: color.isOn(for: .output))).rendered)
        case .json: Console.output.write(FactsJSON.document(sheet) + "\n")
        }
    }
}
