import Foundation
import HandrailCore
import HandrailEngine
import HandrailFormats
import Testing

/// Values of labels that someone chose in order to harm.
enum HostileLabel {
    /// Those that fit no parameter of the sample workspace.
    static let misfits = [
        "$(reboot)", "`reboot`", "--config=/etc/passwd", "-rf", "${1+1}", "${target.id}", "$${x}", "a\nb", "a\u{0}b",
        "a\tb",
        "a b", "'; reboot; '", "\" || reboot", "*", "2*", "all,2", "2;reboot", "2|reboot", "../../etc/passwd", "2\r",
        "\n2", "2\n",
        "\u{1B}[31mred\u{1B}[0m", "\u{1B}]0;title\u{7}", "\u{9B}31m", "\u{7F}", "\u{85}", "\u{202E}2", "2\u{200F}",
        "\u{2066}2\u{2069}",
        "\u{200E}", "\u{2028}", "\u{FEFF}2", "２", "2\u{301}", "\u{0}", "%s%n", "{{ .Labels }}", "<b>2</b>", "👩‍👩‍👧", "/",
        String(repeating: "A", count: 1 << 20), String(repeating: "\u{202E}", count: 1000),
    ]

    /// Harmless in the end, however they look.
    static let oddities = ["reboot", "", "2", "rm", "null", "true", "99999999999999999999"]

    static let all = misfits + oddities
}

/// Alerts that make a runbook match, with one label in the attacker's hand.
struct HostileAlerts: Sendable, CustomTestStringConvertible {
    let label: String
    let benign: String
    let runbooks: Set<String>
    /// Each alert with the names of the labels that get the value.
    let alerts: [(labels: [String: String], hostile: [String])]
    /// No parameter gets the value, so nothing need be refused: the signature asks for another one, or it is an id only.
    var isOutsideOfArgv = false

    var testDescription: String { label }

    static let all: [HostileAlerts] = [
        HostileAlerts(
            label: "worker", benign: "2", runbooks: ["restart-stuck-worker"],
            alerts: [(["alertname": "WorkerStuck", "service": "queue"], ["worker"])]),
        HostileAlerts(
            label: "process", benign: "3", runbooks: ["roll-back-worker-config"],
            alerts: [
                (["alertname": "CrashLooping", "service": "queue", "group": "worker"], ["process"]),
                (["alertname": "InstanceDown", "service": "queue", "job": "worker"], ["worker"]),
            ]),
        HostileAlerts(
            label: "group", benign: "worker", runbooks: ["roll-back-worker-config"],
            alerts: [
                (["alertname": "CrashLooping", "service": "queue", "process": "3"], ["group"]),
                (["alertname": "InstanceDown", "service": "queue", "worker": "3"], []),
            ], isOutsideOfArgv: true),
        HostileAlerts(
            label: "server", benign: "b4", runbooks: ["start-backend"],
            alerts: [
                (["alertname": "InstanceDown", "service": "web", "job": "web"], ["server"]),
                (["alertname": "BackendDown", "service": "web", "proxy": "web"], ["server"]),
            ]),
        HostileAlerts(
            label: "proxy", benign: "web", runbooks: ["return-backend-to-rotation"],
            alerts: [(["alertname": "BackendDown", "service": "web", "server": "b4"], ["proxy"])]),
        HostileAlerts(
            label: "queue", benign: "jobs", runbooks: ["scale-out-workers"],
            alerts: [(["alertname": "QueueBacklog", "service": "queue"], ["queue"])], isOutsideOfArgv: true),
        HostileAlerts(
            label: "zone", benign: "z2", runbooks: ["start-switch"],
            alerts: [(["alertname": "SwitchDown", "service": "network"], ["zone"])]),
        HostileAlerts(
            label: "mountpoint", benign: "/run/lab/data", runbooks: ["relieve-volume"],
            alerts: [(["alertname": "DiskFilling", "service": "host", "instance": "h1"], ["mountpoint"])]),
    ]

    /// The alerts fire for half a minute.
    func recording(_ value: String) -> [UInt8] {
        let alerts = alerts.map { alert in
            var labels = alert.labels
            for name in alert.hostile { labels[name] = value }
            let members = labels.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\(JSONLiteral.string($0.value))" }
            return #"{"status":"firing","labels":{\#(members.joined(separator: ","))},"#
                + #""annotations":{"summary":\#(JSONLiteral.string(value))},"startsAt":"2026-11-23T16:00:00Z"}"#
        }
        let body = #"{"version":"4","alerts":[\#(alerts.joined(separator: ","))]}"#
        let lines = ["01", "10", "30"].map { #"{"receivedAt":"2026-11-23T16:00:\#($0)Z","body":\#(body)}"# + "\n" }
        return Array(lines.joined().utf8)
    }
}

/// What a hostile value must not change about a plan.
struct HostileArgv: Hashable {
    let runbook: String
    let counts: [[Int]]

    init(_ plan: Plan) {
        runbook = plan.runbook
        let probe = (plan.verification?.probe ?? []).map(\.argv)
        counts = plan.steps.map { step in Self.argvs(of: step).map(\.count) } + [probe.map(\.count)]
    }

