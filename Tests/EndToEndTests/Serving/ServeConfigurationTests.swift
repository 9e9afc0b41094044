import ArgumentParser
import Foundation
import Testing

@testable import handrail

/// Which of command line, environment and file says what `serve` does.
@Suite struct ServeConfigurationTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    private func file(_ text: String) throws -> String {
        let path = scratch.path("handrail.yaml")
        try Data(text.utf8).write(to: URL(filePath: path))
        return path
    }

    private func expanded(_ arguments: [String], _ environment: [String: String] = [:]) throws -> [String] {
        try ServeConfiguration.expanded(arguments) { environment[$0] }
    }

    @Test func theCommandLineComesFirstThenTheEnvironmentThenTheFile() throws {
        let path = try file(
            """
            listen: 10.0.0.1:1
            queue: 5
            workspace: /from/file
            pass: [A, B]
            open-metrics: true
            unauthenticated: false
            """)
        let given = ["serve", "--config", path, "--listen=:9", "--act"]
        let found = try expanded(given, ["HANDRAIL_QUEUE": "7", "HANDRAIL_DELIVERY_KEY": "grafana=K,pagerduty=P"])
        #expect(
            Array(found.dropFirst(given.count)) == [
                "--workspace=/from/file", "--pass=A", "--pass=B", "--delivery-key=grafana=K",
                "--delivery-key=pagerduty=P", "--open-metrics", "--queue=7",
            ])
        #expect(found.prefix(given.count) == given[...])
        #expect(try expanded(["serve", "--config=\(path)"]).contains("--listen=10.0.0.1:1"))
        #expect(try expanded(["serve"], ["HANDRAIL_CONFIG": path]).contains("--queue=5"))
    }

    @Test func otherCommandsAreLeftAlone() throws {
        let arguments = ["run", "--config", "/nowhere"]
        #expect(try expanded(arguments, ["HANDRAIL_QUEUE": "7"]) == arguments)
        #expect(try expanded(["serve"]) == ["serve"])
    }

    @Test(arguments: [
        ("act: true", "--act"), ("lissten: x", "is none of"), ("queue: [1]", "takes a text"),
        ("open-metrics: perhaps", "true or false"), ("- listen", "mapping"), ("queue: 1\nqueue: 2", "twice"),
        ("queue: {}", "takes a text"), ("a: *b", "aliases are not used"), ("pass: [[A]]", "takes texts"),
        ("queue:", "takes a text"),
    ])
    func aFileThatIsWrongIsRefusedWithItsPlace(text: String, words: String) throws {
        let path = try file(text)
        do {
            _ = try expanded(["serve", "--config", path])
            Issue.record("`\(text)` was taken")
        } catch let failure as Failure {
            let message = failure.message ?? ""
            #expect(message.contains(words) && message.contains("handrail.yaml"), "\(message)")
        }
    }

    @Test func actingIsNotForTheEnvironment() {
        #expect(throws: Failure.self) { try expanded(["serve"], ["HANDRAIL_ACT": "1"]) }
    }

    /// Everything that `serve` takes is either in the table or on purpose only on the command line.
    @Test func theTableHasEveryOption() throws {
        let help = ServeCommand.helpMessage(columns: 100)
        let options = Set(help.matches(of: /--([a-z-]+)/).map { String($0.1) })
        let tabled = Set(ServeConfiguration.settings.map(\.name))
        #expect(options.subtracting(tabled) == ["act", "config", "help", "role"])
        #expect(tabled.subtracting(options) == [])
    }
}
