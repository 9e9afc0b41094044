import HandrailCore

/// Workspaces that are written for the simulation: every kind of step, verification and guard, in changing combinations.
struct SyntheticFiles {
    static let start = Timestamp(milliseconds: 1_795_593_600_000)  // 2026-11-25T08:00:00Z

    let variant: Int
    /// Whether a file was edited: what the plans rest on is another then.
    var isEdited = false

    private var chance: Chance { Chance(seed: UInt64(variant)) }
    private var policy: SyntheticPolicy { SyntheticPolicy(variant: variant, isEdited: isEdited) }

    var texts: [(path: String, text: String)] {
        [
            ("policies/people.yaml", Self.people), ("policies/topology.yaml", Self.topology),
            ("policies/correlation.yaml", correlation), ("policies/policy.yaml", policy.text),
            ("runbooks/actions.yaml", Self.actions), ("runbooks/runbooks.yaml", runbooks),
        ]
    }

    private static let people = """
        people: on-call
        roles: { sre: [ada, grace, radia], duty: [linus, barbara] }
        """

    private static let topology = """
        topology: simulated
        services:
          alpha: { environment: staging, tier: web, replicas: 8 }
          beta: { environment: staging, tier: web, replicas: 4, depends-on: [alpha] }
          gamma: { environment: production, tier: web, replicas: 6 }
          delta: { environment: staging, tier: data, replicas: 1 }
          omega: { environment: staging, tier: web, replicas: 4 }
          sigma: { environment: staging, tier: web, replicas: 12 }
        """

    private var correlation: String {
        var chance = chance
        return """
            correlation: simulated
            dedupe: { window: 2m, stale-after: 3m }
            group: { window: 1m, life: 20m, entity: [service], hops: \(chance.pick([0, 1])) }
            flap: { half-life: 5m, damp-at: \(chance.pick(["1.5", "3"])), release-at: 1 }
            storm: { alerts-per-10s: 12, or-services: 80%, cooldown: 2m }
            """
    }

    private static let actions = """
        action: unit.restart
        about: Restarts a unit.
        effect: disruptive
        idempotent: true
        parameters: { unit: { type: string, pattern: "[a-z0-9-]{1,32}" } }
        dry-run: [look, plan, restart, "${unit}"]
        run: [hand, restart, "${unit}"]
        undo: { none: "a restart leaves nothing to undo" }
        timeout: 20s
        ---
        action: level.set
        about: Puts a unit on another level, and back.
        effect: disruptive
        idempotent: false
        parameters:
          unit: { type: string, pattern: "[a-z0-9-]{1,32}" }
          stage: { type: string, pattern: "[a-z]{1,16}" }
        capture: { before: [look, level, "${unit}"] }
        dry-run: [look, plan, set, "${unit}", "${stage}"]
        run: [hand, set, "${unit}", "${stage}"]
        undo: [hand, reset, "${unit}", "${stage}", "${captured.before}"]
        timeout: 30s
        ---
        action: level.raise
        about: Adds capacity.
        effect: additive
        idempotent: true
        parameters: { unit: { type: string, pattern: "[a-z0-9-]{1,32}" } }
        dry-run: [look, plan, raise, "${unit}"]
        run: [hand, raise, "${unit}"]
        undo: [hand, lower, "${unit}"]
        timeout: 15s
        ---
        action: volume.purge
        about: Deletes what nobody needs.
        effect: destructive
        idempotent: false
        parameters: { unit: { type: string, pattern: "[a-z0-9-]{1,32}" } }
        dry-run: [look, plan, purge, "${unit}"]
        run: [hand, purge, "${unit}"]
        undo: { impossible: "what is deleted is gone" }
        timeout: 20s
        ---
        action: unit.wipe
        about: Takes a unit's cache away.
        effect: disruptive
        idempotent: true
        parameters: { unit: { type: string, pattern: "[a-z0-9-]{1,32}" } }
        dry-run: [look, plan, wipe, "${unit}"]
        run: [hand, wipe, "${unit}"]
        undo: { impossible: "the cache fills again by itself, or not" }
        timeout: 20s
        ---
        action: unit.move
        about: Moves a unit to another host, without a rehearsal.
        effect: disruptive
        idempotent: false
        parameters: { unit: { type: string, pattern: "[a-z0-9-]{1,32}" } }
        dry-run: { none: "there is nothing to ask" }
        run: [hand, move, "${unit}"]
        undo: [hand, return, "${unit}"]
        timeout: 20s
        ---
        action: unit.tell
        about: Tells a unit what an alert says, which may be anything.
        effect: disruptive
        idempotent: true
        parameters:
          unit: { type: string, pattern: "[a-z0-9-]{1,32}" }
          words: { type: string }
        dry-run: [look, plan, tell, "${unit}", "${words}"]
        run: [hand, tell, "${unit}", "${words}", "--once"]
        undo: [hand, hush, "${unit}", "${words}"]
        timeout: 10s
        ---
        action: unit.ok
        about: Whether a unit is healthy.
        effect: none
        idempotent: true
        parameters: { unit: { type: string, pattern: "[a-z0-9-]{1,32}" } }
        dry-run: { none: "it only reads" }
        run: [look, ok, "${unit}"]
        undo: { none: "it only reads" }
        timeout: 5s
        """

