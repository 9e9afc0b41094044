internal import HandrailCore
internal import HandrailEngine
internal import HandrailFormats

/// One thing that is measured: a part of an alert's way, over a whole recording.
///
/// To add one, write it like `decode` and put it into `all`.
struct Section: Sendable {
    let name: String
    /// Everything that is not to be measured, and then the work that is. The work answers how many alerts it handled.
    let prepare: @Sendable (_ recording: String) throws -> () throws -> Int

    static let all = [decode, correlate, replay] + journal + acting

    /// Lines of a file to alerts with interned labels.
    static let decode = Section(name: "decode") { recording in
        var reader = try RecordingReader(path: recording)
        return { try countAlerts(in: &reader) }
    }

    /// Decoded deliveries through dedupe, correlation and storm detection; no runbook looks at them.
    static let correlate = Section(name: "correlate") { recording in
        let deliveries = try deliveries(of: recording)
        let workspace = Workspace()
        return {
            var engine = Engine(workspace: workspace)
            for delivery in deliveries { engine.receive(delivery) { _ in } }
            return engine.counters.alerts
        }
    }

    /// From the lines of a file to decisions, under the sample workspace, as `handrail replay` does it.
    static let replay = Section(name: "replay") { recording in
        let loaded = WorkspaceLoader.load(root: sampleWorkspace)
        guard let workspace = loaded.workspace else { throw BenchError("the sample workspace has errors") }
        return {
            var options = Replay.Options()
            options.keepsTimeline = false
            var replay = Replay(recording: recording, workspace: workspace, options: options)
            var reader = try RecordingReader(path: recording)
            while let item = try reader.next() {
                if case .delivery(let decoded, _) = item { replay.receive(decoded.delivery) }
            }
            return replay.finish().counters.alerts
        }
    }

    /// Benchmarks are run from the repository, by `make bench`.
    private static let sampleWorkspace = "."

    private static func deliveries(of recording: String) throws -> [Delivery] {
        var reader = try RecordingReader(path: recording)
        var deliveries: [Delivery] = []
        while let item = try reader.next() {
            if case .delivery(let decoded, _) = item { deliveries.append(decoded.delivery) }
        }
        return deliveries
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
