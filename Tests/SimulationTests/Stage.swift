import HandrailCore
import HandrailEngine
import HandrailFormats

@testable import Simulation

/// A director whose journal and sealer answer at once. Orders wait until a test reports on them.
struct Stage {
    private(set) var director: Director
    private let workspace: Workspace
    private(set) var now = SyntheticFiles.start
    /// In the order in which they came.
    private(set) var orders: [(run: Int, number: Int, order: Order)] = []
    private(set) var terminated: [Int] = []
    /// What people were told.
    private(set) var told: [String] = []
    private(set) var answers: [Director.Answer] = []
    private(set) var sequence: Int64 = 0
    private var ticket = 0
    private var started: [String: Timestamp] = [:]

    /// The synthetic runbooks under a policy that allows everything by itself.
    init() throws {
        let files = SyntheticFiles(variant: 0).texts.map { file in
            file.path == "policies/policy.yaml" ? (file.path, "policy: plain\ndefault: automatic") : file
        }
        let loaded = WorkspaceLoader.load(files: files.map { ($0.0, Array($0.1.utf8)) })
        guard let workspace = loaded.workspace else { throw Site.Broken(findings: loaded.findings.map(\.rendered)) }
        self.workspace = workspace
        let engine = Engine(workspace: workspace, mode: .act, keepsState: true)
        director = Director(engine: engine, codec: ValueCodec(bytes: nil, dropsRequests: false), at: now)
        let start = EngineStart(version: "test", mode: .act, workspaceDigest: "files")
        take(director.start(start, at: now))
    }

    mutating func fire(_ name: String, unit: String, service: String = "alpha") {
        take(name, unit, service, .firing)
    }

    mutating func resolve(_ name: String, unit: String, service: String = "alpha") {
        take(name, unit, service, .resolved)
    }

    private mutating func take(_ name: String, _ unit: String, _ service: String, _ status: Alert.Status) {
        if status == .firing { started[name + unit] = now }
        ticket += 1
        handle(.delivery(delivery(name, unit: unit, service: service, status), ticket: ticket))
    }

    /// As it would be received now.
    func delivery(
        _ name: String, unit: String, service: String = "alpha", _ status: Alert.Status = .firing
    ) -> Delivery {
        let labels = LabelSet(
            [("alertname", name), ("service", service), ("unit", unit)].map {
                Label(name: ExactText($0.0), value: ExactText($0.1))
            }, identity: AlertIdentity())
        let alert = Alert(
            labels: labels, status: status, startsAt: started[name + unit] ?? now, endsAt: status == .firing ? nil : now
        )
        return Delivery(receivedAt: now, source: "test", alerts: [alert])
    }

    /// An engine that is made from a snapshot of this one.
    func folded() throws -> Engine {
        var folded = Engine(workspace: workspace, mode: .act, keepsState: true)
        for entry in director.engine.snapshot() { try folded.restore(entry) }
        return folded
    }

    mutating func ask(_ request: PersonRequest, id: String? = nil) {
        ticket += 1
        handle(.request(MadeRequest(request, id: id), by: Person("ada"), ticket: ticket))
    }

    mutating func wait(_ duration: Duration) {
        now = now + duration
        handle(.timePassed)
    }

    /// Reports that an order, the last one unless another is given, ended well.
    mutating func succeed(_ index: Int? = nil) {
        end(index ?? orders.count - 1, .exited(code: 0))
    }

    /// Reports that the last order failed.
    mutating func fail() {
        end(orders.count - 1, .exited(code: 1))
    }

    /// Reports of the last order that nobody knows what became of it.
    mutating func loseAnswer() {
        end(orders.count - 1, .unanswered(because: "Alertmanager answered 502: bad gateway"))
    }

    /// Reports that the last order ended well, and what it printed.
    mutating func succeed(printing output: String) {
        end(orders.count - 1, .exited(code: 0), output)
    }

    private mutating func end(_ index: Int, _ ending: ExecutionEnding, _ output: String = "1") {
        let order = orders[index]
        handle(.carriedOut(run: order.run, number: order.number, OrderReport(ending: ending, output: output)))
    }

    mutating func end(_ report: OrderReport) {
        guard let order = orders.last else { return }
        handle(.carriedOut(run: order.run, number: order.number, report))
    }

    func state(of run: Int) -> RunState? { director.engine.runView(run)?.run?.state }

    private mutating func handle(_ input: Director.Input) {
        take(director.handle(input, at: now))
    }

    private mutating func take(_ outputs: [Director.Output]) {
        for output in outputs {
            switch output {
            case .append(let records):
                sequence += Int64(records.count)
                handle(.appended(sequence: sequence))
            case .answer(_, let answer): answers.append(answer)
            case .seal(let run, _):
                let tools = ["look", "hand"].map { ($0, ResolvedExecutable(path: "/bin/\($0)", digest: "")) }
                handle(.sealed(run: run, Seal(digest: "d", executables: Dictionary(uniqueKeysWithValues: tools))))
            case .carryOut(let run, let number, let order): orders.append((run, number, order))
            case .terminate(let run): terminated.append(run)
            case .announce(let announcement): told.append(announcement.text)
            case .save, .kept: continue
            }
        }
    }
}
