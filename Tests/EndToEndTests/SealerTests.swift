import Foundation
import HandrailCore
import HandrailEngine
import HandrailFormats
import Testing

@testable import handrail

/// An approval holds for exactly what was shown: whatever one byte changes, the digest changes.
@Suite struct SealerTests {
    private static let codec = JournalCodec(identity: AlertIdentity())

    private let files: [(path: String, bytes: [UInt8])]
    private let loaded: LoadedWorkspace
    /// Of the redis hang, whose action needs an approval.
    private let record: DecisionRecord
    private let digest: String

    init() async throws {
        var files: [(path: String, bytes: [UInt8])] = []
        for folder in ["runbooks", "runbooks/actions", "policies"] {
            for name in try FileManager.default.contentsOfDirectory(atPath: Repository.path(folder)).sorted()
            where name.hasSuffix(".yaml") {
                let path = "\(folder)/\(name)"
                files.append((path, Array(try Data(contentsOf: URL(filePath: Repository.path(path))))))
            }
        }
        self.files = files
        loaded = WorkspaceLoader.load(files: files)
        let workspace = try #require(loaded.workspace)
        let report = try Repository.replay("incidents/redis-hang.jsonl", workspace)
        record = try #require(report.decisions.first { $0.decision.verdict == .approval })
        digest = await Self.digest(of: record, in: loaded)
    }

    private static func digest(
        of record: DecisionRecord, in loaded: LoadedWorkspace, _ executor: FixedExecutor = FixedExecutor()
    ) async -> String {
        await WorkspaceSealer(loaded, codec: codec, executor: executor, authors: RunbookAuthors()).seal(record).digest
    }

    @Test func theSamePlanHasTheSameDigest() async {
        #expect(digest.utf8.count == 64)
        #expect(await Self.digest(of: record, in: loaded) == digest)
    }

    /// The plan with its targets and arguments, and the decision with its reasons, as the journal writes them.
    @Test func anyByteOfThePlanChangesIt() async throws {
        let payload = Self.codec.encode(TimelineEntry(at: record.at, incident: 1, event: .decided(record))).payload
        var plans = 0
        for index in payload.indices {
            for change in [1, 2, 0x20] as [UInt8] {
                var changed = payload
                changed[index] ^= change
                guard
                    case .decided(let other)? = try? Self.codec.decode(
                        kind: "decision.made", payload: changed, at: record.at
                    ).event, other.plan != record.plan
                else { continue }
                plans += 1
                if await Self.digest(of: other, in: loaded) == digest {
                    Issue.record("byte \(index) of \(String(decoding: payload, as: UTF8.self))")
                }
            }
        }
        #expect(plans > 300, "the plan was hardly changed: \(plans) times")
    }

    /// Every document that has a say: the runbook, its action, and all policies.
    @Test func anyByteOfADocumentThatHasASayChangesIt() async throws {
        var random = SplitMix64(seed: 20_261_125)
        var concerned: Set<String> = []
        for document in loaded.documents {
            let place = try #require(files.firstIndex { $0.path == document.file })
            let start = try #require(files[place].bytes.firstRange(of: document.bytes)).lowerBound
            let hasASay =
                switch document.kind {
                case .runbook: document.name == record.plan.runbook
                case .action: record.plan.steps.contains { $0.action == document.name }
                case .policy, .topology, .correlation, .people, .source: true
                case .test: false
                }
            if hasASay { concerned.insert(document.kind.rawValue) }
            for _ in 0..<3 {
                var changed = files
                let offset = start + Int.random(in: document.bytes.indices, using: &random)
                changed[place].bytes[offset] ^= 1
                let other = WorkspaceLoader.load(files: changed)
                // A file that is broken now is not loaded at all.
                guard hasASay || other.documents.count == loaded.documents.count else { continue }
                let isSame = await Self.digest(of: record, in: other) == digest
                #expect(isSame != hasASay, "byte \(offset) of \(document.file), \(document.kind) \(document.name)")
            }
        }
        #expect(concerned == ["runbook", "action", "policy", "topology", "correlation", "people"])
    }

    @Test func anotherExecutableChangesIt() async throws {
        let names = WorkspaceSealer.executables(of: record.plan)
        #expect(!names.isEmpty)
        for name in names {
            #expect(await Self.digest(of: record, in: loaded, FixedExecutor(content: [name: "other"])) != digest)
            #expect(await Self.digest(of: record, in: loaded, FixedExecutor(paths: [name: "/opt/\(name)"])) != digest)
        }
    }

    @Test func whatCannotBeFoundIsAnObstacle() async {
        let sealer = WorkspaceSealer(
            loaded, codec: Self.codec, executor: FixedExecutor(isEmpty: true), authors: RunbookAuthors())
        #expect(await sealer.seal(record).obstacle != nil)
    }
}

private struct FixedExecutor: StepExecutor {
    struct Missing: Error {}

    var content: [String: String] = [:]
    var paths: [String: String] = [:]
    var isEmpty = false

    func resolve(_ name: String) async throws -> ResolvedExecutable {
        guard !isEmpty else { throw Missing() }
        return ResolvedExecutable(
            path: paths[name] ?? "/usr/bin/\(name)", digest: content[name] ?? "content of \(name)")
    }

    func observe(_ invocation: Invocation) async -> ExecutionReport {
        ExecutionReport(ending: .notStarted(because: "nothing is started here"))
    }

    func perform(_ invocation: Invocation, permit: Permit) async -> ExecutionReport {
        ExecutionReport(ending: .notStarted(because: "nothing is started here"))
    }
}
