import HandrailCore
import HandrailEngine
import HandrailFormats
import HandrailSigning
import Logging
import ServiceLifecycle
import Synchronization

@testable import HandrailServer

/// A server on a free port of loopback with a real conductor behind it, and a journal that does as a test says.
final class RunningServer: Sendable {
    let port: Int
    let journal: TestJournal
    let conductor: Conductor
    let ports: ServerPorts
    let server: HandrailServer
    let tokens: [Role: String]
    let access = TestAccess()
    let warnings = Warnings()
    private let book: SharedBook
    private let group: ServiceGroup
    private let work: Task<Void, any Error>
    private let clock: Task<Void, Never>

    /// - Parameter deliveryKey: what deliveries of Alertmanager may be signed with.
    init(
        deliveryKey: SigningSecret? = nil, _ change: (inout ServerSettings) -> Void = { _ in }
    ) async throws {
        var settings = ServerSettings()
        settings.port = 0
        change(&settings)
        journal = TestJournal()
        let codec = TestCodec()
        let engine = Engine(workspace: Workspace(), mode: .observe, keepsState: true)
        let (events, metrics) = (EventHub(), MetricRegistry())
        let carrier = OrderCarrier(
            executor: NoExecutor(), secrets: NoSecrets(), redactor: NoRedaction(), silencer: nil,
            notifier: NoNotifier())
        conductor = Conductor(
            director: Director(engine: engine, codec: codec, at: RealClock().now),
            ports: Conductor.Ports(
                journal: journal, codec: codec, sealer: NoSealer(), carrier: carrier, clock: RealClock(), access: access
            )
        ) { entries in
            TimelineMetrics(metrics).note(entries)
            events.send(entries.map { ServerEvent(name: codec.record(of: $0).kind, data: "{}") })
        } snapshotFailed: { [warnings] because in
            warnings.add(because)
        }
        await conductor.start(EngineStart(version: "test", mode: .observe, workspaceDigest: ""))
        var made = TokenBook()
        var tokens: [Role: String] = [:]
        for role in Role.allCases {
            tokens[role] = try made.add(
                role: role, person: role == .responder ? "ada" : nil, source: nil, note: "", at: RealClock().now,
                life: nil)
        }
        self.tokens = tokens
        let book = SharedBook(made)
        self.book = book
        var ports = ServerPorts(
            conductor: conductor, decoders: SourceDecoders(identity: AlertIdentity()), documents: TestDocuments(),
            clock: RealClock(), tokens: { book.now }, metrics: metrics, events: events)
        ports.deliveryKeys = { $0 == "alertmanager" ? [deliveryKey].compactMap(\.self) : [] }
        self.ports = ports
        let (found, finding) = AsyncStream.makeStream(of: Int.self)
        server = HandrailServer(ports, settings, logger: Self.logger) { finding.yield($0) }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(services: [.init(service: server)], logger: Self.logger))
        self.group = group
        work = Task {
            defer { finding.finish() }
            try await group.run()
        }
        guard let port = await found.first(where: { _ in true }) else { throw NotRunning() }
        self.port = port
        let conductor = conductor
        clock = Task {
            while !Task.isCancelled {
                await conductor.passTime()
                try? await Task.sleep(for: .milliseconds(20))
            }
        }
    }

    private static var logger: Logger {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return logger
    }

    struct NotRunning: Error {}

    func stop() async throws {
        await group.triggerGracefulShutdown()
        try await work.value
        clock.cancel()
        await clock.value
        await conductor.stop()
    }

    /// From now on the tokens of this role open nothing.
    func revoke(_ role: Role) throws {
        try book.change { book in
            for entry in book.entries where entry.holder.role == role {
                try book.revoke(entry.holder.id, at: RealClock().now)
            }
        }
    }

    /// Firing alerts as Alertmanager's webhook sends them.
    static func webhook(_ count: Int, severity: String = "critical", from first: Int = 0) -> [UInt8] {
        let alerts = (first..<first + count).map { number in
            """
            {"status":"firing","labels":{"alertname":"A","n":"\(number)","severity":"\(severity)"},"annotations":{},\
            "startsAt":"2026-11-28T07:00:00Z","endsAt":"0001-01-01T00:00:00Z"}
            """
        }
        return Array(#"{"version":"4","status":"firing","alerts":[\#(alerts.joined(separator: ","))]}"#.utf8)
    }
}

/// What was read of tokens, as a test says.
final class TestAccess: AccessFeed {
    private let changes = Mutex<[AccessChange]>([])
    private let revoked = Mutex<Set<String>>([])

    func isGood(token: String) -> Bool { revoked.withLock { !$0.contains(token) } }
    func revoke(token: String) { revoked.withLock { _ = $0.insert(token) } }

    func add(_ change: AccessChange) { changes.withLock { $0.append(change) } }

    func takeChanges() -> [AccessChange] {
        changes.withLock { changes in
            defer { changes = [] }
            return changes
        }
    }
}

