internal import HandrailCore

/// Many alerts that join one after the other are told once.
enum TimelineFolding {
    enum Item {
        case entry(TimelineEntry)
        /// So many more of the same kind as the entry; the labels are those of the last one.
        case moreJoined(TimelineEntry, count: Int, LabelSet)
    }

    /// How many of a row are told in full.
    static let shown = 8

    static func fold(_ timeline: [TimelineEntry]) -> [Item] {
        var items: [Item] = []
        var row = 0
        var hidden: (entry: TimelineEntry, count: Int, labels: LabelSet)?
        for entry in timeline {
            guard let labels = rowLabels(of: entry) else {
                if isSilent(entry) { continue }
                flush(&hidden, to: &items)
                row = 0
                items.append(.entry(entry))
                continue
            }
            row += 1
            if row <= shown {
                items.append(.entry(entry))
            } else {
                hidden = (entry, (hidden?.count ?? 0) + 1, labels)
            }
        }
        flush(&hidden, to: &items)
        return items
    }

    private static func flush(_ hidden: inout (entry: TimelineEntry, count: Int, labels: LabelSet)?, to items: inout [Item]) {
        guard let row = hidden else { return }
        items.append(.moreJoined(row.entry, count: row.count, row.labels))
        hidden = nil
    }

    private static func rowLabels(of entry: TimelineEntry) -> LabelSet? {
        if case .alertJoined(let labels, _) = entry.event { labels } else { nil }
    }

    /// What is told only where explanations were asked for does not end a row.
    private static func isSilent(_ entry: TimelineEntry) -> Bool {
        switch entry.event {
        case .incidentClosed, .runStarted: true
        case .incidentOpened, .alertJoined, .alertFiredAgain, .alertResolved, .alertMuted, .alertUnmuted, .alertDamped,
            .alertReleased, .incidentsMerged, .incidentResolved, .stormBegan, .stormEnded, .decided, .notChosen,
            .planRefused, .runEnded:
            false
        }
    }
}
