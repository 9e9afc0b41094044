/// What the engine remembers of one alert.
struct TrackedAlert: Sendable {
    /// Of the current or last episode: where labels are left out of the identity, episodes may differ in them.
    var labels: LabelSet
    var traits: AlertTraits
    let firstSeenAt: Timestamp
    var annotations: Annotations
    var isFiring = false
    /// Of the current or last episode, by the source's clock.
    var startsAt: Timestamp
    /// `startsAt`, moved into the lateness that is allowed: see ``AlertClock``.
    var beganAt: Timestamp
    var lastSeenAt: Timestamp
    var endedAt: Timestamp?
    /// It ended because it was not renewed, and not because somebody said so.
    var hasLapsed = false
    /// When the journal last had word of it.
    var keptAt = Timestamp.distantPast
    /// The start of the episode before this one, by the source's clock.
    var earlierStartsAt: Timestamp?
    /// A firing alert of an alert list is over at this time unless it is renewed.
    var lapsesAt: Timestamp?
    /// When the timer that watches it is set to.
    var lapseTimerAt: Timestamp?
    var incident: Int?
    var muting: Muting?
    var isSuppressedBySource = false
    /// The run whose doing it was taken for when it began.
    var causedBy: Int?
    var flap = FlapScore()
    /// How many times it began to fire while it was remembered.
    var episodes = 0
    var isAuthenticated = true
    /// As signatures see it: made when one asks for it, gone with the next change.
    var bound: BoundAlert?
    /// Grows with each change of episode, so that timers of an earlier one are recognised.
    var generation = 0

    init(_ alert: borrowing Alert, traits: AlertTraits, at now: Timestamp) {
        labels = alert.labels
        self.traits = traits
        annotations = alert.annotations
        firstSeenAt = now
        startsAt = alert.startsAt
        beganAt = AlertClock.began(alert.startsAt, receivedAt: now)
        lastSeenAt = now
    }
}

extension TrackedAlert {
    /// What a notice means. What it repeats is noted; all else is for the engine to do.
    mutating func take(_ notice: borrowing Alert, isAuthenticated: Bool, at now: Timestamp) -> NoticeMeaning {
        // What nobody vouches for takes nothing away from what somebody did: no resolve, no new evidence.
        if isFiring, self.isAuthenticated, !isAuthenticated { return .distrusted }
        let meaning = NoticeMeaning(of: notice, for: self, at: now)
        guard meaning == .repeated else { return meaning }
        let isNews = notice.startsAt < startsAt || isAuthenticated && !self.isAuthenticated
        repeated(by: notice, isAuthenticated: isAuthenticated, at: now)
        return isNews ? .renewed : .repeated
    }

    private mutating func repeated(by notice: borrowing Alert, isAuthenticated: Bool, at now: Timestamp) {
        lastSeenAt = now
        lapsesAt = notice.endsAt
        // One authenticated notice vouches for the alert; what is not authenticated takes nothing away.
        self.isAuthenticated = self.isAuthenticated || isAuthenticated
        if notice.startsAt < startsAt {
            startsAt = notice.startsAt
            bound = nil
        }
        setAnnotations(of: notice)
    }

    /// - Returns: whether damping begins with this.
    mutating func begin(
        _ notice: borrowing Alert, traits: AlertTraits, isAuthenticated: Bool, at now: Timestamp,
        rule: Correlation.Flap
    ) -> Bool {
        bound = nil
        // To count a reference anew is to wait for the memory of what it refers to.
        if labels !== notice.labels { labels = notice.labels }
        if self.traits !== traits { self.traits = traits }
        setAnnotations(of: notice)
        isFiring = true
        hasLapsed = false
        keptAt = now
        if episodes > 0 { earlierStartsAt = startsAt }
        startsAt = notice.startsAt
        beganAt = AlertClock.began(notice.startsAt, receivedAt: now)
        lastSeenAt = now
        endedAt = nil
        lapsesAt = notice.endsAt
        lapseTimerAt = nil
        isSuppressedBySource = notice.isSuppressedBySource
        self.isAuthenticated = isAuthenticated
        episodes += 1
        generation += 1
        return episodes > 1 && flap.firedAgain(at: now, rule: rule)
    }

    private mutating func setAnnotations(of notice: borrowing Alert) {
        guard annotations !== notice.annotations else { return }
        annotations = notice.annotations
        bound = nil
    }
}

/// Event time, with bounded trust in the source's clock.
enum AlertClock {
    /// How much earlier than its delivery an alert may have begun and still be credited with that time.
    static let lateness = Duration.seconds(30)

    /// An alert that arrives long after it began has been seen holding for `lateness` at most; one from the future
    /// begins when it arrives.
    static func began(_ startsAt: Timestamp, receivedAt now: Timestamp) -> Timestamp {
        min(max(startsAt, now - lateness), now)
    }
}

/// What a notice means for an alert that is known already.
enum NoticeMeaning: Hashable {
    /// It fires, and we know it.
    case repeated
    /// The same, but it corrects the start, or is the first that somebody vouches for.
    case renewed
    /// A new episode begins.
    case begins
    /// The current episode ends.
    case ends
    /// It speaks of an earlier episode, or ends what has ended.
    case late
    /// It comes from a source that did not prove who it is, about an alert that one which did vouches for.
    case distrusted

    /// - Parameters:
    ///   - known: the alert as it is remembered.
    init(of notice: borrowing Alert, for known: borrowing TrackedAlert, at now: Timestamp) {
        switch (notice.status, known.isFiring) {
        case (.firing, true):
            // Another start without a resolve in between is a corrected one, or the resolve was lost. It is still one alert.
            self = Self.isOfEarlierEpisode(notice, known) ? .late : .repeated
        case (.firing, false):
            self = Self.isOver(notice, known, now) ? .late : .begins
        case (.resolved, true):
            self = Self.isOfEarlierEpisode(notice, known) ? .late : .ends
        case (.resolved, false):
            self = .late
        }
    }

    /// Only an episode that was seen can be told from a start that the source has corrected downwards, as Alertmanager
    /// does when two Prometheus servers report the same alert. A resolve that ended before this episode began is of an
    /// earlier one as well, seen or not.
    private static func isOfEarlierEpisode(_ notice: borrowing Alert, _ known: borrowing TrackedAlert) -> Bool {
        guard notice.startsAt < known.startsAt else { return false }
        if notice.status == .resolved, let endsAt = notice.endsAt, endsAt <= known.startsAt { return true }
        return known.earlierStartsAt.map { notice.startsAt <= $0 } ?? false
    }

    /// A firing notice of an episode that has resolved is a late or repeated delivery, unless it comes so long after
    /// the resolve that the source must mean it again.
    private static func isOver(_ notice: borrowing Alert, _ known: borrowing TrackedAlert, _ now: Timestamp) -> Bool {
        guard notice.startsAt <= known.startsAt, let endedAt = known.endedAt else { return false }
        return now < endedAt + AlertClock.lateness
    }
}
