import Foundation
import HandrailFormats
import Testing

/// Secrets that are put into every place from which they could leak, and looked for in everything that is kept, shown or
/// sent.
@Suite struct SecretCanaryTests {
    private static let declared = "canary/+declared value=7f3a"
    private static let passed = "canary-of-the-environment-19c2"
    private static let undeclared = "hunter2canary5b"

    /// Prints what it knows in several forms, then fails, so that people are told and steps are undone.
    private static let tool = """
        #!/bin/sh
        [ "$1" = read ] && { echo "as it was"; exit 0; }
        echo "$1 with $TOKEN and password=\(undeclared)"
        printf %s "$TOKEN" | base64
        printf ' %s' "$TOKEN" | base64
        printf %s "$TOKEN" | od -An -tx1 | tr -d ' \\n'; echo
        echo "url canary%2F%2Bdeclared%20value%3D7f3a" >&2
        cat "$SETTINGS"
        env
        [ "$1" = plan ]
        """

    private static let workspace = """
        action: token.use
        effect: disruptive
        secrets: [TOKEN]
        parameters: { name: { type: string } }
        capture: { before: [tool, read, "${name}"] }
        dry-run: [tool, plan, "${name}"]
        run: [tool, act, "${name}"]
        undo: [tool, undo, "${name}"]
        timeout: 30s
        ---
        runbook: use-token
        about: It needs a token.
        owner: sre
        signature: { when: { down: TokenDown } }
        target: { kind: process, id: "${down.labels.unit}", service: shop }
        steps: [{ action: token.use, with: { name: "${target.id}" } }]
        verify: { resolved: [down], within: 2m, stable: 10s, otherwise: hold }
        ---
        policy: all
        default: automatic
        ---
        topology: shop
        services: { shop: { environment: production, replicas: 4 } }
        ---
        people: on-call
        roles: { sre: [ada] }
        """

    @Test func noSecretIsKeptShownOrSent() async throws {
        let scratch = try Scratch()
        let state = scratch.path("state")
        try prepare(scratch)
        let now = ISO8601DateFormatter().string(from: Date())
        let payload = """
            {"version":"4","status":"firing","alerts":[{"status":"firing","startsAt":"\(now)","labels":{"alertname":"TokenDown",\
            "unit":"u1","service":"shop","dsn":"postgres://ada:\(Self.undeclared)@db/x","key":"\(Self.declared)"},\
            "annotations":{"summary":"token \(Self.declared)"}}]}
            """
        let run = try await Program.run(
            [
                "run", "--act", "--source", "alertmanager", "--state", state, "--workspace", scratch.path("workspace"),
                "--secrets", scratch.path("secrets"), "--notify-command", "tell", "--pass", "SETTINGS", "-",
            ], environment: ["UNRELATED": Self.passed, "SETTINGS": scratch.path("settings")], input: payload)
        #expect(run.code == 0, "\(run)")
        var seen: [(place: String, text: String)] = [("run", run.output + run.errors)]
        for command in [
            ["runs"], ["show", "1"], ["show", "1", "--output", "json"], ["explain", "1"], ["incidents"],
            ["incidents", "--output", "json"], ["audit", "show"], ["audit", "export"],
        ] {
            let result = try await Program.run(command + ["--state", state])
            #expect(result.code == 0, "\(command): \(result)")
            seen.append((command.joined(separator: " "), result.output + result.errors))
        }
        seen.append(("announcements", try text(scratch.path("workspace/told"))))
        for file in try FileManager.default.subpathsOfDirectory(atPath: state) where !file.contains("inbox") {
            if let bytes = FileManager.default.contents(atPath: state + "/" + file) {
                seen.append((file, String(decoding: bytes, as: UTF8.self)))
            }
        }
        // The test would show nothing if nothing had been printed.
        let shown = try #require(seen.first { $0.place == "show 1" }?.text)
        #expect(shown.contains("[redacted]") && shown.contains("act with"), "\(shown)")
        #expect(seen.contains { $0.place == "announcements" && $0.text.contains("run 1") }, "\(run)")
        #expect(seen.contains { $0.place == "journal.sqlite" })
        for (place, text) in seen {
            for form in Self.forms where text.contains(form) { Issue.record("\(place) shows \(form)") }
        }
    }

    /// The reason names the value, and cuts it, perhaps within the secret.
    @Test(arguments: [0, 40, 55])
    func whatIsSaidOfARefusedAlertShowsNoSecret(before: Int) async throws {
        let scratch = try Scratch()
        try prepare(scratch)
        let status = String(repeating: ".", count: before) + Self.declared
        let alert = #"{"status":"\#(status)","startsAt":"2026-01-01T00:00:00Z","labels":{"alertname":"A"}}"#
        let run = try await Program.run(
            [
                "run", "--source", "alertmanager", "--state", scratch.path("state"), "--workspace",
                scratch.path("workspace"), "--secrets", scratch.path("secrets"), "-",
            ], input: #"{"version":"4","status":"firing","alerts":[\#(alert)]}"#)
        #expect(run.code == 0 && run.errors.contains("neither `firing` nor `resolved`"), "\(run)")
        #expect(!run.errors.contains("cana"), "\(run)")
    }

    /// As programs print them; base64 at each offset, without the ends that depend on the neighbours.
    private static let forms: [String] = {
        let bytes = Array(declared.utf8)
        let base64 = (0..<3).map { shift in
            let text = Data(repeating: 0x20, count: shift) + Data(bytes)
            return String(text.base64EncodedString().dropFirst(4).dropLast(4))
        }
        let hexadecimal = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return [declared, passed, undeclared, hexadecimal, "canary%2F%2Bdeclared"] + base64
    }()

    private func prepare(_ scratch: Scratch) throws {
        for folder in ["workspace", "workspace/runbooks", "workspace/runbooks/bin", "secrets"] {
            try FileManager.default.createDirectory(
                atPath: scratch.path(folder), withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755]
            )
        }
        try write(Self.workspace, scratch.path("workspace/runbooks/shop.yaml"), 0o644)
        try write(Self.tool, scratch.path("workspace/runbooks/bin/tool"), 0o755)
        try write("api_key: \(Self.undeclared)\n", scratch.path("settings"), 0o644)
        let tell = "#!/bin/sh\necho \"$1 $2\" >> '\(scratch.path("workspace/told"))'\n"
        try write(tell, scratch.path("workspace/runbooks/bin/tell"), 0o755)
        try write(Self.declared + "\n", scratch.path("secrets/TOKEN"), 0o600)
    }

    private func write(_ text: String, _ path: String, _ mode: Int) throws {
        try text.write(toFile: path, atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    private func text(_ path: String) throws -> String {
        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }
}
