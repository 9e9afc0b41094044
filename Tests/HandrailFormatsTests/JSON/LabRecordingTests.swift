import Foundation
import HandrailCore
import Testing

@testable import HandrailFormats

/// The recordings of real incidents: in the repository, or beside it while it is being built.
private let labRecordings: URL? = {
    let root = (0..<4).reduce(URL(fileURLWithPath: #filePath)) { url, _ in url.deletingLastPathComponent() }
    let places = [root.appendingPathComponent("incidents"), root.appendingPathComponent("../shared/lab/recordings")]
    return places.first { FileManager.default.fileExists(atPath: $0.appendingPathComponent("storm.jsonl").path) }
}()

@Suite("Recordings of the lab", .enabled(if: labRecordings != nil, "the recordings are not here"))
struct LabRecordingTests {
    @Test(arguments: [
        ("backend-down", 8, 8), ("backend-maint", 4, 4), ("disk-fill", 12, 12), ("flapping", 19, 21),
        ("poison-job", 72, 160), ("queue-backlog", 10, 10), ("redis-hang", 69, 94), ("storm", 647, 1476),
        ("web-surge", 16, 16), ("worker-crashloop", 30, 40), ("worker-hang", 10, 20), ("worker-leak", 4, 4),
    ])
    func everyLineOfARecordingIsADelivery(name: String, deliveries: Int, alerts: Int) throws {
        let path = try #require(labRecordings).appendingPathComponent("\(name).jsonl").path
        var reader = try RecordingReader(path: path)
        var decoded: [DecodedDelivery] = []
        while let item = try reader.next() {
            switch item {
            case .delivery(let delivery, _): decoded.append(delivery)
            case .invalidLine(let number, let reason): Issue.record("\(name).jsonl:\(number): \(reason)")
            }
        }
        #expect(decoded.count == deliveries)
        #expect(decoded.reduce(0) { $0 + $1.delivery.alerts.count } == alerts)
        #expect(decoded.allSatisfy { $0.rejectedCount == 0 && ["flat", "grouped"].contains($0.delivery.source) })
    }

    @Test func aStormRepeatsItsLabels() throws {
        let path = try #require(labRecordings).appendingPathComponent("storm.jsonl").path
        var reader = try RecordingReader(path: path)
        while try reader.next() != nil {}
        #expect(reader.interner.hits > 3 * reader.interner.misses)
    }

    @Test func theAlertsAreThoseThatFoundationReads() throws {
        let bytes = try Data(contentsOf: try #require(labRecordings).appendingPathComponent("redis-hang.jsonl"))
        var lines = RecordingLines(bytes: Array(bytes))
        for line in bytes.split(separator: 0x0A) {
            let theirs = try #require(try JSONSerialization.jsonObject(with: line) as? [String: Any])
            let alerts = try #require((theirs["body"] as? [String: Any])?["alerts"] as? [[String: Any]])
            guard case .delivery(let ours, _) = lines.next() else {
                Issue.record("a line is missing")
                return
            }
            #expect(ours.delivery.alerts.map(\.status.rawValue) == alerts.map { $0["status"] as? String })
            for (alert, theirs) in zip(ours.delivery.alerts, alerts) {
                #expect(text(alert.labels.labels) == theirs["labels"] as? [String: String])
                #expect(text(alert.annotations.entries) == theirs["annotations"] as? [String: String])
            }
        }
    }

    private func text(_ labels: [Label]) -> [String: String]? {
        Dictionary(uniqueKeysWithValues: labels.map { ($0.name.string, $0.value.string) })
    }
}
