/// What is emitted for the journal alone.
extension Engine {
    func keep(_ kind: AlertTransition.Kind, _ slot: Int, _ emit: Emit) {
        guard keepsState, let alert = alerts[slot] else { return }
        keep(kind, alert, emit)
    }

    func keep(_ kind: AlertTransition.Kind, _ alert: TrackedAlert, _ emit: Emit) {
        guard keepsState, !isRestoring else { return }
        let transition = AlertTransition(
            kind: kind, labels: alert.labels, annotations: kind == .began ? alert.annotations.entries : [],
            startsAt: alert.startsAt, endsAt: kind == .ended ? alert.endedAt : alert.lapsesAt,
            isAuthenticated: alert.isAuthenticated, isSuppressedBySource: alert.isSuppressedBySource)
        emit(entry(.state(.alert(transition)), incident: alert.incident))
    }

    /// Since when a match holds, what it waited for, what was decided: a restart must neither forget nor forgive it.
    func keep(_ tracker: MatchTracker, _ key: MatchKey, before: MatchTracker, in id: Int, _ emit: Emit) {
        guard keepsState, !isRestoring, !tracker.isSame(as: before) else { return }
        let match = tracker.memory(runbook: runbooks[key.runbook].name, values: key.values)
        emit(entry(.state(.match(match)), incident: id))
    }

    /// Repetitions are counted and not kept, unless one says something new; but a restart must not take for stale what
    /// was heard of lately.
    mutating func keepSignOfLife(_ slot: Int, _ notice: borrowing Alert, isNews: Bool, _ emit: Emit) {
        guard keepsState, let alert = alerts[slot] else { return }
        let isDue = now - alert.keptAt >= .milliseconds(correlation.dedupe.staleAfter.milliseconds / 4)
        guard isDue || isNews || alert.isSuppressedBySource != notice.isSuppressedBySource else { return }
        let now = now
        alerts.update(slot) { $0.keptAt = now }
        var renewed = alert
        renewed.isSuppressedBySource = notice.isSuppressedBySource
        keep(.renewed, renewed, emit)
    }

    /// The counters as they are, for the journal.
    public func keepCounters(into emit: Emit) {
        emit(entry(.state(.counted(counters))))
    }
}
