internal import HandrailCore
internal import HandrailEngine
internal import HandrailFormats

/// Entries of the journal for tools.
enum EntryJSON {
    /// One line, without its end.
    static func line(_ entry: JournalEntry) -> String {
        var writer = JSONWriter(style: .compact)
        write(entry, to: &writer)
        return writer.printable
    }

    static func list(_ entries: [JournalEntry], schema: String) -> Document {
        Document(schema: schema) { object in
            object.member("entries") { list in
                list.array { array in for entry in entries { write(entry, to: &array) } }
            }
        }
    }

    private static func write(_ entry: JournalEntry, to writer: inout JSONWriter) {
        writer.object { object in
            object.member("sequence", entry.sequence)
            object.member("at", entry.record.at.rfc3339)
            object.member("kind", entry.record.kind)
            if let payload = try? JSONValue(parsing: entry.record.payload) {
                object.member("payload", payload)
            } else {
                // Never lost, whatever it is.
                object.member("payloadText", String(decoding: entry.record.payload, as: UTF8.self))
            }
            object.member("hash", entry.hash.hexadecimal)
        }
    }

    /// The run that an entry is about.
    static func run(of record: JournalRecord) -> Int64? {
        guard let payload = try? JSONValue(parsing: record.payload) else { return nil }
        for place in [payload["run"], payload["decision"]?["run"], payload["request"]?["run"]] {
            if case .integer(let run)? = place { return run }
        }
        return nil
    }
}

/// Entries of the journal for people, a line each.
enum EntryText {
    private static let payloadLimit = 4000

    static func line(_ entry: JournalEntry, _ palette: Palette) -> String {
        let number = String(entry.sequence)
        let payload = String(decoding: entry.record.payload, as: UTF8.self)
        let place = String(repeating: " ", count: max(0, 7 - number.utf8.count)) + number
        let kind = TextEscape.line(entry.record.kind)
        return palette.paint("\(place)  \(MomentText.dateAndTime(entry.record.at))", .faint) + "  "
            + palette.paint(kind, .strong) + "  " + TextEscape.line(payload, limit: payloadLimit) + "\n"
    }
}
