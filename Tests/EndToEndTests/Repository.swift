import Foundation
import HandrailCore
import HandrailEngine
import HandrailFormats

/// The sample workspace and the recordings, as they lie in the repository.
enum Repository {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static func path(_ relative: String) -> String {
        root.appendingPathComponent(relative).path
    }

    static func readme() throws -> String {
        try String(contentsOf: root.appendingPathComponent("README.md"), encoding: .utf8)
    }

    struct BrokenWorkspace: Error, CustomStringConvertible {
        let description: String
    }

    static func workspace() throws -> Workspace {
        let loaded = WorkspaceLoader.load(root: root.path)
        guard let workspace = loaded.workspace else {
            throw BrokenWorkspace(description: loaded.findings.map(\.rendered).joined(separator: "\n"))
        }
        return workspace
    }

    static func replay(
        _ recording: String, _ workspace: Workspace, explains: Bool = false
    ) throws -> ReplayReport {
        var options = Replay.Options()
        options.explains = explains
        var replay = Replay(recording: recording, workspace: workspace, options: options)
        var reader = try RecordingReader(path: path(recording))
        while let item = try reader.next() {
            switch item {
            case .delivery(let decoded, _): replay.receive(decoded.delivery)
            case .invalidLine(let number, let reason): replay.skippedLine(number, because: reason)
            }
        }
        return replay.finish()
    }
}

/// What really happened in each recording, measured by those who injected the faults.
struct Truth: Decodable {
    struct Scenario: Decodable, Sendable {
        let scenario: String
        let recording: String
        let faults: [Fault]
    }

    struct Fault: Decodable, Sendable {
        struct RootCause: Decodable, Sendable {
            let entity: String
            let kind: String
            let alert: [String: String]
        }

        let fault: String
        let rootCause: RootCause
        let fix: String
        /// Unix seconds.
        let tInject: Double
        let tFix: Double
    }

    let scenarios: [Scenario]

    static func read() throws -> Truth {
        let data = try Data(contentsOf: Repository.root.appendingPathComponent("incidents/truth.json"))
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Truth.self, from: data)
    }
}
