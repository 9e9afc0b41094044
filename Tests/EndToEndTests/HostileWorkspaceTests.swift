import Foundation
import HandrailCore
import HandrailEngine
import HandrailFormats
import Testing

/// A thousand workspaces that were valid once.
@Suite struct HostileWorkspaceTests {
    private static let shards = 20
    private static let seedsOfAShard = 50
    private static let recordings = ["incidents/worker-hang.jsonl", "incidents/backend-down.jsonl"]

    @Test(arguments: 0..<shards)
    func aDamagedWorkspaceIsRefusedWithAReasonOrWorks(shard: Int) throws {
        let before = PeakMemory.bytes()
        let files = try HostileWorkspace.files()
        let recordings = try Self.recordings.map(Repository.bytes)
        var loaded = 0
        for seed in shard * Self.seedsOfAShard..<(shard + 1) * Self.seedsOfAShard {
            HostileTrace.note("workspace", seed: seed)
            if try check(HostileWorkspace.damaged(files, seed: seed), seed: seed, against: recordings) { loaded += 1 }
        }
        #expect(loaded > 0 && loaded < Self.seedsOfAShard, "shard \(shard): \(loaded) of \(Self.seedsOfAShard) load")
        if let before, let after = PeakMemory.bytes() {
            #expect(after - before < PeakMemory.mostGrowth, "shard \(shard) took \((after - before) >> 20) MiB")
        }
    }

    /// - Returns: whether there is a workspace in spite of the damage.
    private func check(
        _ files: [(path: String, bytes: [UInt8])], seed: Int, against recordings: [[UInt8]]
    ) throws -> Bool {
        let loaded = WorkspaceLoader.load(files: files)
        for finding in loaded.findings {
            let shown = finding.rendered
            #expect(Harmless.fault(in: shown) == nil, "seed \(seed): \(finding.code) prints \(shown.debugDescription)")
            #expect(shown.utf8.count < 4096, "seed \(seed): \(finding.code) prints \(shown.utf8.count) bytes")
        }
        guard let workspace = loaded.workspace else {
            #expect(loaded.errorCount > 0, "seed \(seed): refused without a reason")
            return false
        }
        #expect(loaded.errorCount == 0, "seed \(seed): loaded in spite of errors")
        for recording in recordings {
            var replay = Replay(recording: "hostile", workspace: workspace)
            for item in RecordingLines(bytes: recording) {
                if case .delivery(let decoded, _) = item { replay.receive(decoded.delivery) }
            }
            #expect(replay.finish().counters.deliveries > 0, "seed \(seed)")
        }
        return true
    }
}

/// Damage that YAML, durations, patterns and expressions can suffer.
enum HostileWorkspace {
    typealias File = (path: String, bytes: [UInt8])

    static func files() throws -> [File] {
        var files: [File] = []
        for folder in ["runbooks", "policies"] {
            let found = try FileManager.default.subpathsOfDirectory(atPath: Repository.path(folder))
            for name in found.sorted() where name.hasSuffix(".yaml") {
                files.append(("\(folder)/\(name)", try Repository.bytes("\(folder)/\(name)")))
            }
        }
        return files
    }

    static func damaged(_ files: [File], seed: Int) -> [File] {
        var random = SplitMix64(seed: seed)
        var files = files
        // Some damage keeps the workspace valid; without a second one, most seeds would find one error and stop.
        for _ in 0...random.below(2) {
            let place = random.below(files.count)
            damage(&files[place].bytes, others: files.map(\.bytes), &random)
        }
        return files
    }