final class SharedBook: Sendable {
    private let book: Mutex<TokenBook>

    init(_ book: TokenBook) { self.book = Mutex(book) }

    var now: TokenBook { book.withLock { $0 } }

    func change(_ change: (inout TokenBook) throws -> Void) rethrows { try book.withLock { try change(&$0) } }
}

/// What was said of what an engine can do without.
final class Warnings: Sendable {
    private let list = Mutex<[String]>([])

    var all: [String] { list.withLock { $0 } }
    func add(_ warning: String) { list.withLock { $0.append(warning) } }
}

/// Keeps entries in memory, and fails or waits where a test wants it.
actor TestJournal: JournalStore {
    private(set) var records: [JournalRecord] = []
    private var failure: String?
    /// How long it takes until it is known.
    private var delay = Duration.zero
    private var isHeld = false
    private var takesNoSnapshot = false
    private var holdsSnapshots = false
    /// Where snapshots that were begun stand, and those of them that were given up.
    private(set) var snapshots: (begun: [Int64], givenUp: [Int64]) = ([], [])
    private var held: [CheckedContinuation<Void, Never>] = []

    struct Failed: Error, CustomStringConvertible { let description: String }

    func fail(because: String?, after delay: Duration = .zero) {
        failure = because
        self.delay = delay
    }
    func hold() { isHeld = true }
    /// Until something waits to be kept, or a snapshot to be saved.
    func untilHeld() async throws {
        while held.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
    }
    func refuseSnapshots() { takesNoSnapshot = true }
    /// Until ``release()``.
    func holdSnapshots() { holdsSnapshots = true }

    func release() {
        isHeld = false
        holdsSnapshots = false
        for waiter in held { waiter.resume() }
        held = []
    }

    func append(_ records: [JournalRecord]) async throws -> Int64 {
        if isHeld { await withCheckedContinuation { held.append($0) } }
        if let failure {
            try? await Task.sleep(for: delay)
            throw Failed(description: failure)
        }
        self.records += records
        return Int64(self.records.count)
    }

    func save(_ records: some Sequence<JournalRecord> & Sendable, at sequence: Int64) async throws {
        snapshots.begun.append(sequence)
        if takesNoSnapshot { throw Failed(description: "no room for a snapshot") }
        if holdsSnapshots { await withCheckedContinuation { held.append($0) } }
        if Task.isCancelled {
            snapshots.givenUp.append(sequence)
            throw CancellationError()
        }
    }

    func entries(after sequence: Int64, limit: Int) -> [JournalEntry] {
        records.enumerated().dropFirst(Int(sequence)).prefix(limit).map {
            JournalEntry(sequence: Int64($0 + 1), record: $1, hash: [])
        }
    }

    func foldLatestSnapshot<State: Sendable>(
        into state: State, _ take: @escaping @Sendable (inout State, JournalRecord) -> Void
    ) -> (sequence: Int64, state: State)? { nil }
}

struct TestDocuments: StateDocuments {
    /// The run whose explanation no buffer takes.
    static let longRun = 77
    static let longBytes = 48 << 20

    func document(_ question: StateQuestion) async throws(StateDocumentError) -> [UInt8] {
        if case .run = question { throw .notFound(because: "there is no such run") }
        if case .explanation(run: Self.longRun) = question { return [UInt8](repeating: 0x20, count: Self.longBytes) }
        return Array("{}".utf8)
    }
}

private struct TestCodec: EventCodec {
    private let codec = JournalCodec(identity: AlertIdentity())

    func record(of entry: TimelineEntry) -> JournalRecord {
        let (kind, payload) = codec.encode(entry)
        return JournalRecord(at: entry.at, kind: kind, payload: payload)
    }

    func entry(of record: JournalRecord) throws -> TimelineEntry {
        try codec.decode(kind: record.kind, payload: record.payload, at: record.at)
    }
}

struct RealClock: WallClock {
    var now: Timestamp {
        Timestamp(milliseconds: Int64(clockMilliseconds()))
    }
}

private struct NoExecutor: StepExecutor {
    func resolve(_ name: String) async throws -> ResolvedExecutable { ResolvedExecutable(path: name, digest: "") }
    func observe(_ invocation: Invocation) async -> ExecutionReport { ExecutionReport(ending: .exited(code: 0)) }
    func perform(_ invocation: Invocation, permit: Permit) async -> ExecutionReport {
        ExecutionReport(ending: .exited(code: 0))
    }
}

private struct NoSealer: PlanSealer {
    func seal(_ record: DecisionRecord) async -> Seal { Seal(digest: "d") }
}

private struct NoSecrets: SecretStore {
    func values(of names: [String]) throws -> [String: String] { [:] }
}

private struct NoRedaction: Redacting {
    func redact(_ output: [UInt8], secrets: [String], isCut: Bool) -> (text: String, isRedacted: Bool) { ("", false) }
}

private struct NoNotifier: Notifier {
    func announce(_ announcement: Announcement) async throws {}
}
