/// The policy of a synthetic workspace: every kind of rule and guard, in changing combinations.
struct SyntheticPolicy {
    let variant: Int
    /// Whether a file was edited.
    let isEdited: Bool

    var text: String {
        var chance = Chance(seed: UInt64(variant) &+ 1000)
        var lines = ["policy: simulated\(isEdited ? "-again" : "")", "default: approval"]
        lines += rules(&chance) + limits(&chance) + freezes(&chance) + breakers(&chance)
        lines += ["protect: [\"service:omega\", vault]"]
        return lines.joined(separator: "\n")
    }

    /// What is asked for where a guard stops something.
    private func otherwise(_ chance: inout Chance) -> String {
        chance.pick(["approval", "approval", "deny", "advisory"])
    }

    // MARK: - What cannot be evaluated

    /// A rule or guard that cannot be evaluated for a plan on ``brokenService``: no alert has a rack.
    private enum Broken: CaseIterable {
        case allow, restrict, limit, freeze, breaker
    }

    /// Of the rule or guard that is broken.
    static let brokenName = "racks"
    static let brokenService = "beta"
    /// What the broken limit and breaker count by.
    static let brokenGroup = #"target.service == "beta" ? incident.labels["rack"] : "none""#
    private static let brokenCondition = #"target.service == "beta" && incident.labels["rack"] == "r1""#

    /// In every second workspace.
    private var broken: Broken? {
        variant % 2 == 0 ? nil : Broken.allCases[variant / 2 % Broken.allCases.count]
    }

    // MARK: - Rules

    private func rules(_ chance: inout Chance) -> [String] {
        let elsewhere = broken == .allow ? " && target.service != \"\(Self.brokenService)\"" : ""
        var lines = ["allow:"]
        lines += ["  - { name: staging, when: 'target.environment == \"staging\"\(elsewhere)', verdict: automatic }"]
        lines += ["  - { name: telling, when: 'action.effect == \"none\"', verdict: automatic }"]
        lines += ["  - { name: growing, when: 'action.effect == \"additive\"', verdict: automatic }"]
        if broken == .allow {
            lines += ["  - { name: \(Self.brokenName), when: '\(Self.brokenCondition)', verdict: automatic }"]
        }
        lines += ["restrict:", "  - name: production needs a person"]
        lines += ["    when: target.environment == \"production\" && action.effect != \"none\""]
        lines += ["    verdict: approval"]
        let (count, expires) = (chance.pick([1, 2]), chance.pick(["90s", "10m"]))
        lines += ["    approval: { from: [sre], count: \(count), expires: \(expires) }"]
        lines += ["  - { name: purging needs two, when: 'action.effect == \"destructive\"', verdict: approval,"]
        lines += ["      approval: { from: [sre, duty], count: 2, expires: 15m } }"]
        lines += ["  - { name: data, when: 'target.tier == \"data\" && action.effect != \"none\"', verdict: approval }"]
        if broken == .restrict {
            lines += ["  - { name: \(Self.brokenName), when: '\(Self.brokenCondition)', verdict: approval }"]
        }
        return lines
    }

    // MARK: - Guards

    private func limits(_ chance: inout Chance) -> [String] {
        var limits: [String] = []
        if chance.happens(0.6) {
            limits += ["{ name: few at once, per: [target.service], concurrent: 1, otherwise: \(otherwise(&chance)) }"]
        }
        if chance.happens(0.5) {
            let percent = chance.pick([13, 25, 50])
            limits += ["{ name: narrow, per: [], blast-radius: \(percent)%, otherwise: \(otherwise(&chance)) }"]
        }
        if chance.happens(0.5) {
            let rate = "\(chance.number(1...3)) per 20m"
            limits += ["{ name: slow, per: [target.service], rate: \(rate), otherwise: \(otherwise(&chance)) }"]
        }
        if chance.happens(0.5) {
            limits += ["{ name: calm, per: [target.kind, target.id], cooldown: 5m, otherwise: \(otherwise(&chance)) }"]
        }
        if broken == .limit {
            limits += ["{ name: \(Self.brokenName), per: ['\(Self.brokenGroup)'], rate: 99 per 20m }"]
        }
        return limits.isEmpty ? [] : ["limits:"] + limits.map { "  - \($0)" }
    }

    private func freezes(_ chance: inout Chance) -> [String] {
        var freezes: [String] = []
        if chance.happens(0.4) {
            freezes += ["  - name: release", "    verdict: \(otherwise(&chance))"]
            freezes += ["    between: { from: 2026-11-25T08:10:00Z, until: 2026-11-25T08:20:00Z }"]
        }
        if broken == .freeze {
            freezes += ["  - name: \(Self.brokenName)", "    when: '\(Self.brokenCondition)'"]
            freezes += ["    between: { from: 2026-11-25T08:00:00Z, until: 2026-11-26T08:00:00Z }"]
        }
        return freezes.isEmpty ? [] : ["freeze:"] + freezes
    }

    private func breakers(_ chance: inout Chance) -> [String] {
        var breakers: [String] = []
        if chance.happens(0.6) {
            let failures = chance.number(1...2)
            breakers += ["  - { per: [runbook], failures: \(failures), of: 3, verdict: \(otherwise(&chance)) }"]
        }
        if broken == .breaker {
            breakers += ["  - { per: ['\(Self.brokenGroup)'], failures: 99, of: 99, verdict: approval }"]
        }
        return breakers.isEmpty ? [] : ["breaker:"] + breakers
    }
}
