internal import CrashHarness
internal import Foundation
internal import Synchronization

/// `crash-harness [--sample N] [--seed S] [--jobs J] [SCENARIO…]`: kills the real engine at every point of every scenario.
/// Exits 0 if all that is always there was visited and nothing was found, else 1.
@main
enum Main {
    static func main() {
        var options = Campaign.Options()
        var names: [String] = []
        var arguments = CommandLine.arguments.dropFirst()
        while let argument = arguments.popFirst() {
            switch argument {
            case "--sample": options.sample = number(arguments.popFirst())
            case "--seed": options.seed = UInt64(number(arguments.popFirst()))
            case "--jobs": options.jobs = number(arguments.popFirst())
            default: names.append(argument)
            }
        }
        do {
            exit(try run(names, options) ? 0 : 1)
        } catch {
            say("crash-harness: \(error)")
            exit(1)
        }
    }

    private static func number(_ text: String?) -> Int {
        guard let text, let number = Int(text), number > 0 else {
            say("usage: crash-harness [--sample N] [--seed S] [--jobs J] [SCENARIO…]")
            exit(2)
        }
        return number
    }

    private static func chosen(_ names: [String]) throws -> [Scenario] {
        let known = Scenario.all.map(\.name)
        if let name = names.first(where: { !known.contains($0) }) {
            throw Unknown(description: "there is no scenario `\(name)`; there are \(known.joined(separator: "; "))")
        }
        return Scenario.all.filter { names.isEmpty || names.contains($0.name) }
    }

    private struct Unknown: Error, CustomStringConvertible {
        let description: String
    }

    private static func run(_ names: [String], _ options: Campaign.Options) throws -> Bool {
        var options = options
        let products = try URL(filePath: FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        let workplace = try Workplace(products: products.deletingLastPathComponent().path)
        let scenarios = try chosen(names)
        say(CampaignReport.heading)
        var reports: [CampaignReport] = []
        for scenario in scenarios {
            guard !scenario.needsRoot || geteuid() == 0 else {
                say("\(scenario.name): skipped, since only root can play several people")
                continue
            }
            options.onVisit = progress(scenario.name)
            let report = try Campaign(scenario, in: workplace, options: options).run()
            say(report.row)
            for kill in report.missed { say("    never came to \(kill)") }
            for kill in report.passedBy { say("    only some runs come to it, and none did: \(kill)") }
            for finding in report.findings { say("    \(finding)") }
            reports.append(report)
        }
        let isFine = !reports.isEmpty && reports.allSatisfy(\.isFine)
        if isFine { workplace.remove() }
        say(
            "seed \(options.seed); \(reports.reduce(0) { $0 + $1.visited }) kills, "
                + (isFine ? "nothing found" : "see above"))
        return isFine
    }

    /// How many visits have ended, on a terminal.
    private static func progress(_ scenario: String) -> (@Sendable () -> Void)? {
        guard isatty(STDERR_FILENO) == 1 else { return nil }
        let counter = Counter()
        return {
            let visits = counter.next()
            FileHandle.standardError.write(Data("\r\(scenario): \(visits) \r".utf8))
        }
    }

    /// At once, also into a pipe.
    private static func say(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }
}

private final class Counter: Sendable {
    private let value = Mutex(0)

    func next() -> Int {
        value.withLock { value in
            value += 1
            return value
        }
    }
}
