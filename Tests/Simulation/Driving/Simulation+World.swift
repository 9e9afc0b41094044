import HandrailCore
import HandrailEngine

/// Faults, their alerts, and the people.
extension Simulation {
    // MARK: - Faults

    mutating func faultBegins() {
        guard !isHealed else { return }
        guard let trouble = nextTrouble() else { return }
        let ignored = Set(site.workspace.correlation.dedupe.ignoreLabels)
        let isForged = chance.happens(0.1)
        var labels = trouble.alerts.map { alert in
            LabelSet(
                alert.map { Label(name: ExactText($0.name), value: ExactText($0.value)) }
                    + (isForged ? [Label(name: "origin", value: "nobody")] : []),
                identity: AlertIdentity(ignoredLabels: ignored))
        }
        if labels.count > 4 { labels = labels.filter { _ in chance.happens(0.9) } }
        // What is on already is not on twice.
        let known = Set(world.faults.filter(\.isOn).flatMap(\.alerts))
        labels.removeAll { known.contains($0) }
        guard !labels.isEmpty else { return }
        let number = world.faults.count
        let flaps = chance.happens(0.1)
        world.faults.append(
            Fault(
                number: number, alerts: labels, isForged: isForged, lapses: chance.happens(0.2),
                isCurable: chance.happens(0.6), isToldOnce: chance.happens(0.15), flaps: flaps, startsAt: clock))
        trace.add(clock) {
            "fault \(number): \(labels.map { $0.labels.map(\.value.string) })\(isForged ? ", forged" : "")"
        }
        alarm(number)
        guard flaps || chance.happens(0.3) else { return }
        agenda.add(.faultHeals(fault: number), at: clock + chance.seconds(3...(flaps ? 20 : 600)))
    }

    /// By weight; often where something was wrong before.
    private mutating func nextTrouble() -> Site.Trouble? {
        let quarantined = history.quarantines.keys.compactMap { key in
            key.string.split(separator: "\u{0}").last.map(String.init)
        }
        let known = Set(world.faults.flatMap(\.alerts).compactMap { $0["unit"]?.string })
        let units = quarantined.isEmpty ? known : Set(quarantined)
        let again = units.isEmpty || chance.happens(0.7) ? [] : site.troubles.filter { $0.isAbout(units) }
        let troubles = again.isEmpty ? site.troubles : again
        var drawn = chance.number(0...troubles.map(\.weight).reduce(0, +) - 1)
        return troubles.first { trouble in
            drawn -= trouble.weight
            return drawn < 0
        }
    }

    /// The source says that a fault is on, and says so again in a while.
    mutating func alarm(_ index: Int) {
        let fault = world.faults[index]
        guard fault.isOn else { return }
        send(fault, .firing, isAuthenticated: !fault.isForged)
        if chance.happens(weather.turbulence / 10) { send(fault, .firing, isAuthenticated: false) }
        // A forged end of something that is true.
        if chance.happens(weather.turbulence / 10) { send(fault, .resolved, isAuthenticated: false) }
        guard !fault.isToldOnce else { return }
        let isSilent = chance.happens(weather.turbulence / (fault.lapses ? 3 : 10))
        let next = isSilent ? chance.seconds(120...400) : chance.seconds(20...60)
        agenda.add(.alarm(fault: index), at: clock + next)
    }

    mutating func faultHeals(_ index: Int) {
        guard world.faults[index].isOn else { return }
        world.faults[index].healedAt = clock
        trace.add(clock) { "fault \(index) heals" }
        send(world.faults[index], .resolved, isAuthenticated: !world.faults[index].isForged)
        let flaps = world.faults[index].flaps
        if !isHealed, chance.happens(flaps ? 0.95 : 0.25) {
            agenda.add(.faultReturns(fault: index), at: clock + chance.seconds(3...(flaps ? 30 : 100)))
        }
    }

    /// The same alerts fire again: with luck they flap.
    mutating func faultReturns(_ index: Int) {
        let isOnAgain = world.faults.contains { fault in
            fault.isOn && !Set(fault.alerts).isDisjoint(with: world.faults[index].alerts)
        }
        guard !isHealed, !isOnAgain, !world.faults[index].isOn else { return }
        world.faults[index].startsAt = clock
        world.faults[index].returns += 1
        world.faults[index].healedAt = nil
        trace.add(clock) { "fault \(index) returns" }
        alarm(index)
        // What flaps stays for a while in the end: something could be done about it then.
        let staysOn = world.faults[index].flaps ? world.faults[index].returns >= 4 : chance.happens(0.3)
        if !staysOn { agenda.add(.faultHeals(fault: index), at: clock + chance.seconds(2...60)) }
    }

    mutating func send(_ fault: Fault, _ status: Alert.Status, isAuthenticated: Bool) {
        let lapsesAt = fault.lapses && status == .firing ? clock + .seconds(150) : nil
        let endsAt = status == .resolved ? clock : lapsesAt
        let alerts = fault.alerts.map { Alert(labels: $0, status: status, startsAt: fault.startsAt, endsAt: endsAt) }
        let delivery = Delivery(
            receivedAt: clock, source: "simulated", alerts: alerts, isAuthenticated: isAuthenticated)
        guard !chance.happens(weather.turbulence / 10) || status == .resolved && isHealed else { return }
        agenda.add(.deliver(delivery, attempt: 1), at: clock + delay(5, 300))
        if chance.happens(weather.turbulence / 5) {
            agenda.add(.deliver(delivery, attempt: 1), at: clock + delay(5, 900))
        }
        // What has resolved is told once more, as a source does that has not heard an answer.
        if status == .resolved { agenda.add(.deliver(delivery, attempt: 2), at: clock + chance.seconds(30...90)) }
    }

