internal import Glibc

/// Generates a recording, measures every section over it, and prints a table.
///
/// The program runs itself again for each measurement: `--measure SECTION RECORDING` is what the children are told, and
/// `--generate` lets one of them write the recording, so that the parent stays small. `--cel` measures expressions instead,
/// and `--cel-question` prints what it measures them with, for `scripts/bench-cel`.
@main
struct BenchCommand {
    private static let seed: UInt64 = 1

    static func main() {
        do {
            try run(Array(CommandLine.arguments.dropFirst()))
        } catch {
            say("error: \(error)")
            exit(1)
        }
    }

    private static func run(_ arguments: [String]) throws {
        switch arguments.first {
        case "--measure" where arguments.count == 3:
            try Measurement.measure(section(named: arguments[1]), recording: arguments[2])
        case "--generate" where arguments.count == 4:
            try GeneratedRecording.write(
                alerts: number(arguments[1]), distinct: number(arguments[2]), seed: seed, to: arguments[3])
        case "--cel" where arguments.count == 1: try CELMeasurement.run()
        case "--cel-question" where arguments.count == 1: print(CELQuestion.json)
        default: try bench(try BenchOptions(arguments))
        }
    }

    private static func bench(_ options: BenchOptions) throws {
        let folder = try temporaryFolder()
        let recording = folder + "/generated.jsonl"
        defer {
            unlink(recording)
            rmdir(folder)
        }
        say("generating \(options.alerts) alerts over \(options.distinct) label sets, seed \(seed)")
        let generated = try ChildProcess.runSelf(["--generate", "\(options.alerts)", "\(options.distinct)", recording])
        guard generated.status == 0 else { throw BenchError("the recording could not be generated") }
        let measurements = try options.sections.map { section in
            say("measuring \(section.name)")
            return try Measurement.of(section, recording: recording, runs: options.runs)
        }
        print(ResultTable.text(of: measurements))
    }

    private static func temporaryFolder() throws(BenchError) -> String {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        guard let path = strdup(parent + "/handrail-bench.XXXXXX") else { throw BenchError("out of memory") }
        defer { free(path) }
        guard mkdtemp(path) != nil else { throw BenchError("could not make a folder in `\(parent)`") }
        return String(cString: path)
    }

    private static func say(_ text: String) {
        let line = "handrail-bench: \(text)\n"
        write(STDERR_FILENO, line, line.utf8.count)
    }

    fileprivate static func section(named name: String) throws(BenchError) -> Section {
        guard let section = Section.all.first(where: { $0.name == name }) else {
            throw BenchError("there is no section `\(name)`, only \(Section.all.map(\.name).joined(separator: ", "))")
        }
        return section
    }

    fileprivate static func number(_ text: String) throws(BenchError) -> Int {
        guard let number = Int(text), number > 0 else { throw BenchError("`\(text)` is not a positive number") }
        return number
    }
}

/// `[--alerts N] [--distinct N] [--runs N] [SECTION ...]`; without a section, all.
private struct BenchOptions {
    private(set) var alerts = 1_000_000
    private(set) var distinct = 20_000
    private(set) var runs = 3
    private(set) var sections: [Section] = []

    init(_ arguments: [String]) throws(BenchError) {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "--alerts": alerts = try BenchCommand.number(rest.popFirst() ?? "")
            case "--distinct": distinct = try BenchCommand.number(rest.popFirst() ?? "")
            case "--runs": runs = try BenchCommand.number(rest.popFirst() ?? "")
            default: sections.append(try BenchCommand.section(named: argument))
            }
        }
        if sections.isEmpty { sections = Section.all }
    }
}
