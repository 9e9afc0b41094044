import HandrailFormats

/// A small workspace without a finding; the examples of the design.
enum SampleFiles {
    static let actions = """
        action: supervisor.restart
        about: Restarts a program.
        effect: disruptive
        idempotent: true
        parameters:
          program: { type: string, pattern: "[a-z0-9:-]{1,64}", about: what to restart }
        dry-run: [supervisorctl, status, "${program}"]
        run: [supervisorctl, restart, "${program}"]
        undo: { none: a restart leaves nothing behind }
        timeout: 30s
        ---
        action: supervisor.is-running
        effect: none
        parameters:
          program: { type: string }
        dry-run: { none: it only reads }
        run: [supervisorctl, status, "${program}"]
        undo: { none: it only reads }
        timeout: 10s
        ---
        action: haproxy.scale
        effect: disruptive
        parameters:
          backend:  { type: string, pattern: "[a-z][a-z0-9-]{0,62}" }
          replicas: { type: integer, min: 1, max: 64, default: 2 }
        capture:
          before: [haproxy-scale, count, "${backend}"]
        dry-run: [haproxy-scale, plan, "${backend}", "${replicas}"]
        run: [haproxy-scale, set, "${backend}", "${replicas}"]
        undo: [haproxy-scale, set, "${backend}", "${captured.before}"]
        timeout: 1m30s
        """

    static let runbook = """
        runbook: restart-stuck-worker
        about: A worker holds a job and takes no more, and its queue grows.
        owner: payments-oncall
        signature:
          when:
            stuck: WorkerStuck{severity=~"warning|critical"}
            queue: QueueBacklog
          unless: [RedisDown]
          same: [queue]
          within: 5m
          for: 20s
          count: { stuck: 1 }
          where: stuck.labels.queue != "manual"
        target:
          each: stuck
          kind: worker
          id: ${stuck.labels.worker}
          service: ${stuck.labels.queue}
        steps:
          - action: supervisor.restart
            with: { program: "${target.id}" }
        verify:
          probe: { action: supervisor.is-running, with: { program: "${target.id}" }, within: 30s }
          resolved: [stuck, queue]
          within: 2m
          stable: 30s
          otherwise: rollback
        """

    static let policy = """
        policy: production
        default: approval
        allow:
          - name: routine restarts
            when: action.effect == "disruptive" && target.environment != "production"
            verdict: automatic
        restrict:
          - name: production needs a person
            when: target.environment == "production" && action.effect != "none"
            verdict: approval
            approval: { from: [sre], count: 1, expires: 30m }
            because: Customers notice these changes.
        limits:
          - { name: gentle, per: [target.service], rate: 3 per 1h, cooldown: 10m, concurrent: 1, blast-radius: 25% }
        freeze:
          - { name: weekends, weekly: "Fri 16:00 - Mon 08:00", zone: Europe/London, verdict: approval }
          - { name: launch, between: { from: 2026-12-01T00:00:00Z, until: 2026-12-02T00:00:00Z } }
        breaker:
          - { per: [runbook], failures: 2, of: 5, verdict: approval }
        protect: [control-plane, "service:payments"]
        """

    static let landscape = """
        topology: shop
        services:
          checkout: { environment: production, tier: critical, replicas: 6, depends-on: [payments] }
          payments: { environment: staging, replicas: 4, alerts: ['QueueBacklog{queue="payments"}'] }
        ---
        correlation: default
        dedupe:  { ignore-labels: [pod_template_hash], window: 5m, stale-after: 20m }
        group:   { window: 2m, life: 60m, entity: [service, job, queue, instance], hops: 1 }
        flap:    { half-life: 10m, damp-at: 3, release-at: 1 }
        storm:   { alerts-per-10s: 100, or-services: 20%, cooldown: 10m }
        inhibit: [ { source: RedisDown, target: '{severity="warning"}', equal: [cluster] } ]
        silence: [ { match: Noise, from: 2026-12-01T00:00:00Z, until: 2026-12-02T00:00:00Z, because: known } ]
        ---
        people: on-call
        roles: { sre: [ada, grace], payments: [linus] }
        ---
        test: a stuck worker is restarted once
        play: ../incidents/worker-hang.jsonl
        expect:
          - { within: 60s, runbook: restart-stuck-worker, verdict: automatic }
        never:
          - { action: haproxy.scale }
        """

    static let source = """
        source: zabbix
        about: Zabbix media type webhook
        alerts: body.events
        alert:
          labels:
            alertname: event.trigger
            host: event.host
            severity: event.severity.lowerAscii()
            team: '"payments"'
          annotations: { summary: event.message }
          identity: event.id
          status: 'event.value == "1" ? "firing" : "resolved"'
          startsAt: event.clock
          endsAt: event.?until
        """

    static let all: [(path: String, text: String)] = [
        ("policies/landscape.yaml", landscape), ("policies/production.yaml", policy), ("policies/sources.yaml", source),
        ("runbooks/actions.yaml", actions), ("runbooks/stuck.yaml", runbook),
    ]

    static func load(_ files: [(path: String, text: String)]) -> LoadedWorkspace {
        WorkspaceLoader.load(files: files.map { ($0.path, Array($0.text.utf8)) })
    }

    /// The sample with one text in one of its files replaced; the findings, rendered.
    static func findings(replacing old: String, with new: String) -> String {
        let changed = all.map { file in
            (
                path: file.path,
                text: file.text.split(separator: old, omittingEmptySubsequences: false).joined(separator: new)
            )
        }
        return load(changed).findings.map(\.rendered).joined(separator: "\n")
    }
}
