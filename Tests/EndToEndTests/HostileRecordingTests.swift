import Foundation
import HandrailCore
import HandrailEngine
import HandrailFormats
import Testing

/// A thousand recordings that were valid once.
@Suite struct HostileRecordingTests {
    private static let shards = 20
    private static let seedsOfAShard = 50

    @Test(arguments: 0..<shards)
    func aDamagedRecordingIsReadOrRefusedLineByLineAndEveryNoticeIsCountedOnce(shard: Int) throws {
        let before = PeakMemory.bytes()
        let workspace = try Repository.workspace()
        let lines = try HostileRecording.lines()
        for seed in shard * Self.seedsOfAShard..<(shard + 1) * Self.seedsOfAShard {
            HostileTrace.note("recording", seed: seed)
            check(HostileRecording.damaged(lines, seed: seed), seed: seed, workspace)
        }
        if let before, let after = PeakMemory.bytes() {
            #expect(after - before < PeakMemory.mostGrowth, "shard \(shard) took \((after - before) >> 20) MiB")
        }
    }

    @Test func countsThatTheSourceSaysItLeftOutAddUpWithoutATrap() throws {
        let body = #"{"version":"4","alerts":[],"truncatedAlerts":9223372036854775807}"#
        let line = #"{"receivedAt":"2026-11-23T16:00:00Z","body":\#(body)}"# + "\n"
        let counters = check(Array((line + line).utf8), seed: -1, try Repository.workspace())
        #expect(counters.truncated == Int.max)
    }

    @discardableResult
    private func check(_ recording: [UInt8], seed: Int, _ workspace: Workspace) -> Counters {
        var options = Replay.Options()
        options.explains = seed % 4 == 0
        var replay = Replay(recording: "hostile", workspace: workspace, options: options)
        var (deliveries, alerts) = (0, 0)
        for item in RecordingLines(bytes: recording) {
            switch item {
            case .delivery(let decoded, _):
                deliveries += 1
                alerts += decoded.delivery.alerts.count
                replay.rejectedAlerts(decoded.rejectedCount)
                replay.receive(decoded.delivery)
                for rejected in decoded.rejected { expectHarmless(rejected.reason, seed) }
            case .invalidLine(let number, let reason):
                replay.skippedLine(number, because: reason)
                expectHarmless(reason, seed)
            }
        }
        let report = replay.finish()
        let counters = report.counters
        #expect(counters.deliveries == deliveries, "seed \(seed)")
        #expect(counters.alerts == alerts, "seed \(seed)")
        let outcomes =
            counters.duplicates + counters.late + counters.resolvedUnseen + counters.episodes + counters.ended
        #expect(counters.alerts == outcomes, "seed \(seed): \(counters)")
        #expect(report.summary.notices == alerts, "seed \(seed)")
        for entry in report.timeline {
            if case .planRefused(_, let refusal) = entry.event { expectHarmless(refusal.message, seed) }
        }
        for record in report.decisions { HostileArgv.check(record.plan, "seed \(seed)") }
        return counters
    }

    private func expectHarmless(_ reason: String, _ seed: Int) {
        #expect(Harmless.fault(in: reason) == nil, "seed \(seed): \(reason.debugDescription)")
        #expect(reason.utf8.count < 4096, "seed \(seed): a reason of \(reason.utf8.count) bytes")
    }
}