    private var runbooks: String {
        var chance = Chance(seed: UInt64(variant) &+ 2000)
        let otherwise = { (chance: inout Chance) in chance.pick(["rollback", "rollback", "hold"]) }
        return """
            runbook: restart-unit
            about: \(isEdited ? "A unit is stuck, and a person has edited this file." : "A unit is stuck.")
            signature: { when: { stuck: Stuck }, unless: [Blackout], for: 5s }
            target: { each: stuck, kind: unit, id: "${stuck.labels.unit}", service: "${stuck.labels.service}" }
            steps: [{ action: unit.restart, with: { unit: "${target.id}" } }]
            verify:
              probe: { action: unit.ok, with: { unit: "${target.id}" }, within: 20s }
              resolved: [stuck]
              within: 1m
              stable: 20s
              otherwise: \(otherwise(&chance))
            ---
            runbook: replace-unit
            about: What a restart did not cure.
            signature: { when: { stuck: Stuck }, after: { runbook: restart-unit, outcome: failed } }
            target: { each: stuck, kind: unit, id: "${stuck.labels.unit}", service: "${stuck.labels.service}" }
            steps:
              - { action: level.set, with: { unit: "${target.id}", stage: aside } }
              - { action: unit.restart, with: { unit: "${target.id}" } }
            verify: { resolved: [stuck], within: 1m, stable: 10s, otherwise: \(otherwise(&chance)) }
            ---
            runbook: migrate-unit
            about: A unit is outdated.
            signature: { when: { old: Outdated }, same: [unit], for: 3s }
            target: { kind: unit, id: "${old.labels.unit}", service: "${old.labels.service}" }
            steps:
              - { action: level.set, with: { unit: "${target.id}", stage: drain } }
              - { action: level.set, with: { unit: "${target.id}", stage: copy } }
              - { action: unit.restart, with: { unit: "${target.id}" } }
              - { action: level.set, with: { unit: "${target.id}", stage: serve } }
            verify:
              probe: { action: unit.ok, with: { unit: "${target.id}" }, within: 30s }
              resolved: [old]
              within: 2m
              stable: 30s
              otherwise: \(otherwise(&chance))
            ---
            runbook: drain-unit
            about: Another way to deal with an outdated unit.
            priority: \(chance.pick([-1, 1]))
            signature: { when: { old: 'Outdated{severity="high"}' }, same: [unit] }
            target: { kind: unit, id: "${old.labels.unit}", service: "${old.labels.service}" }
            steps: [{ action: level.set, with: { unit: "${target.id}", stage: drain } }]
            verify: { resolved: [old], within: 1m, otherwise: hold }
            ---
            runbook: scale-service
            about: There is more to do.
            signature: { when: { backlog: Backlog }, same: [service], for: 2s }
            target: { kind: service, id: "${backlog.labels.service}", service: "${backlog.labels.service}" }
            steps: [{ action: level.raise, with: { unit: "${target.id}" } }]
            verify: { resolved: [backlog], within: 90s, stable: 10s, otherwise: \(otherwise(&chance)) }
            ---
            runbook: purge-volume
            about: A volume is full.
            signature: { when: { full: Full }, same: [unit] }
            target: { kind: volume, id: "${full.labels.unit}", service: "${full.labels.service}" }
            steps:
              - { action: level.set, with: { unit: "${target.id}", stage: aside } }
              - { action: volume.purge, with: { unit: "${target.id}" } }
            verify: { resolved: [full], within: 1m, otherwise: \(otherwise(&chance)) }
            ---
            runbook: wipe-unit
            about: A unit's cache is dirty.
            signature: { when: { dirty: Dirty }, same: [unit] }
            target: { kind: unit, id: "${dirty.labels.unit}", service: "${dirty.labels.service}" }
            steps: [{ action: unit.wipe, with: { unit: "${target.id}" } }]
            verify: { resolved: [dirty], within: 1m, otherwise: rollback }
            ---
            runbook: move-unit
            about: A unit is on a lost host.
            signature: { when: { lost: Lost }, same: [unit] }
            target: { kind: unit, id: "${lost.labels.unit}", service: "${lost.labels.service}" }
            steps: [{ action: unit.move, with: { unit: "${target.id}" } }]
            verify:
              probe: { action: unit.ok, with: { unit: "${target.id}" }, within: 20s }
              within: 30s
              stable: 15s
              otherwise: rollback
            ---
            runbook: tell-unit
            about: A unit is to be told something.
            signature: { when: { loud: Loud }, same: [unit] }
            target: { kind: unit, id: "${loud.labels.unit}", service: "${loud.labels.service}" }
            steps: [{ action: unit.tell, with: { unit: "${target.id}", words: "${loud.labels.words}" } }]
            verify: { resolved: [loud], within: 1m, otherwise: rollback }
            ---
            runbook: wake-unit
            about: A unit is asleep, and nobody looks whether it wakes up.
            signature: { when: { asleep: Asleep }, same: [unit], for: 20s }
            target: { kind: unit, id: "${asleep.labels.unit}", service: "${asleep.labels.service}" }
            steps: [{ action: unit.restart, with: { unit: "${target.id}" } }]
            ---
            runbook: note-oddity
            about: Something is odd.
            signature: { when: { odd: Odd }, same: [service] }
            target: { kind: service, id: "${odd.labels.service}", service: "${odd.labels.service}" }
            steps:
              - { action: incident.note, with: { text: "odd: ${target.id}" } }
              - { action: incident.notify, with: { to: sre, text: "odd: ${target.id}" } }
            verify: { resolved: [odd], within: 5m, otherwise: hold }
            ---
            runbook: hush-noise
            about: Something is loud.
            signature: { when: { noise: Noise }, same: [service], for: 2s }
            target: { kind: service, id: "${noise.labels.service}", service: "${noise.labels.service}" }
            steps:
              - action: alerts.silence
                with: { match: "Noise{service=\\"${target.id}\\"}", for: 10m, because: "it is loud" }
            verify: { resolved: [noise], within: 2m, otherwise: rollback }
            """
    }
}