    static func argvs(of step: PlannedStep) -> [[String]] {
        var argvs = [step.argv] + step.capture.map(\.argv)
        if case .argv(let argv) = step.rehearsal { argvs.append(argv) }
        if case .argv(let argv, _) = step.undo { argvs.append(argv.map(\.shown)) }
        return argvs
    }

    static func check(_ plan: Plan, _ place: String) {
        let argvs = plan.steps.flatMap(argvs) + (plan.verification?.probe ?? []).map(\.argv)
        for element in argvs.joined() {
            #expect(!element.utf8.contains(0) && !element.utf8.contains(10), "\(place): \(element.debugDescription)")
        }
    }
}

@Suite struct HostileLabelTests {
    @Test(arguments: HostileAlerts.all)
    func aLabelNeverChangesTheNumberOfArguments(alerts: HostileAlerts) throws {
        let workspace = try Repository.workspace()
        let benign = replay(alerts.recording(alerts.benign), workspace).report
        let usual = Set(benign.decisions.map { HostileArgv($0.plan) })
        #expect(Set(usual.map(\.runbook)) == alerts.runbooks, "the benign value matches other runbooks")
        for value in HostileLabel.all {
            let name = String(value.prefix(20)).debugDescription
            let (report, rejected) = replay(alerts.recording(value), workspace)
            for record in report.decisions {
                HostileArgv.check(record.plan, name)
                #expect(usual.contains(HostileArgv(record.plan)), "\(name): \(record.plan.steps.map(\.argv))")
            }
            guard HostileLabel.misfits.contains(value), !alerts.isOutsideOfArgv else { continue }
            let refusals = report.timeline.count { if case .planRefused = $0.event { true } else { false } }
            #expect(report.decisions.isEmpty, "\(name) fits a parameter: \(report.decisions.map(\.plan.steps))")
            #expect(refusals > 0 || rejected > 0, "\(name) is neither planned nor refused")
        }
    }

    private func replay(_ recording: [UInt8], _ workspace: Workspace) -> (report: ReplayReport, rejected: Int) {
        var replay = Replay(recording: "hostile", workspace: workspace)
        var rejected = 0
        for item in RecordingLines(bytes: recording) {
            switch item {
            case .delivery(let decoded, _):
                rejected += decoded.rejectedCount
                replay.receive(decoded.delivery)
            case .invalidLine: rejected += 1
            }
        }
        return (replay.finish(), rejected)
    }

    // MARK: - Printing

    @Test(arguments: ["text", "json"])
    func whatIsPrintedIsHarmless(output: String) throws {
        guard let handrail = Self.executable else {
            print("skipped: there is no `handrail` beside the test bundle")
            return
        }
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("handrail-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let recording = folder.appendingPathComponent("a\u{202E}\u{1B}[31m\u{9B}b\n.jsonl")
        try Data(Self.everything()).write(to: recording)
        for colour in ["never", "auto"] {
            let printed = try run(
                handrail, ["replay", "--explain", "--color", colour, "--output", output, recording.path], in: folder)
            #expect(printed.status == 0)
            #expect(printed.output.count > 1000)
            for bytes in [printed.output, printed.error] {
                let text = try #require(String(validating: bytes, as: UTF8.self))
                let fault = Harmless.fault(in: text)
                let code = String(fault?.value ?? 0, radix: 16)
                #expect(fault == nil, "prints U+\(code) near \(Self.near(fault, in: text))")
            }
        }
    }

    /// Every hostile value in every label, and lines that are not valid.
    private static func everything() -> [UInt8] {
        var bytes: [UInt8] = []
        for (index, alerts) in HostileAlerts.all.enumerated() {
            // Once a mebibyte is enough.
            for value in HostileLabel.all where index == 0 || value.utf8.count < 10_000 {
                bytes += alerts.recording(value)
            }
        }
        for value in HostileLabel.all { bytes += Array("{\"receivedAt\":\(JSONLiteral.string(value))}\n".utf8) }
        for value in HostileLabel.misfits { bytes += Array(value.utf8) + [10] }
        return bytes + [0x1B, 0xFF, 0x9B, 10]
    }

    private static func near(_ scalar: Unicode.Scalar?, in text: String) -> String {
        guard let scalar, let place = text.unicodeScalars.firstIndex(of: scalar) else { return "" }
        return String(text.unicodeScalars[..<place].suffix(80)).debugDescription
    }

    private static var executable: URL? {
        let this = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        let beside = [this, URL(fileURLWithPath: CommandLine.arguments[0])].map {
            $0.deletingLastPathComponent().appendingPathComponent("handrail")
        }
        return beside.first { FileManager.default.isExecutableFile(atPath: $0.path) }
    }

    private func run(
        _ executable: URL, _ arguments: [String], in folder: URL
    ) throws -> (status: Int32, output: Data, error: Data) {
        // Files, not pipes: nobody need read the one while the other fills up.
        let (output, error) = (folder.appendingPathComponent("output"), folder.appendingPathComponent("error"))
        for file in [output, error] { try Data().write(to: file) }
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        process.currentDirectoryURL = Repository.root
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: error)
        try process.run()
        process.waitUntilExit()
        return (process.terminationStatus, try Data(contentsOf: output), try Data(contentsOf: error))
    }
}