/// Damage that JSON lines can suffer.
enum HostileRecording {
    static func lines() throws -> [[[UInt8]]] {
        let folder = Repository.path("incidents")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".jsonl") }
            .sorted()
        return try names.map { name in
            let lines = try Repository.bytes("incidents/\(name)").split(separator: UInt8(ascii: "\n")).map(Array.init)
            return Array(lines.filter { $0.count < 20_000 }.prefix(24))
        }
    }

    static func damaged(_ recordings: [[[UInt8]]], seed: Int) -> [UInt8] {
        var random = SplitMix64(seed: seed)
        let recording = random.pick(recordings)
        let start = random.below(recording.count)
        var lines = Array(recording[start...].prefix(2 + random.below(8)))
        if random.chance(20) { lines.append(random.pick(random.pick(recordings))) }
        if random.chance(20) { lines.swapAt(random.below(lines.count), random.below(lines.count)) }
        for _ in 0...random.below(6) { damage(&lines[random.below(lines.count)], &random) }
        return Array(lines.joined(separator: [UInt8(ascii: "\n")]))
    }

    private static func damage(_ line: inout [UInt8], _ random: inout SplitMix64) {
        switch random.below(12) {
        case 0: ByteDamage.flip(&line, &random)
        case 1: ByteDamage.truncate(&line, &random)
        case 2: ByteDamage.insert(Array(random.pick(values).utf8), into: &line, &random)
        case 3: swapValues(in: &line, &random)
        case 4: repeatKey(in: &line, &random)
        case 5: replace(random.pick(["received_at", "startsAt", "endsAt"]), by: random.pick(dates), in: &line, &random)
        case 6: replace("truncatedAlerts", by: random.pick(counts), in: &line, &random)
        case 7: bodyAsText(of: &line)
        default: replace(random.pick(fields), by: random.pick(values), in: &line, &random)
        }
    }

    private static func replace(_ field: String, by value: String, in line: inout [UInt8], _ random: inout SplitMix64) {
        guard let place = place(of: field, in: line, &random) else { return }
        line.replaceSubrange(place.value, with: Array(value.utf8))
    }

    private static func swapValues(in line: inout [UInt8], _ random: inout SplitMix64) {
        guard let first = place(of: random.pick(fields), in: line, &random)?.value,
            let second = place(of: random.pick(fields), in: line, &random)?.value, !first.overlaps(second)
        else { return }
        let (low, high) = first.lowerBound < second.lowerBound ? (first, second) : (second, first)
        let (left, right) = (Array(line[low]), Array(line[high]))
        line.replaceSubrange(high, with: left)
        line.replaceSubrange(low, with: right)
    }

    private static func repeatKey(in line: inout [UInt8], _ random: inout SplitMix64) {
        guard let place = place(of: random.pick(fields), in: line, &random) else { return }
        let member = Array(line[place.key.lowerBound..<place.value.upperBound]) + [UInt8(ascii: ",")]
        line.insert(contentsOf: member, at: place.key.lowerBound)
    }

    private static func bodyAsText(of line: inout [UInt8]) {
        var random = SplitMix64(seed: 0)
        guard let value = place(of: "body", in: line, &random)?.value else { return }
        let text = JSONLiteral.string(String(decoding: line[value], as: UTF8.self))
        line.replaceSubrange(value, with: Array(text.utf8))
    }

    /// One of the members of this name, wherever in the line.
    private static func place(
        of field: String, in line: [UInt8], _ random: inout SplitMix64
    ) -> (key: Range<Int>, value: Range<Int>)? {
        let key = Array("\"\(field)\":".utf8)
        let text = Data(line)
        var found: [Range<Int>] = []
        var start = 0
        while let range = text.range(of: Data(key), in: start..<text.count) {
            found.append(range)
            start = range.upperBound
        }
        guard !found.isEmpty else { return nil }
        let name = random.pick(found)
        return (name, name.upperBound..<end(ofValueAt: name.upperBound, in: line))
    }

    private static func end(ofValueAt start: Int, in line: [UInt8]) -> Int {
        var (depth, isInText, place) = (0, false, start)
        while place < line.count {
            switch (line[place], isInText) {
            case (0x5C, true): place += 1  // a backslash
            case (0x22, _): isInText.toggle()
            case (_, true): break
            case (0x5B, _), (0x7B, _): depth += 1
            case (0x5D, _), (0x7D, _):
                if depth == 0 { return place }
                depth -= 1
            case (0x2C, _): if depth == 0 { return place }
            default: break
            }
            place += 1
        }
        return line.count
    }

    // MARK: - Material

    private static let fields = [
        "received_at", "t", "path", "headers", "body", "receiver", "status", "alerts", "labels", "annotations",
        "startsAt",
        "endsAt", "generatorURL", "fingerprint", "version", "truncatedAlerts", "alertname", "service", "severity",
        "worker",
        "group", "process", "server", "proxy", "queue", "zone", "mountpoint", "instance", "job", "summary",
    ]

    private static let dates = [
        "0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z", "1970-01-01T00:00:00-23:59",
        "2026-02-30T00:00:00Z", "2026-11-23T24:00:00Z", "2026-11-23T16:05:60Z", "10000-01-01T00:00:00Z",
        "-2026-11-23T16:05:19Z", "2026-11-23T16:05:19+99:99", "2026-11-23T16:05:19", "2026-11-23", "", "now",
        "1795449919",
        "2026-11-23T16:05:19.\(String(repeating: "9", count: 5000))Z", "2036-11-23T16:05:19Z", "1926-11-23T16:05:19Z",
        "9999-12-31T23:59:59-12:00", "0000-01-01T00:00:00+12:00",
    ].map(JSONLiteral.string)

    private static let counts = [
        "-1", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "1e18", "1e400", "1.5", "\"7\"",
        "null",
        "99999999999999999999999999", "-0", "[]",
    ]

    private static let values: [String] =
        HostileLabel.all.filter { $0.utf8.count < 100_000 }.map(JSONLiteral.string) + dates + counts + [
            "{}", "[[]]", "[null]", "[1,2,{}]", "true", "\"firing\"", "\"resolved\"", "\"4\"", "\"\\ud800\"",
            "\"\\u0000\"",
            "\"\\udc00\\ud800\"", "\"\\x\"", "\"unclosed", "{\"a\":1,\"a\":2}", "{\"alertname\":\"WorkerStuck\"}",
            "{\"alertname\":\"\"}", "{\"\":\"x\"}", "{\"alertname\":{\"alertname\":\"x\"}}", "NaN", "-", "01", ",", ":",
            "\u{0}",
            String(repeating: "[", count: 5000), String(repeating: "{\"a\":", count: 5000),
            String(repeating: "[", count: 100) + String(repeating: "]", count: 100),
            String(repeating: "9", count: 10_000),
            "{" + (0..<3000).map { "\"l\($0)\":\"x\"" }.joined(separator: ",") + "}",
            "[" + Array(repeating: "0", count: 3000).joined(separator: ",") + "]",
            "[" + Array(repeating: "{}", count: 3000).joined(separator: ",") + "]",
        ]
}

enum JSONLiteral {
    static func string(_ text: String) -> String {
        // A mebibyte takes long, scalar by scalar.
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x22 && $0 != 0x5C }) { return "\"\(text)\"" }
        var literal = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": literal += "\\\(scalar)"
            case "\u{0}"..<" ":
                let digits = String(scalar.value, radix: 16)
                literal += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: literal.unicodeScalars.append(scalar)
            }
        }
        return literal + "\""
    }
}
