import HandrailFormats

@testable import HandrailCore

/// All that two engines must have in common if one is the fold of the other.
///
/// Left out are two fields of an alert that fires, which every repetition may change and the journal does not follow:
/// its annotations, and the time that its source gives it (`lapsesAt`; recovery gives it that time anew).
struct FoldImage {
    let lines: [String]

    init(_ engine: Engine, _ codec: JournalCodec) {
        let remembered = engine.snapshot().map { entry in
            let (kind, payload) = codec.encode(Self.steady(entry))
            return "\(entry.at.milliseconds) \(kind) \(String(decoding: payload, as: UTF8.self))"
        }
        lines = remembered + Self.derived(engine)
    }

    /// The first lines that only one of them has, cut to where they begin to differ.
    func difference(from expected: FoldImage) -> String? {
        guard lines != expected.lines else { return nil }
        let missing = expected.lines.filter { !lines.contains($0) }.prefix(3)
        let surplus = lines.filter { !expected.lines.contains($0) }.prefix(3)
        guard let one = missing.first ?? surplus.first else { return "the order differs" }
        return
            (missing.map { "- " + Self.excerpt($0, surplus.first ?? one) }
            + surplus.map { "+ " + Self.excerpt($0, missing.first ?? one) }).joined(separator: "\n")
    }

    private static func excerpt(_ line: String, _ other: String) -> String {
        let common = zip(line.utf8, other.utf8).prefix { $0 == $1 }.count
        let place = max(0, common - 60)
        let rest = String(decoding: line.utf8.dropFirst(place).prefix(360), as: UTF8.self)
        return place > 60 ? String(decoding: line.utf8.prefix(60), as: UTF8.self) + " … " + rest : rest
    }

    private static func steady(_ entry: TimelineEntry) -> TimelineEntry {
        guard case .state(.remembered(.alert(let alert))) = entry.event else { return entry }
        let steady = AlertMemory(
            labels: alert.labels, annotations: [], firstSeenAt: alert.firstSeenAt, isFiring: alert.isFiring,
            startsAt: alert.startsAt, beganAt: alert.beganAt, lastSeenAt: alert.lastSeenAt, endedAt: alert.endedAt,
            earlierStartsAt: alert.earlierStartsAt, lapsesAt: nil, isSuppressedBySource: alert.isSuppressedBySource,
            hasLapsed: alert.hasLapsed, isAuthenticated: alert.isAuthenticated, episodes: alert.episodes,
            causedBy: alert.causedBy, flap: alert.flap)
        return TimelineEntry(at: entry.at, incident: entry.incident, event: .state(.remembered(.alert(steady))))
    }

    // MARK: - What follows from what is remembered

    private static func derived(_ engine: Engine) -> [String] {
        alerts(of: engine) + incidents(of: engine) + runs(of: engine)
    }

    private static func alerts(of engine: Engine) -> [String] {
        engine.alerts.all.map { slot, alert in
            let name = alert.labels.fingerprint
            return "alert \(name) muted \(kind(alert.muting)) incident \(alert.incident ?? 0) "
                + "silenceable \(engine.muter.silenceable.contains(slot))"
        }
    }

    private static func kind(_ muting: Muting?) -> String {
        switch muting {
        case nil: "not"
        case .silencedBySource: "by source"
        case .silenced: "by silence"
        // Of several sources either may be named.
        case .inhibited: "by inhibition"
        case .causedByRun(let runbook): "by \(runbook)"
        }
    }

    private static func incidents(of engine: Engine) -> [String] {
        engine.incidents.values.sorted { $0.id < $1.id }.flatMap { incident in
            let keys = incident.entityKeys.map { "\($0.name)=\($0.value)" }.sorted()
            // Under `each` a match may have several runs under way, and nobody asks for the last one.
            let asked = incident.asked
                .filter { engine.runs[$0.value] != nil && engine.runbooks[$0.key.runbook].target.each == nil }
                .map { "\(engine.runbooks[$0.key.runbook].name) \($0.value)" }.sorted()
            return [
                "incident \(incident.id) firing \(incident.firingCount) runs \(incident.runs.sorted()) "
                    + "asked \(asked) keys \(keys) patterns \(incident.bindable.touchedPatterns.elements)"
            ]
        }
    }

    private static func runs(of engine: Engine) -> [String] {
        let active = engine.runs.sorted { $0.key < $1.key }.map { id, run in
            "run \(id) in \(run.incident) holds \(run.holds) \(stage(run.stage))"
        }
        let ended = engine.succeededRuns.sorted { $0.key < $1.key }.map {
            "ended run \($0.key) in \($0.value.incident)"
        }
        let holders = engine.targetHolders.sorted { $0.key < $1.key }.map { "\($0.key) is held by \($0.value)" }
        let footprints = (0...max(0, engine.counters.runs)).compactMap { run in
            engine.footprints[run].map { footprint in
                let alerts = footprint.slots.compactMap { engine.alerts[$0] }
                    .filter { $0.isFiring && $0.causedBy == run }.map(\.labels.fingerprint).sorted()
                return "footprint of \(run) in \(footprint.incident) until \(footprint.endsAt?.milliseconds ?? 0) "
                    + "over \(alerts)"
            }
        }
        let storm = "storm \(engine.storm.isStorm) \(engine.storm.endsAt?.milliseconds ?? 0)"
        return active + ended + holders + footprints + [storm]
    }

    private static func stage(_ stage: ActiveRun.Stage) -> String {
        switch stage {
        case .pending(let expiresAt): "pending until \(expiresAt.milliseconds)"
        case .verifying(let deadline, _): "verifying until \(deadline.milliseconds)"
        case .driven(let driven): "driven, counted \(driven.isCounted), \(String(describing: driven.run?.state))"
        }
    }
}
