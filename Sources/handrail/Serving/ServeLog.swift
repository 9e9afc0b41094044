internal import HandrailCore
internal import HandrailEngine
internal import HandrailFormats
internal import HandrailServer
internal import Logging

/// What a server says: one line of JSON for each thing, on the standard error, with the incident and the run that it is
/// about. The same lines go to those who listen for events.
struct ServeLog: Sendable {
    private let events: EventHub

    init(events: EventHub) {
        self.events = events
    }

    func note(_ entries: [TimelineEntry]) {
        var lines = ""
        var sent: [ServerEvent] = []
        for entry in entries {
            guard let text = RunLog.text(of: entry.event, entry.incident) else { continue }
            let kind = JournalCodec.kind(of: entry)
            let line = Self.line(
                at: entry.at, level: "info", kind, text, incident: entry.incident, run: entry.event.run)
            lines += line + "\n"
            sent.append(ServerEvent(name: kind, data: line))
        }
        if !lines.isEmpty { EngineLog.error.write(lines) }
        events.send(sent)
    }

    static func say(_ level: String, _ text: String) {
        EngineLog.error.write(line(at: WallTime.now, level: level, "server", text, incident: nil, run: nil) + "\n")
    }

    /// What people are told as well.
    static func announce(_ announcement: Announcement) {
        let to = announcement.to.map { "to \($0): " } ?? ""
        let line = line(
            at: WallTime.now, level: "notice", "announcement", to + announcement.text,
            incident: announcement.incident, run: announcement.run)
        EngineLog.error.write(line + "\n")
    }

    static func line(
        at time: Timestamp, level: String, _ kind: String, _ text: String, incident: Int?, run: Int?
    ) -> String {
        var writer = JSONWriter(style: .compact)
        writer.object { object in
            object.member("time", time.rfc3339)
            object.member("level", level)
            object.member("kind", kind)
            if let incident { object.member("incident", incident) }
            if let run { object.member("run", run) }
            object.member("message", text)
        }
        return writer.printable
    }
}

extension TimelineEvent {
    /// The run that it is about.
    var run: Int? {
        switch self {
        case .decided(let record): record.run
        case .runStarted(let run, _), .runEnded(let run, _, _, _): run
        case .state(.run(let advance)): advance.run
        case .state(.report(let report)): report.run
        case .state(.quarantined(let quarantine)): quarantine.run
        case .state(.request(let request, _, _)): request.request.run
        case .state, .incidentOpened, .alertJoined, .alertFiredAgain, .alertResolved, .alertMuted, .alertUnmuted,
            .alertDamped, .alertReleased, .incidentsMerged, .incidentResolved, .incidentClosed, .stormBegan,
            .stormEnded, .notChosen, .planRefused:
            nil
        }
    }
}

/// What libraries log, in the same form.
struct JSONLogHandler: LogHandler {
    var logLevel = Logger.Level.warning
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        ServeLog.say(event.level.rawValue, "\(event.message)")
    }
}
