internal import HandrailCore

extension Catalog {
    mutating func takeIncident(_ entry: TimelineEntry) {
        guard let id = entry.incident else { return }
        switch entry.event {
        case .incidentOpened(let labels):
            incidents[id] = CatalogIncident(id: id, openedAt: entry.at)
            join(labels, .opened, id, entry.at)
        case .alertJoined(let labels, let reason): join(labels, reason, id, entry.at)
        case .alertFiredAgain: incidents[id]?.resolvedAt = nil
        case .incidentsMerged(let absorbed, _): merge(absorbed, into: id)
        case .incidentResolved: incidents[id]?.resolvedAt = entry.at
        case .incidentClosed(let summary): close(id, summary, entry.at)
        case .alertResolved, .alertMuted, .alertUnmuted, .alertDamped, .alertReleased, .stormBegan, .stormEnded,
            .decided, .notChosen, .planRefused, .runStarted, .runEnded, .state:
            break
        }
        note(entry)
        if case .incidentClosed = entry.event { incidentEnded(id) }
    }

    /// Puts the entry into the timeline of its incident.
    mutating func note(_ entry: TimelineEntry) {
        guard let id = entry.incident else { return }
        let (home, limit) = (home(of: id), limits.timelineEntries)
        incidents[home]?.note(entry, atMost: limit)
    }

    /// The incident that one was merged into, however often.
    func home(of incident: Int) -> Int {
        var home = incident
        // A damaged journal could name a circle.
        for _ in 0..<64 {
            guard let next = incidents[home]?.mergedInto else { break }
            home = next
        }
        return home
    }

    private mutating func join(_ labels: LabelSet, _ reason: MembershipReason, _ id: Int, _ time: Timestamp) {
        let member = IncidentSummary.Member(labels: labels, firstSeenAt: time, reason: reason)
        incidents[id]?.members.append(member)
        incidents[id]?.resolvedAt = nil
    }

    private mutating func merge(_ absorbed: Int, into id: Int) {
        guard let other = incidents[absorbed], var home = incidents[id], absorbed != id else { return }
        home.members += other.members
        home.decisions += other.decisions
        home.runs = (home.runs + other.runs).sorted()
        if other.phase == .open { home.resolvedAt = nil }
        incidents[id] = home
        incidents[absorbed]?.mergedInto = id
        for run in other.runs { runs[run]?.incident = id }
        incidentEnded(absorbed)
    }

    private mutating func close(_ id: Int, _ summary: IncidentSummary, _ time: Timestamp) {
        // Its beginning may be gone, and the summary says it all, or nearly.
        var incident = incidents[id] ?? CatalogIncident(id: id, openedAt: summary.openedAt)
        incident.closedAt = time
        incident.resolvedAt = summary.resolvedAt ?? incident.resolvedAt
        if incident.members.count < summary.members.count + summary.omittedMembers {
            incident.members = summary.members
            incident.omittedMembers = summary.omittedMembers
        }
        incident.nearMisses = summary.nearMisses
        incidents[id] = incident
    }

    /// Asked for, or of a run that was.
    private func isPinned(_ incident: Int) -> Bool {
        limits.pinnedIncidents.contains(incident)
            || limits.pinnedRuns.contains { runs[$0]?.incident == incident }
    }

    private mutating func incidentEnded(_ id: Int) {
        endedIncidents.add(id)
        while endedIncidents.count > limits.endedIncidents, let oldest = endedIncidents.removeOldest() {
            guard !isPinned(oldest) else { continue }
            incidents[oldest] = nil
            forgottenIncidents += 1
        }
    }
}

/// What has ended, in the order of ending.
struct EndedNumbers: Sendable {
    private var numbers: [Int] = []
    private var first = 0
    private var known: Set<Int> = []

    var count: Int { numbers.count - first }

    /// What has ended before is moved to the end.
    mutating func add(_ number: Int) {
        if !known.insert(number).inserted { remove(number) }
        known.insert(number)
        numbers.append(number)
    }

    /// It goes on after all.
    mutating func remove(_ number: Int) {
        guard known.remove(number) != nil, let index = numbers[first...].lastIndex(of: number) else { return }
        numbers.remove(at: index)
    }

    mutating func removeOldest() -> Int? {
        guard first < numbers.count else { return nil }
        defer {
            first += 1
            if first > 1024 {
                numbers.removeFirst(first)
                first = 0
            }
        }
        known.remove(numbers[first])
        return numbers[first]
    }
}