    private static func damage(_ bytes: inout [UInt8], others: [[UInt8]], _ random: inout SplitMix64) {
        let scalar = random.pick(hostileScalars)
        switch random.below(14) {
        case 0: ByteDamage.flip(&bytes, &random)
        case 1: ByteDamage.truncate(&bytes, &random)
        case 2: ByteDamage.insert(scalar, into: &bytes, &random)
        case 3: onLines(&bytes) { $0.remove(at: random.below($0.count)) }
        case 4: onLines(&bytes) { $0.insert($0[random.below($0.count)], at: random.below($0.count)) }
        case 5: onLines(&bytes) { $0.swapAt(random.below($0.count), random.below($0.count)) }
        case 6: onLines(&bytes) { swapValues(&$0, &random) }
        case 7:
            let other = random.pick(others)
            bytes += other[random.below(other.count)...]
        case 8:
            onLines(&bytes) { lines in
                let place = random.below(lines.count)
                let indent = lines[place].prefix { $0 == UInt8(ascii: " ") }
                lines.insert(indent + scalar, at: place)
            }
        // Most of it: a hostile value where a sensible one stood.
        default: onLines(&bytes) { replaceValue(in: &$0, by: scalar, &random) }
        }
    }

    private static func onLines(_ bytes: inout [UInt8], _ change: (inout [[UInt8]]) -> Void) {
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map(Array.init)
        change(&lines)
        bytes = Array(lines.joined(separator: [UInt8(ascii: "\n")]))
    }

    /// The lines that hold `key: value`, each with where its value begins.
    private static func values(of lines: [[UInt8]]) -> [(line: Int, start: Int)] {
        lines.indices.compactMap { index in
            let line = lines[index]
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon + 2 < line.count,
                line[colon + 1] == UInt8(ascii: " "), line.first != UInt8(ascii: "#")
            else { return nil }
            return (index, colon + 2)
        }
    }

    private static func swapValues(_ lines: inout [[UInt8]], _ random: inout SplitMix64) {
        let values = values(of: lines)
        guard !values.isEmpty else { return }
        let (first, second) = (random.pick(values), random.pick(values))
        guard first.line != second.line else { return }
        let (left, right) = (lines[first.line][first.start...], lines[second.line][second.start...])
        lines[first.line] = Array(lines[first.line][..<first.start] + right)
        lines[second.line] = Array(lines[second.line][..<second.start] + left)
    }

    private static func replaceValue(in lines: inout [[UInt8]], by scalar: [UInt8], _ random: inout SplitMix64) {
        let values = values(of: lines)
        guard !values.isEmpty else { return }
        let value = random.pick(values)
        let rest = lines[value.line][value.start...]
        // Either the whole value, or a word in a flow collection or an expression.
        let words = rest.indices.filter { rest[$0] == UInt8(ascii: " ") }
        let start = words.isEmpty || random.chance(50) ? value.start : random.pick(words) + 1
        var end = rest.endIndex
        if start < end, random.chance(40) {
            end = rest[start...].firstIndex { " ,]}".utf8.contains($0) } ?? end
        }
        lines[value.line].replaceSubrange(start..<end, with: scalar)
    }

    // MARK: - Material

    private static let hostileScalars: [[UInt8]] =
        hostileTexts.map { Array($0.utf8) } + [
            [0], [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0x22, 0xFE, 0x22],
            [0xEF, 0xBB, 0xBF], [0xFF, 0xFE, 0x61, 0], [0x1B, 0x5B, 0x33, 0x31, 0x6D], [0x22, 0x5C, 0x30, 0x22],
        ]