    mutating func deliver(_ sent: Delivery, _ attempt: Int) {
        guard isUp else {
            agenda.add(.deliver(sent, attempt: attempt + 1), at: clock + .seconds(5))
            return
        }
        let delivery = Delivery(
            receivedAt: clock, source: sent.source, alerts: sent.alerts, isAuthenticated: sent.isAuthenticated)
        for alert in delivery.alerts {
            let fingerprint = alert.labels.fingerprint
            switch alert.status {
            case .firing:
                history.heardAt[fingerprint] = clock
                if delivery.isAuthenticated { history.vouchedFiring[fingerprint] = clock }
            case .resolved: if delivery.isAuthenticated { history.vouchedResolved[fingerprint] = clock }
            }
        }
        nextTicket += 1
        tickets[nextTicket] = .delivery(delivery)
        trace.add(clock) {
            "delivery \(nextTicket)\(delivery.isAuthenticated ? "" : " (unauthenticated)"): \(delivery.alerts.map(\.status)) "
                + "\(delivery.alerts.prefix(3).map { $0.labels.labels.map(\.value.string).joined(separator: " ") })"
        }
        feed(.delivery(delivery, ticket: nextTicket))
    }

    // MARK: - People

    mutating func ask(_ request: PersonRequest, by person: Person) {
        nextTicket += 1
        tickets[nextTicket] = .request(request, person)
        trace.add(clock) { "\(person.name) asks (\(nextTicket)): \(request)" }
        let made = MadeRequest(request, id: "request-\(nextTicket)")
        // Handed in once more, as by whoever has seen no answer.
        if !isHealed, chance.happens(0.1) {
            agenda.add(.askAgain(made, person), at: clock + chance.seconds(1...120))
        }
        feed(.request(made, by: person, ticket: nextTicket))
    }

    mutating func askAgain(_ made: MadeRequest, by person: Person) {
        guard !isHealed, isUp else { return }
        nextTicket += 1
        tickets[nextTicket] = .request(made.request, person)
        trace.add(clock) { "\(person.name) asks again (\(nextTicket)): \(made)" }
        feed(.request(made, by: person, ticket: nextTicket))
    }

    mutating func personActs() {
        guard !isHealed else { return }
        agenda.add(.personActs, at: clock + chance.milliseconds(100...2 * Int(weather.people.milliseconds)))
        guard isUp else { return }
        let person = chance.pick(site.people)
        guard chance.happens(0.9) else { return general(person) }
        // Pending questions first: that is what people look at.
        let views = directors[0].engine.runViews
        let pending = views.filter { if case .pending = $0.run?.state { true } else { false } }
        let pool = pending.isEmpty || chance.happens(0.2) ? views : pending
        guard !pool.isEmpty else { return general(person) }
        let view = chance.pick(pool)
        answer(view, by: person)
    }

    private mutating func answer(_ view: RunView, by person: Person) {
        switch view.run?.state {
        case .pending(let question, _):
            guard chance.happens(0.9) else { return ask(.reject(run: view.id, because: "no"), by: person) }
            let isMistaken = chance.happens(0.1)
            let digest = isMistaken ? chance.pick(oldDigests + ["nothing"]) : question.planDigest
            // Somebody of the right role, mostly.
            let roles = question.approval.from.flatMap { site.workspace.roles[$0] ?? [] }.map { Person($0) }
            let approver = roles.isEmpty || chance.happens(0.2) ? person : chance.pick(roles)
            counts.approvals += 1
            ask(.approve(run: view.id, digest: digest), by: approver)
        case .held, .stuck:
            ask(
                chance.happens(0.5)
                    ? .rollBack(run: view.id, because: "better not") : .takeOver(run: view.id, because: "mine"),
                by: person)
        case .finished: if chance.happens(0.2) { ask(.rollBack(run: view.id, because: "it was fine"), by: person) }
        case .proposed, .rehearsing, .checking, .running, .probing, .verifying, .rollingBack, nil:
            guard chance.happens(0.2) else { return }
            ask(
                chance.happens(0.7)
                    ? .cancel(run: view.id, because: "stop") : .rollBack(run: view.id, because: "stop"), by: person)
        }
    }

    private mutating func general(_ person: Person) {
        let service = chance.pick(["alpha", "beta", "sigma", "queue", "web"])
        let runbook = chance.pick(site.workspace.runbooks).name
        let scope = chance.pick([
            PauseScope.everything, .service(ExactText(service)), .runbook(ExactText(runbook)),
        ])
        if let paused = history.pauses.sorted().first, chance.happens(0.7) { return ask(.resume(paused), by: person) }
        if let target = history.quarantines.keys.sorted().first, chance.happens(0.5) {
            let id = target.string.split(separator: "\u{0}").last.map(String.init) ?? ""
            return ask(.release(target: id, because: "looked at it"), by: person)
        }
        ask(.pause(scope, because: "a release"), by: person)
    }

    // MARK: - Files

    /// Somebody edits the files, or installs another executable; the engine hears of the files a little later.
    mutating func filesChange() {
        guard !isHealed else { return }
        if chance.happens(0.3) {
            world.executablesVersion += 1
            trace.add(clock) { "the executables change" }
            return
        }
        site = site.name == sites[0].name ? sites[1] : sites[0]
        world.filesVersion = site.digest
        trace.add(clock) { "the files change" }
        agenda.add(.reload, at: clock + chance.seconds(0...30))
    }

    mutating func reload() {
        trace.add(clock) { "the files are loaded" }
        feed(.reloaded(files(site.workspace), digest: site.digest))
    }
}
