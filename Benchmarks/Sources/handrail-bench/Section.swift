internal import HandrailCore
internal import HandrailFormats

/// One thing that is measured: a part of an alert's way, over a whole recording.
///
/// To add one, write it like `decode` and put it into `all`.
struct Section: Sendable {
    let name: String
    /// Everything that is not to be measured, and then the work that is. The work answers how many alerts it handled.
    let prepare: @Sendable (_ recording: String) throws -> () throws -> Int

    static let all = [decode]

    /// Lines of a file to alerts with interned labels.
    static let decode = Section(name: "decode") { recording in
        var reader = try RecordingReader(path: recording)
        return { try countAlerts(in: &reader) }
    }

    private static func countAlerts(in reader: inout RecordingReader) throws -> Int {
        var alerts = 0
        while let item = try reader.next() {
            switch item {
            case .delivery(let decoded, _):
                guard decoded.rejectedCount == 0 else { throw BenchError("an alert of the recording was refused") }
                alerts += decoded.delivery.alerts.count
            case .invalidLine(let number, let reason): throw BenchError("line \(number) of the recording: \(reason)")
            }
        }
        return alerts
    }
}
