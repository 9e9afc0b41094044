import Foundation
import HandrailCore
import HandrailFormats

/// What a fold is tried on: files, and the alerts that may come.
struct FoldSetting: Sendable {
    let name: String
    let workspace: Workspace
    /// Runs that are under way when an engine is replaced are known by their journal alone.
    let codec: JournalCodec
    let identity: AlertIdentity
    /// Labels of alerts that belong together, as one recording or one fault has them.
    let alphabets: [[[Label]]]

    static let start = Timestamp(milliseconds: 1_795_449_600_000)

    struct BrokenSetting: Error, CustomStringConvertible {
        let description: String
    }

    private init(_ name: String, _ loaded: LoadedWorkspace, alphabets: (AlertIdentity) throws -> [[[Label]]]) throws {
        guard let workspace = loaded.workspace else {
            throw BrokenSetting(description: loaded.findings.map(\.rendered).joined(separator: "\n"))
        }
        self.name = name
        self.workspace = workspace
        identity = AlertIdentity(ignoredLabels: Set(workspace.correlation.dedupe.ignoreLabels))
        codec = JournalCodec(identity: identity)
        self.alphabets = try alphabets(identity)
    }

    // MARK: - The sample workspace with what was recorded

    static func repository(root: URL) throws -> FoldSetting {
        try FoldSetting("repository", WorkspaceLoader.load(root: root.path)) { identity in
            let names = [
                "backend-down", "disk-fill", "flapping", "poison-job", "queue-backlog", "redis-hang", "storm",
                "web-surge", "worker-crashloop", "worker-hang", "worker-leak",
            ]
            return try names.map { name in
                try labels(of: root.appendingPathComponent("incidents/\(name).jsonl").path, identity)
            }
        }
    }

    private static func labels(of recording: String, _ identity: AlertIdentity) throws -> [[Label]] {
        var reader = try RecordingReader(path: recording, identity: identity)
        var seen: Set<LabelSet> = []
        while let item = try reader.next() {
            guard case .delivery(let decoded, _) = item else { continue }
            seen.formUnion(decoded.delivery.alerts.map(\.labels))
        }
        return seen.sorted { $0.fingerprint < $1.fingerprint }.map(\.labels)
    }

    // MARK: - A small one that uses everything

    static func synthetic() throws -> FoldSetting {
        let files = [
            ("runbooks/actions.yaml", actions), ("runbooks/runbooks.yaml", runbooks), ("policies/policy.yaml", policy),
            ("policies/landscape.yaml", landscape),
        ]
        let loaded = WorkspaceLoader.load(files: files.map { ($0.0, Array($0.1.utf8)) })
        return try FoldSetting("synthetic", loaded) { _ in [alphabet] }
    }

    private static let alphabet: [[Label]] = {
        var alerts: [[(String, String)]] = [
            [("alertname", "RedisDown"), ("service", "redis"), ("cluster", "c1"), ("severity", "critical")],
            [("alertname", "DiskFull"), ("service", "host"), ("severity", "critical")],
            [("alertname", "Noise"), ("service", "web"), ("severity", "warning"), ("cluster", "c2")],
            [("alertname", "WebSlow"), ("service", "web"), ("severity", "critical"), ("cluster", "c1")],
            [("alertname", "Odd\u{301}"), ("service", "web"), ("note", "\u{0}\"\\\u{2028}é")],
        ]
        for queue in ["q1", "q2"] {
            alerts.append([
                ("alertname", "QueueBacklog"), ("queue", queue), ("severity", "warning"), ("cluster", "c1"),
            ])
            for worker in ["w1", "w2", "w3"] {
                alerts.append([
                    ("alertname", "WorkerStuck"), ("queue", queue), ("worker", worker), ("cluster", "c1"),
                    ("severity", worker == "w3" ? "warning" : "critical"),
                ])
            }
        }
        return alerts.map { $0.map { Label(name: ExactText($0.0), value: ExactText($0.1)) } }
    }()

    private static let actions = """
        action: svc.restart
        effect: disruptive
        idempotent: true
        parameters: { program: { type: string, pattern: "[a-z0-9-]{1,64}" } }
        dry-run: [svc, status, "${program}"]
        run: [svc, restart, "${program}"]
        undo: { none: a restart leaves nothing behind }
        timeout: 30s
        ---
        action: svc.probe
        effect: none
        parameters: { program: { type: string } }
        dry-run: { none: it only reads }
        run: [svc, status, "${program}"]
        undo: { none: it only reads }
        timeout: 10s
        ---
        action: svc.scale
        effect: disruptive
        parameters: { pool: { type: string, pattern: "[a-z0-9-]{1,64}" } }
        capture: { before: [svc, count, "${pool}"] }
        dry-run: [svc, plan, "${pool}"]
        run: [svc, set, "${pool}"]
        undo: [svc, set, "${pool}", "${captured.before}"]
        timeout: 1m
        ---
        action: svc.move
        effect: additive
        parameters: { pool: { type: string, pattern: "[a-z0-9-]{1,64}" } }
        dry-run: { none: nobody knows how }
        run: [svc, move, "${pool}"]
        undo: [svc, back, "${pool}"]
        timeout: 1m
        ---
        action: svc.wipe
        effect: destructive
        parameters: { path: { type: string } }
        dry-run: [svc, list, "${path}"]
        run: [svc, wipe, "${path}"]
        undo: { impossible: what is gone is gone }
        timeout: 1m
        """

