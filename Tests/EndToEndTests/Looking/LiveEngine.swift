import Foundation
import HandrailCore
import HandrailEngine
import HandrailFormats
import HandrailSQLite

@testable import handrail

/// A real engine on a state directory of its own: journal, lock, inbox and clock as in production. Its commands are played.
final class LiveEngine: Sendable {
    static let digest = String(repeating: "5a", count: 32)

    let directory: StateDirectory
    let conductor: Conductor
    private let journal: SQLiteJournal
    private let work: Task<Void, any Error>

    /// - Parameters:
    ///   - people: who may approve.
    ///   - count: how many of them it takes.
    init(_ path: String, people: [String], count: Int = 1) async throws {
        directory = try StateDirectory.openedForEngine(option: path)
        journal = try SQLiteJournal(directory: path)
        let codec = PlayedCodec()
        let engine = Engine(
            workspace: try Self.workspace(people, count), mode: .act, keepsState: true, explains: true)
        let restored = try await Recovery.restore(engine, from: journal, codec: codec).engine
        let carrier = OrderCarrier(
            executor: PlayedExecutor(), secrets: NoSecrets(), redactor: NoRedaction(), silencer: nil,
            notifier: NoNotifier())
        conductor = Conductor(
            director: Director(engine: restored, codec: codec, at: WallTime.now),
            ports: Conductor.Ports(
                journal: journal, codec: codec, sealer: PlayedSealer(), carrier: carrier, clock: RealClock()))
        await conductor.start(EngineStart(version: "test", mode: .act, workspaceDigest: "w"))
        work = Self.work(directory, conductor)
    }

    private static func work(_ directory: StateDirectory, _ conductor: Conductor) -> Task<Void, any Error> {
        Task {
            let lock = try StateDirectoryLock(directory: directory.path)
            try await withThrowingTaskGroup { group in
                group.addTask { try await InboxService(directory) { _ in }.run(conductor) }
                group.addTask {
                    while !Task.isCancelled {
                        await conductor.passTime()
                        try? await Task.sleep(for: .milliseconds(100))
                    }
                }
                try await group.waitForAll()
            }
            withExtendedLifetime(lock) {}
        }
    }

    /// Fires the alert that the runbook is for, and waits until somebody is asked.
    func raise() async throws {
        let labels = Sample.labels(["alertname": "RedisDown", "service": "redis", "severity": "critical"])
        let alert = Alert(
            labels: labels, annotations: Annotations([]), status: .firing, startsAt: WallTime.now, endsAt: nil,
            isSuppressedBySource: false)
        _ = await conductor.receive(Delivery(receivedAt: WallTime.now, source: "test", alerts: [alert]))
        try await wait { if case .pending = $0.runView(1)?.run?.state { true } else { false } }
    }

    /// Until the journal says it as well: the engine knows first, and the commands read the journal.
    func wait(until isReached: (Engine) -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(300)
        while ContinuousClock.now < deadline {
            if isReached(await conductor.engine), await !conductor.isBusy { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw Overdue()
    }

    struct Overdue: Error {}

    func stop() async throws {
        work.cancel()
        try await work.value
        await conductor.stop()
        try await journal.close()
    }

    private static func workspace(_ people: [String], _ count: Int) throws -> Workspace {
        let text = """
            action: redis.restart
            effect: disruptive
            parameters: { name: { type: string } }
            dry-run: [redis-tool, plan, "${name}"]
            run: [redis-tool, restart, "${name}"]
            undo: { none: a restart leaves nothing behind }
            timeout: 30s
            ---
            runbook: restart-redis
            about: It hangs.
            owner: sre
            signature: { when: { down: RedisDown } }
            target: { kind: process, id: redis, service: redis }
            steps: [{ action: redis.restart, with: { name: "${target.id}" } }]
            verify: { resolved: [down], within: 2m, stable: 10s, otherwise: hold }
            ---
            policy: shop
            default: automatic
            restrict:
              - { name: data stores, when: 'target.id == "redis"', verdict: approval, because: It holds the queue.,
                  approval: { from: [sre], count: \(count), expires: 30m } }
            ---
            topology: shop
            services: { redis: { environment: production, replicas: 1 } }
            ---
            people: on-call
            roles: { sre: [\(people.joined(separator: ", "))] }
            """
        let loaded = WorkspaceLoader.load(files: [("shop.yaml", Array(text.utf8))])
        guard let workspace = loaded.workspace else {
            throw Repository.BrokenWorkspace(description: loaded.findings.map(\.rendered).joined(separator: "\n"))
        }
        return workspace
    }
}

private struct PlayedExecutor: StepExecutor {
    func resolve(_ name: String) async throws -> ResolvedExecutable { ResolvedExecutable(path: name, digest: "d") }

    func observe(_ invocation: Invocation) async -> ExecutionReport {
        ExecutionReport(ending: .exited(code: 0), output: Array("would stop redis\n\u{1B}[2Jpid 42\n".utf8))
    }

    func perform(_ invocation: Invocation, permit: Permit) async -> ExecutionReport {
        ExecutionReport(ending: .exited(code: 0), output: Array("restarted\n".utf8))
    }
}

private struct PlayedSealer: PlanSealer {
    func seal(_ record: DecisionRecord) async -> Seal {
        Seal(
            digest: LiveEngine.digest,
            executables: ["redis-tool": ResolvedExecutable(path: "/usr/bin/redis-tool", digest: "d")])
    }
}

struct PlayedCodec: EventCodec {
    private let codec = JournalCodec(identity: AlertIdentity())

    func record(of entry: TimelineEntry) -> JournalRecord {
        let (kind, payload) = codec.encode(entry)
        return JournalRecord(at: entry.at, kind: kind, payload: payload)
    }

    func entry(of record: JournalRecord) throws -> TimelineEntry {
        try codec.decode(kind: record.kind, payload: record.payload, at: record.at)
    }
}

private struct NoSecrets: SecretStore {
    func values(of names: [String]) throws -> [String: String] { [:] }
}

private struct NoRedaction: Redacting {
    func redact(_ output: [UInt8], secrets: [String], isCut: Bool) -> (text: String, isRedacted: Bool) {
        (String(decoding: output, as: UTF8.self), false)
    }
}

private struct NoNotifier: Notifier {
    func announce(_ announcement: Announcement) async throws {}
}

private struct RealClock: WallClock {
    var now: Timestamp { WallTime.now }
}