    private static let hostileTexts: [String] =
        [
            // Numbers and durations
            "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-1", "0", "1e400", "-0.0", ".nan",
            ".inf", "0x7fffffffffffffff", "1_000", "99999999999999999999999999999999", "9223372036854775807s",
            "9223372036854775807h", "99999999999999999999d", "106751991167d", "292277024y", "-5m", "0s", "1h1h", "1.5h",
            "1e9h", "5 m", "200%", "-1%", "0%", "99999999999999999999%", "3 per 0s", "9223372036854775807 per 1ms",
            "-3 per 1h", "1 per 9223372036854775807s",
            // YAML
            "!!binary aGk=", "!!python/object/apply:os.system [reboot]", "!tag x", "!<tag:x> y", "&a [*a]", "&a *a",
            "*a",
            "<<: *a", "{<<: *a}", "? x", "---", "...", "--- |", "%YAML 9.9", "%TAG ! tag:x:", "- - - -", "|", ">-",
            "|99",
            "{", "}", "[", "]", "\"", "'", "null", "~", "yes", "[]", "{}", "\"\"", "{a: 1, a: 2}", "\t", "# x",
            "a: b: c",
            "\"\\u202e\\x07\\e[31m\"", "\"\\uD800\"", "\u{202E}\u{2066}", "\u{85}", "\u{2028}", "\u{7F}", "\u{9B}31m",
            "\u{FEFF}", "\r", "\u{E000}", "\u{10FFFF}", "👩‍👩‍👧‍👧", "e\u{301}\u{301}\u{301}",
            // Templates
            "${", "${}", "${${1}}", "${1+1", "$${", "${\"}\"}", "${target}", "${target.id}${target.id}", "${1/0}",
            "${captured.before}", "\"${'\\u0000'}\"", "${'a\\nb'}", "[a, \"${\"]",
            // Expressions
            "1 / 0", "-9223372036854775808 / -1", "-(-9223372036854775808)", "target.", "incident.alerts[-1].name",
            "incident.alerts[9223372036854775807]", "duration(\"9223372036854775807h\")", "duration(\"-1s\")",
            "timestamp(\"9999-12-31T23:59:59Z\") + duration(\"290y\")", "true ? 1 : \"x\"", "has(1)", "dyn(1) == \"1\"",
            "incident.alerts.all(a, incident.alerts.all(b, incident.alerts.all(c, a.name == b.name || c.flapping)))",
            "[1,2,3].map(x, [1,2,3].map(y, [1,2,3].map(z, x * y * z)))", "\"a\" * 3", "0x", "1u - 2u", "b'\\xff'",
            "true && (false || (true && \"x\" == 'x'))", "size(incident) > 0", "target.id.matches(\"(a+)+$\")",
            "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\".matches(\"^(a|a)*$\")", "true || 1/0 == 1", "in in in", "@",
            "a ? : b",
            // Patterns
            "\"(a+)+$\"", "\"((((a{1000}){1000}){1000}){1000})\"", "\"a{1001}\"", "\".*.*.*.*.*.*=.*\"", "\"[\"",
            "\"(?P<x\"",
            "\"(?=a)\"", "\"\\\\C\"", "\"\\\\p{Greek}{999}\"", "\"(|a)*\"", "\"\"", "\".*\"", "\"\\\\z\"",
            // Selectors and names
            "'{a=~\"(a+)+$\"}'", "'{a=\"b\"'", "'{}'", "'{a=\"\\n\"}'", "'X{a!~\".*\"}'",
            "'{a=~\"((a{1000}){1000})\"}'",
            "Fri 16:00 - Fri 16:00", "Xyz 25:61 - Mon 08:00", "Mars/Olympus", "../../../etc/passwd", "Europe/../../etc",
            "[target.service, target.service]", "[runbook, nothing]", "$(reboot)", "--config=/etc/passwd",
            "restart-stuck-worker", "automatic", "forbidden", "destructive", "none", "true", "worker",
        ] + [
            String(repeating: "A", count: 200_000), "\"" + String(repeating: "\u{301}", count: 5000) + "\"",
            String(repeating: "[", count: 3000), String(repeating: "{a: ", count: 2000),
            String(repeating: "[", count: 40) + String(repeating: "]", count: 40), String(repeating: "- ", count: 2000),
            String(repeating: "(", count: 2000), String(repeating: "!", count: 3001) + "true",
            String(repeating: "-", count: 3001) + "1 == 1", String(repeating: "1 + ", count: 3000) + "1 == 1",
            "true" + String(repeating: " && true", count: 3000), "incident" + String(repeating: ".a", count: 3000),
            "\"" + String(repeating: "(", count: 3000) + "\"", "\"" + String(repeating: "${", count: 3000) + "\"",
            String(repeating: "1?", count: 1000) + "2" + String(repeating: ":3", count: 1000),
            "[" + Array(repeating: "x", count: 3000).joined(separator: ", ") + "]",
            String(repeating: "&a ", count: 300),
            "\"" + String(repeating: "(a{100}){100}", count: 50) + "\"",
            "'{" + String(repeating: "a=\"b\",", count: 2000) + "}'",
        ]
}
