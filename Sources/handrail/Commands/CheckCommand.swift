internal import ArgumentParser
internal import HandrailFormats

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Validates runbooks, policies and everything they refer to.",
        discussion: """
            Reports every finding with its file, line and column, the line itself and a caret. Exits 1 if there is an \
            error among them, 3 if a path cannot be read.

              handrail check
              handrail check runbooks/web.yaml policies
              handrail check --output json ../our-runbooks
            """)

    @Argument(help: "A workspace, or files and folders of one.")
    var paths: [String] = ["."]

    @Option(help: "text, or json for tools.")
    var output: OutputFormat = .text

    @Option(help: "Colour: auto, always or never.")
    var color: ColourChoice = .auto

    func run() throws {
        let loaded = try Composition.load(paths)
        switch output {
        case .text:
            Console.output.write(FindingsText(isColoured: color.isOn(for: .output)).render(loaded))
        case .json: Console.output.write(FindingsJSON.document(loaded) + "\n")
        }
        if loaded.workspace == nil { throw Failure(Failure.findings) }
    }
}
