import Foundation
import HandrailCore
import HandrailEngine
import HandrailFormats
import Testing

/// The same faults as they could have been recorded at another place: other workers, servers, zones, ports, paths and
/// clocks, or with only one of Alertmanager's two receivers. A signature that rests on an accident fails here.
@Suite struct TruthVariationTests {
    struct Variation: Sendable, CustomTestStringConvertible {
        let name: String
        /// A deliveries' line is left out where it holds this.
        var without: String?
        /// What is written otherwise; all at once, so that two can change places.
        var renaming: [String: String] = [:]
        var later = 0

        var testDescription: String { name }
    }

    private static let elsewhere = rotated("\"worker\":\"", 4).merging(rotated("\"process\":\"", 4)) { $1 }
        .merging(rotated("\"server\":\"b", 4)) { $1 }.merging(rotated("127.0.0.1:1820", 4)) { $1 }
        .merging(rotated("127.0.0.1:1810", 4)) { $1 }
        .merging(["\"zone\":\"z2\"": "\"zone\":\"z9\"", "/run/lab/data": "/srv/volume/data"]) { $1 }

    private static let variations = [
        Variation(name: "other entities", renaming: elsewhere),
        Variation(
            name: "other ports and hosts",
            renaming: ["127.0.0.1:1": "10.20.30.40:5", "\"cluster\":\"lab\"": "\"cluster\":\"eu\""]),
        Variation(name: "one group an alert", without: "\"path\":\"/grouped\""),
        Variation(name: "grouped by name and service", without: "\"path\":\"/flat\""),
        Variation(name: "another day", later: 40 * 86_400),
        Variation(name: "elsewhere, ungrouped", without: "\"path\":\"/grouped\"", renaming: elsewhere, later: -86_400),
    ]

    /// 1 becomes 2, and the last becomes 1.
    private static func rotated(_ prefix: String, _ count: Int) -> [String: String] {
        Dictionary(uniqueKeysWithValues: (1...count).map { ("\(prefix)\($0)", "\(prefix)\($0 % count + 1)") })
    }

    /// By fault: the runbook, and its target where entities are as recorded, and where they are others.
    private static let expected: [String: (runbook: String, target: String, elsewhere: String)] = [
        "worker-hang": ("restart-stuck-worker", "worker:2", "worker:3"),
        "worker-leak": ("restart-leaking-worker", "worker:3", "worker:4"),
        "worker-crashloop": ("roll-back-worker-config", "worker-3.json", "worker-4.json"),
        "poison-job": ("dead-letter-poison-job", "jobs", "jobs"),
        "queue-backlog": ("scale-out-workers", "jobs", "jobs"),
        "backend-down": ("start-backend", "web:b4", "web:b1"),
        "backend-maint": ("return-backend-to-rotation", "web/b4", "web/b1"),
        "web-surge": ("scale-out-web", "web", "web"),
        "redis-hang": ("restart-redis", "redis", "redis"),
        "flapping": ("restart-flapping-backend", "web:b2", "web:b3"),
        "storm": ("start-switch", "switch:z2", "switch:z9"),
        "disk-fill": ("relieve-volume", "/run/lab/data", "/srv/volume/data"),
    ]

    @Test(arguments: variations)
    func theFaultIsStillRecognisedAndNothingElseIsTouched(variation: Variation) throws {
        let workspace = try Repository.workspace()
        for (fault, expected) in Self.expected.sorted(by: { $0.key < $1.key }) {
            let report = try replay(fault, variation, workspace)
            let target = variation.renaming["/run/lab/data"] == nil ? expected.target : expected.elsewhere
            #expect(report.invalidLineCount == 0)
            #expect(
                report.decisions.contains {
                    $0.plan.runbook == expected.runbook && $0.plan.targets.map(\.id) == [target]
                },
                "\(fault): \(report.decisions.map { "\($0.plan.runbook) \($0.plan.targets)" })")
            for record in report.decisions {
                #expect(record.plan.targets.map(\.id) == [target], "\(fault): \(record.plan.runbook)")
            }
            #expect(
                fault != "storm" || !report.decisions.contains { $0.decision.verdict == .automatic },
                "something is automatic in a storm")
        }
    }

    private func replay(_ fault: String, _ variation: Variation, _ workspace: Workspace) throws -> ReplayReport {
        let text = try String(contentsOf: URL(filePath: Repository.path("incidents/\(fault).jsonl")), encoding: .utf8)
        var lines = text.split(separator: "\n").filter { line in variation.without.map { !line.contains($0) } ?? true }
            .map(String.init)
        lines = lines.map { shifted(renamed($0, variation.renaming), by: variation.later) }
        let scratch = try Scratch()
        try lines.joined(separator: "\n").write(toFile: scratch.path("recording"), atomically: false, encoding: .utf8)
        var replay = Replay(recording: fault, workspace: workspace, options: Replay.Options())
        var reader = try RecordingReader(path: scratch.path("recording"))
        while let item = try reader.next() {
            switch item {
            case .delivery(let decoded, _): replay.receive(decoded.delivery)
            case .invalidLine(let number, let reason): replay.skippedLine(number, because: reason)
            }
        }
        return replay.finish()
    }

    private func renamed(_ line: String, _ renaming: [String: String]) -> String {
        guard !renaming.isEmpty else { return line }
        let pattern = renaming.keys.sorted { $0.utf8.count > $1.utf8.count }
            .map { NSRegularExpression.escapedPattern(for: $0) }.joined(separator: "|")
        guard let expression = try? NSRegularExpression(pattern: pattern) else { return line }
        var result = ""
        var position = line.startIndex
        for match in expression.matches(in: line, range: NSRange(line.startIndex..., in: line)) {
            guard let range = Range(match.range, in: line) else { continue }
            result += line[position..<range.lowerBound] + (renaming[String(line[range])] ?? "")
            position = range.upperBound
        }
        return result + line[position...]
    }

    /// All times of the line, as the recorder and Alertmanager write them.
    private func shifted(_ line: String, by seconds: Int) -> String {
        guard seconds != 0 else { return line }
        return line.replacing(/"(20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d)((?:\.\d+)?(?:Z|\+00:00))"/) { match in
            let time = Timestamp(rfc3339: String(match.1) + "Z") ?? Timestamp(milliseconds: 0)
            let other = time + .seconds(seconds)
            return "\"\(other.rfc3339.prefix(19))\(match.2)\""
        }
    }
}
