import HandrailCore
import HandrailEngine

/// What goes into the director, and what becomes of what comes out.
extension Simulation {
    mutating func feed(_ input: Director.Input) {
        guard isUp, violation == nil else { return }
        let outputs = directors[0].handle(input, at: clock)
        carryOut(outputs)
    }

    mutating func carryOut(_ outputs: [Director.Output]) {
        let crashesAfter = chance.happens(weather.crashes) ? chance.number(0...outputs.count) : nil
        for (index, output) in outputs.enumerated() {
            if index == crashesAfter { return crash() }
            carryOut(output)
            guard violation == nil, isUp else { return }
        }
        if crashesAfter == outputs.count { return crash() }
        setTick()
    }

    private mutating func carryOut(_ output: Director.Output) {
        switch output {
        case .append(let records):
            inFlight = records
            agenda.add(.appendEnds(life: life), at: clock + delay(1, 20))
        case .answer(let ticket, let answer): answered(ticket, answer)
        case .seal(let run, let record):
            agenda.add(.sealEnds(run: run, record, life: life), at: clock + delay(1, 50))
        case .carryOut(let run, let number, let order): begin(order, run, number)
        case .terminate(let run): terminate(run)
        case .kept: break
        case .announce(let announcement):
            trace.add(clock) { "tells \(announcement.to ?? "all"): \(announcement.text.prefix(160))" }
            agenda.add(.announceEnds(announcement, life: life), at: clock + delay(1, 4000))
        case .save(let sequence, let snapshot):
            if chance.happens(weather.turbulence / 4) { return }
            let ahead: Int64 = sabotage == .snapshotAhead ? 3 : 0
            let saved = JournalSnapshot(sequence: sequence + ahead, records: snapshot.map { codec.record(of: $0) })
            agenda.add(.saveEnds(saved, life: life), at: clock + delay(1, 100))
        }
    }

    /// Mostly short, sometimes long.
    mutating func delay(_ least: Int, _ most: Int) -> Duration {
        chance.happens(0.05 + weather.turbulence / 10)
            ? chance.milliseconds(least...most * 100) : chance.milliseconds(least...most)
    }

    private mutating func setTick() {
        guard isUp else { return }
        var at = directors[0].engine.nextDue
        if directors[0].isBusy || directors[0].storeFailure != nil {
            at = min(at ?? .distantFuture, clock + .seconds(1))
        }
        guard let at else { return }
        let due = max(at, clock + .milliseconds(1))
        if let tickAt, tickAt <= due, tickAt > clock { return }
        tickAt = due
        agenda.add(.tick(due), at: due)
    }

    mutating func tick() {
        tickAt = nil
        feed(.timePassed)
        setTick()
    }

    // MARK: - The journal

    mutating func appendEnds() {
        guard let records = inFlight else { return }
        if storeFailsUntil <= clock, chance.happens(weather.turbulence / 40) {
            storeFailsUntil = clock + chance.seconds(0...20)
        }
        guard storeFailsUntil <= clock else {
            inFlight = nil
            trace.add(clock) { "append of \(records.count) fails" }
            feed(.appendFailed(because: "the disk is full"))
            return
        }
        guard sabotage != .acknowledgesBeforeKeeping else {
            late.append(records)
            inFlight = nil
            agenda.add(.keepsLate(life: life), at: clock + .milliseconds(300))
            return feed(.appended(sequence: journal.lastSequence + Int64(late.joined().count)))
        }
        keepInFlight()
        feed(.appended(sequence: journal.lastSequence))
    }

    mutating func keepLate() {
        guard !late.isEmpty else { return }
        keep(late.removeFirst())
    }

    /// The batch becomes durable, whether anybody hears of it or not.
    mutating func keepInFlight() {
        guard let records = inFlight else { return }
        inFlight = nil
        keep(records)
    }

    private mutating func keep(_ records: [JournalRecord]) {
        journal.append(records)
        for record in records {
            guard let entry = try? codec.value(of: record) else { continue }
            trace.add(clock) { "kept \(Self.text(of: entry))" }
            history.take(entry, workspaces: workspaces)
            observe(.kept(entry))
        }
    }

    private mutating func answered(_ ticket: Int, _ answer: Director.Answer) {
        guard let asked = tickets.removeValue(forKey: ticket) else { return }
        trace.add(clock) { "answer to \(ticket): \(answer)" }
        observe(.answered(asked, answer))
        if case .delivery(let delivery) = asked, answer != .done {
            agenda.add(.deliver(delivery, attempt: 1), at: clock + .seconds(5))
        }
    }

    // MARK: - Seals

    mutating func sealEnds(_ run: Int, _ record: DecisionRecord) {
        let digest = world.digest(of: record)
        history.sealed[run] = digest
        history.sealedAt[run] = clock
        if oldDigests.count < 32 { oldDigests.append(digest) }
        let isAbsent = chance.happens(weather.turbulence / 20)
        let names =
            ["look", "hand", "supervisorctl", "supervisor-program", "haproxy-server", "haproxy-scale"]
            + ["worker-scale", "queue-deadletter", "config-rollback", "volume-relief"]
        let executables = names.map {
            ($0, ResolvedExecutable(path: "/bin/\($0)", digest: "\(world.executablesVersion)"))
        }
        let seal = Seal(
            digest: sabotage == .sameDigest ? "always the same" : digest, excluded: run % 3 == 0 ? [Person("ada")] : [],
            executables: Dictionary(uniqueKeysWithValues: executables), obstacle: isAbsent ? "it is gone" : nil)
        trace.add(clock) { "run \(run) is sealed\(isAbsent ? ", and something is gone" : "")" }
        feed(.sealed(run: run, seal))
    }

    mutating func announceEnds(_ announcement: Announcement) {
        let fails = chance.happens(weather.turbulence / 4)
        if let run = announcement.run {
            history.toldAt[run] = clock
            if announcement.text.contains("was rolled back") { history.toldOfRollback.insert(run) }
        }
        feed(.announced(announcement, failure: fails ? "nobody answers" : nil))
    }
}
