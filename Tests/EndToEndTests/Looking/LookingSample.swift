import HandrailCore

@testable import HandrailEngine

/// A run that is really driven, made of the core's own transitions.
struct SampleRun {
    let digest = String(repeating: "5a", count: 32)
    let record: DecisionRecord
    private(set) var run: Run
    private(set) var entries: [TimelineEntry]
    private let id: Int

    static let ada = Person("ada")

    init(id: Int = 7, verdict: Verdict = .approval, steps: [PlannedStep]? = nil) {
        let argv = ["supervisorctl", "restart", "workers:w2"]
        let plan = Plan(
            runbook: "restart-stuck-worker", targets: [Sample.worker],
            steps: steps ?? [Sample.step(argv, undo: .argv([.text("supervisorctl"), .text("stop")], parameters: []))],
            verification: PlannedVerification(
                probe: [], resolved: [Sample.stuck.fingerprint], within: .seconds(120), stable: .seconds(30),
                otherwise: .hold))
        let reason = Reason(
            source: .restrict, rule: "production needs a person", location: Sample.place("policies/production.yaml", 7),
            effect: .approval, detail: "Customers notice these changes.")
        record = DecisionRecord(
            at: Sample.at(24), incident: 1, run: id, plan: plan,
            decision: Decision(
                verdict: verdict, reasons: [reason],
                guards: [GuardReport(name: "gentle", text: "rate 0 of 3 per 1h", isHolding: false)],
                approval: Approval(from: ["sre"], count: 2, expires: .seconds(1800), excludesAuthor: true)),
            bindings: [("stuck", [Sample.stuck])],
            nearMisses: [NearMiss(runbook: "scale-out-workers", because: "unless RedisDown fires")])
        run = Run(plan: plan, planDigest: digest)
        self.id = id
        entries = [Sample.entry(24, .decided(record))]
    }

    var question: Question {
        Question(
            planDigest: digest, approval: record.decision.approval, excluded: [Person("linus")],
            expiresAt: Sample.at(24 + 1800))
    }

    mutating func happens(_ event: RunEvent, at seconds: Double) throws {
        let (next, effects) = try run.after(event, at: Sample.at(seconds))
        run = next
        let advance = RunAdvance(
            run: id, runbook: record.plan.runbook, planDigest: digest, event: event, state: next.state,
            effects: effects)
        entries.append(Sample.entry(seconds, .state(.run(advance))))
    }

    mutating func reports(
        _ purpose: StepReport.Purpose, _ argv: [String], at seconds: Double, output: String = "",
        errorOutput: String = "",
        isSuccess: Bool = true
    ) {
        let report = StepReport(
            run: id, step: 0, purpose: purpose, attempt: 1, argv: argv, ending: isSuccess ? "exited 0" : "exited 1",
            isSuccess: isSuccess, duration: .milliseconds(120), output: output, errorOutput: errorOutput,
            droppedBytes: 0)
        entries.append(Sample.entry(seconds, .state(.report(report))))
    }

    mutating func asks(_ request: PersonRequest, refusal: String? = nil, at seconds: Double) {
        entries.append(
            Sample.entry(seconds, .state(.request(MadeRequest(request), by: Self.ada, refusal: refusal)), incident: nil)
        )
    }

    /// Opened, decided, rehearsed: it waits for two people.
    static func pending(output: String = "workers:w2 RUNNING\n  pid 42\n") throws -> SampleRun {
        var sample = SampleRun()
        try sample.happens(.decided(.approval(sample.question)), at: 25)
        sample.reports(.rehearse, ["supervisorctl", "status", "workers:w2"], at: 26, output: output)
        try sample.happens(.rehearsed(step: 0, .succeeded), at: 26)
        return sample
    }

    /// Approved by two, run, and verified.
    static func succeeded() throws -> SampleRun {
        var sample = try pending()
        try sample.happens(.approved(by: ada, digest: sample.digest), at: 60)
        sample.asks(.approve(run: 7, digest: sample.digest), refusal: "this person has approved already", at: 61)
        try sample.happens(.approved(by: Person("grace"), digest: sample.digest), at: 70)
        try sample.happens(.confirmed(step: 0), at: 71)
        sample.reports(
            .perform, ["supervisorctl", "restart", "workers:w2"], at: 73, output: "workers:w2: stopped\n",
            errorOutput: "slow\n")
        try sample.happens(.stepEnded(step: 0, attempt: 1, .succeeded), at: 73)
        try sample.happens(.verified(.successful), at: 161)
        return sample
    }
}

extension Catalog {
    init(_ entries: [TimelineEntry], limits: Limits = Limits()) {
        self.init(limits: limits)
        for (index, entry) in entries.enumerated() { take(entry, sequence: Int64(index + 1)) }
    }
}

extension Sample {
    /// What a real journal begins with: an engine that acts, and an incident.
    static let beginning = [
        entry(
            0, .state(.engineStarted(EngineStart(version: "1", mode: .act, workspaceDigest: "w"))), incident: nil),
        entry(0, .incidentOpened(stuck)),
        entry(4, .alertJoined(backlog, .sharesLabel(name: "queue", value: "payments"))),
    ]
}