    private static let runbooks = """
        runbook: restart-worker
        about: One.
        owner: ada
        signature:
          when: { stuck: WorkerStuck }
          unless: [RedisDown]
          same: [queue]
          for: 5s
        target: { each: stuck, kind: worker, id: "${stuck.labels.worker}", service: "${stuck.labels.queue}" }
        steps:
          - { action: svc.restart, with: { program: "${target.id}" } }
        verify:
          probe: { action: svc.probe, with: { program: "${target.id}" }, within: 30s }
          resolved: [stuck]
          within: 1m
          stable: 10s
          otherwise: hold
        ---
        runbook: scale-workers
        about: Two.
        owner: ada
        signature:
          when: { backlog: QueueBacklog, stuck: WorkerStuck }
          same: [queue]
          after: { runbook: restart-worker, outcome: failed }
        target: { kind: pool, id: "${backlog.labels.queue}", service: "${backlog.labels.queue}" }
        steps:
          - { action: svc.scale, with: { pool: "${target.id}" } }
          - { action: svc.move, with: { pool: "${target.id}" } }
        verify: { resolved: [backlog], within: 1m, stable: 10s, otherwise: rollback }
        ---
        runbook: drain-queue
        about: Three.
        owner: ada
        priority: 2
        signature:
          when: { backlog: QueueBacklog }
          for: 20s
        target: { kind: pool, id: "${backlog.labels.queue}", service: "${backlog.labels.queue}" }
        steps:
          - { action: svc.scale, with: { pool: "${target.id}" } }
          - { action: svc.scale, with: { pool: "${target.id}-spare" } }
        verify: { resolved: [backlog], within: 1m, stable: 5s, otherwise: rollback }
        ---
        runbook: wipe-disk
        about: Four.
        owner: ada
        signature: { when: { full: DiskFull } }
        target: { kind: volume, id: "data", service: "host" }
        steps:
          - { action: svc.wipe, with: { path: tmp } }
          - { action: svc.wipe, with: { path: tmp2 } }
        verify: { resolved: [full], within: 1m, otherwise: rollback }
        ---
        runbook: tell-about-web
        about: Five.
        owner: ada
        signature: { when: { slow: WebSlow }, unless: [Noise] }
        target: { kind: page, id: "web", service: "web" }
        steps:
          - { action: incident.note, with: { text: slow } }
        verify: { resolved: [slow], within: 30s, otherwise: hold }
        ---
        runbook: quiet-noise
        about: Six.
        owner: ada
        signature: { when: { noise: Noise } }
        target: { kind: page, id: "noise", service: "web" }
        steps:
          - { action: svc.move, with: { pool: noise } }
        verify: { resolved: [noise], within: 30s, otherwise: hold }
        """

    private static let policy = """
        policy: fold
        default: approval
        allow:
          - { name: staging, when: 'target.environment == "staging"', verdict: automatic }
        restrict:
          - name: two people
            when: action.effect == "destructive"
            verdict: approval
            approval: { from: [sre], count: 2, expires: 5m }
          - { name: only advice, when: 'runbook.name == "quiet-noise"', verdict: advisory }
        limits:
          - { name: gentle, per: [target.service], rate: 6 per 10m, cooldown: 5s, concurrent: 2 }
        breaker:
          - { name: twice, per: [runbook], failures: 3, of: 4, verdict: deny }
        """

    private static let landscape = """
        topology: small
        services:
          q1: { environment: staging, replicas: 8, depends-on: [redis], alerts: ['{queue="q1"}'] }
          q2: { environment: staging, replicas: 8, depends-on: [redis], alerts: ['{queue="q2"}'] }
          redis: { environment: staging, replicas: 1 }
          web: { environment: staging, replicas: 3 }
          host: { environment: staging, replicas: 2 }
        ---
        correlation: small
        dedupe: { ignore-labels: [pod], window: 1m, stale-after: 2m }
        group: { window: 30s, life: 5m, entity: [service, queue], hops: 1 }
        flap: { half-life: 1m, damp-at: 2, release-at: 0.5 }
        storm: { alerts-per-10s: 6, or-services: 90%, cooldown: 1m }
        inhibit: [ { source: RedisDown, target: '{severity="warning"}', equal: [cluster] } ]
        silence: [ { match: 'WorkerStuck{worker="w3"}', from: 2026-11-23T16:05:00Z, until: 2026-11-23T16:12:00Z, because: known } ]
        ---
        people: on-call
        roles: { sre: [ada, grace], queue: [linus] }
        """
}
