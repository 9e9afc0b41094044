import Foundation
import HandrailCore
import Testing

@testable import handrail

/// `handrail serve` as a process of its own, on the sample workspace and a free port.
final class LiveServer: Sendable {
    struct NotRunning: Error { let log: String }

    let port: Int
    let process: Process
    private let log: String

    /// - Parameter scratch: where its state and its log are.
    init(_ scratch: Scratch, _ arguments: [String]) async throws {
        log = scratch.path("log")
        process = try Self.started(scratch, arguments)
        port = try await Self.port(in: log, process)
    }

    static func started(_ scratch: Scratch, _ arguments: [String]) throws -> Process {
        try Data().write(to: URL(filePath: scratch.path("log")))
        let process = Process()
        process.executableURL = URL(filePath: try Program.path())
        process.arguments =
            ["serve", "--state", scratch.path("state"), "--workspace", Repository.path(""), "--listen", "127.0.0.1:0"]
            + arguments
        process.environment = ["PATH": "/usr/bin:/bin"]
        process.standardError = try FileHandle(forWritingTo: URL(filePath: scratch.path("log")))
        try process.run()
        return process
    }

    private static func port(in log: String, _ process: Process) async throws -> Int {
        for _ in 0..<3000 {
            let text = try String(contentsOfFile: log, encoding: .utf8)
            if let port = text.firstMatch(of: /listens on [^ ]*:([0-9]+) and/).flatMap({ Int($0.output.1) }) {
                return port
            }
            guard process.isRunning else { throw NotRunning(log: text) }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw NotRunning(log: try String(contentsOfFile: log, encoding: .utf8))
    }

    var said: String { get throws { try String(contentsOfFile: log, encoding: .utf8) } }

    /// Until its log has this line so many times.
    func wait(for text: String, count: Int = 1) async throws {
        for _ in 0..<1500 {
            if try said.ranges(of: text).count >= count { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw NotRunning(log: try said)
    }

    func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    func stop() async throws -> Int32 {
        signal(SIGTERM)
        while process.isRunning { try await Task.sleep(for: .milliseconds(20)) }
        return process.terminationStatus
    }

    /// - Returns: the status.
    func deliver(_ body: String, _ headers: [String]) async throws -> Int {
        let arguments =
            ["-s", "-o", "/dev/null", "-w", "%{http_code}", "-m", "60", "-H", "Content-Type: application/json"]
            + headers.flatMap { ["-H", $0] }
            + ["--data-binary", body, "http://127.0.0.1:\(port)/v1/deliveries/alertmanager"]
        let result = try await Program.run(arguments, program: "/usr/bin/curl")
        return try #require(Int(result.output), "\(result.errors)")
    }
}
