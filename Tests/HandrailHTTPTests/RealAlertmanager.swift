import AsyncHTTPClient
import Foundation
import HandrailFormats
import NIOCore
import NIOHTTP1
import Testing

/// Debian's Alertmanager on loopback, in a folder of its own. `scripts/servers` unpacks it.
final class RealAlertmanager: Sendable {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: ".build/servers")

    static var program: String? {
        let places = [root.appending(path: "usr/bin/prometheus-alertmanager").path, "/usr/bin/prometheus-alertmanager"]
        return places.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    struct NotReady: Error {}

    let url: String

    /// - Parameter body: is given a server that answers, which is stopped afterwards.
    static func run(_ body: (RealAlertmanager) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "alertmanager-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let log = folder.appending(path: "log")
        let process = try started(in: folder, log: log)
        do {
            try await body(try await RealAlertmanager(process, log: log))
        } catch {
            let said = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
            let state =
                process.isRunning ? "runs" : "ended by \(process.terminationReason) \(process.terminationStatus)"
            Issue.record(error, "Alertmanager \(state) and said: \(said)")
        }
        process.terminate()
        while process.isRunning { try? await Task.sleep(for: .milliseconds(20)) }
    }

    private static func started(in folder: URL, log: URL) throws -> Process {
        let configuration = folder.appending(path: "alertmanager.yml")
        try "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n".write(
            to: configuration, atomically: true, encoding: .utf8)
        try Data().write(to: log)
        let process = Process()
        process.executableURL = URL(filePath: program ?? "")
        // It chooses its port itself: one that was free before it started may be another test's by then.
        process.arguments = [
            "--config.file=\(configuration.path)", "--storage.path=\(folder.path)", "--cluster.listen-address=",
            "--web.listen-address=127.0.0.1:0",
        ]
        process.currentDirectoryURL = root
        process.standardError = try FileHandle(forWritingTo: log)
        try process.run()
        return process
    }

    private init(_ process: Process, log: URL) async throws {
        url = "http://" + (try await Self.eventually(process) { try Self.address(in: log) })
        _ = try await Self.eventually(process) { try? await get("/-/ready") }
    }

    private static func address(in log: URL) throws -> String? {
        try String(contentsOf: log, encoding: .utf8).firstMatch(of: /"Listening on" address=([0-9.:]+)\n/)
            .map { String($0.output.1) }
    }

    private static func eventually<Found>(_ process: Process, _ look: () async throws -> Found?) async throws -> Found {
        let deadline = ContinuousClock.now + .seconds(60)
        while true {
            if let found = try await look() { return found }
            guard process.isRunning, ContinuousClock.now < deadline else { throw NotReady() }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    func get(_ path: String) async throws -> [UInt8] {
        let response = try await HTTPClient.shared.execute(HTTPClientRequest(url: url + path), timeout: .seconds(5))
        guard response.status == .ok else { throw URLError(.badServerResponse) }
        return Array(try await response.body.collect(upTo: 1 << 20).readableBytesView)
    }

    func silence(_ identifier: String) async throws -> JSONValue {
        try JSONValue(parsing: try await get("/api/v2/silence/\(identifier)"))
    }
}
