import HandrailCore
import HandrailEngine

/// Faults, their alerts, and the people.
extension Simulation {
    // MARK: - Faults

    mutating func faultBegins() {
        guard !isHealed else { return }
        let weights = site.troubles.map(\.weight).reduce(0, +)
        var drawn = chance.number(0...weights - 1)
        let trouble = site.troubles.first { trouble in
            drawn -= trouble.weight
            return drawn < 0
        }
        guard let trouble else { return }
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
        world.faults.append(
            Fault(
                number: number, alerts: labels, isForged: isForged, lapses: chance.happens(0.2),
                isCurable: chance.happens(0.6), startsAt: clock))
        trace.add(clock) {
            "fault \(number): \(labels.map { $0.labels.map(\.value.string) })\(isForged ? ", forged" : "")"
        }
        alarm(number)
        if chance.happens(0.3) { agenda.add(.faultHeals(fault: number), at: clock + chance.seconds(3...600)) }
    }

    /// The source says that a fault is on, and says so again in a while.
    mutating func alarm(_ index: Int) {
        let fault = world.faults[index]
        guard fault.isOn else { return }
        send(fault, .firing, isAuthenticated: !fault.isForged)
        if chance.happens(weather.turbulence / 10) { send(fault, .firing, isAuthenticated: false) }
        // A forged end of something that is true.
        if chance.happens(weather.turbulence / 10) { send(fault, .resolved, isAuthenticated: false) }
        let isSilent = chance.happens(weather.turbulence / (fault.lapses ? 3 : 10))
        let next = isSilent ? chance.seconds(120...400) : chance.seconds(20...60)
        agenda.add(.alarm(fault: index), at: clock + next)
    }

    mutating func faultHeals(_ index: Int) {
        guard world.faults[index].isOn else { return }
        world.faults[index].healedAt = clock
        trace.add(clock) { "fault \(index) heals" }
        send(world.faults[index], .resolved, isAuthenticated: !world.faults[index].isForged)
        if !isHealed, chance.happens(0.25) {
            agenda.add(.faultReturns(fault: index), at: clock + chance.seconds(3...100))
        }
    }

    /// The same alerts fire again: with luck they flap.
    mutating func faultReturns(_ index: Int) {
        let isOnAgain = world.faults.contains { fault in
            fault.isOn && !Set(fault.alerts).isDisjoint(with: world.faults[index].alerts)
        }
        guard !isHealed, !isOnAgain, !world.faults[index].isOn else { return }
        world.faults[index].startsAt = clock
        world.faults[index].healedAt = nil
        trace.add(clock) { "fault \(index) returns" }
        alarm(index)
        if chance.happens(0.7) { agenda.add(.faultHeals(fault: index), at: clock + chance.seconds(2...60)) }
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
        guard director != nil else {
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
        feed(.request(MadeRequest(request, id: "request-\(nextTicket)"), by: person, ticket: nextTicket))
    }

    mutating func personActs() {
        guard !isHealed else { return }
        agenda.add(.personActs, at: clock + chance.milliseconds(100...2 * Int(weather.people.milliseconds)))
        guard let director else { return }
        let person = chance.pick(site.people)
        guard chance.happens(0.9) else { return general(person) }
        // Pending questions first: that is what people look at.
        let views = director.engine.runViews
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
