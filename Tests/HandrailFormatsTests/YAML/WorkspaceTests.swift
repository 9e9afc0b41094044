import CEL
import HandrailCore
import HandrailFormats
import Testing

@Suite("Workspace")
struct WorkspaceTests {
    @Test
    func theExamplesOfTheDesignLoadWithoutAFinding() throws {
        let loaded = SampleFiles.load(SampleFiles.all)
        #expect(loaded.findings.map(\.rendered).joined(separator: "\n") == "")
        let workspace = try #require(loaded.workspace)
        #expect(workspace.runbooks.map(\.name) == ["restart-stuck-worker"])
        #expect(workspace.actions.count == 3 + BuiltInActions.all.count)
        #expect(workspace.roles["sre"] == ["ada", "grace"])
        #expect(workspace.correlation.dedupe.staleAfter == .seconds(1200))
        #expect(workspace.correlation.silences.count == 1)
        #expect(workspace.topology.service(named: "payments")?.alerts.count == 1)
        #expect(loaded.tests.map(\.name) == ["a stuck worker is restarted once"])
        #expect(loaded.documentCount == 10)
    }

    @Test
    func aPolicyIsReadAsItIsWritten() throws {
        let policy = try #require(SampleFiles.load(SampleFiles.all).workspace?.policies.first)
        #expect(policy.restrict.first?.approval == Approval(from: ["sre"], count: 1, expires: .seconds(1800)))
        #expect(policy.limits.first?.rate == Limit.Rate(runs: 3, window: .seconds(3600)))
        #expect(policy.limits.first?.blastRadiusPercent == 25)
        #expect(policy.freezes.first?.window == .weekly(fromMinute: 4 * 1440 + 960, toMinute: 480))
        #expect(policy.breakers.first?.per.map(\.source) == ["runbook.name"])
        #expect(policy.protected.map(\.kind) == [nil, "service"])
    }

    @Test
    func secretsAndWhoMayNotApproveAreRead() throws {
        let files = SampleFiles.all.map { file in
            (
                path: file.path,
                text: file.text.split(separator: "timeout: 1m30s", omittingEmptySubsequences: false)
                    .joined(separator: "timeout: 1m30s\nsecrets: [B_TOKEN, A1]")
                    .split(separator: "count: 1, expires", omittingEmptySubsequences: false)
                    .joined(separator: "exclude: [author], expires")
            )
        }
        let loaded = SampleFiles.load(files)
        #expect(loaded.findings.isEmpty)
        let workspace = try #require(loaded.workspace)
        #expect(workspace.actions.first { $0.name == "haproxy.scale" }?.secrets == ["A1", "B_TOKEN"])
        #expect(workspace.policies.first?.restrict.first?.approval?.excludesAuthor == true)
    }

    @Test
    func aRunbookIsReadAsItIsWritten() throws {
        let runbook = try #require(SampleFiles.load(SampleFiles.all).workspace?.runbooks.first)
        #expect(runbook.signature.when.map(\.name) == ["stuck", "queue"])
        #expect(runbook.signature.holdsFor == .seconds(20))
        #expect(runbook.signature.same == [.label("queue")])
        #expect(runbook.signature.counts == ["stuck": 1])
        #expect(runbook.target.each == "stuck")
        #expect(runbook.verification?.probe?.within == .seconds(30))
        #expect(runbook.verification?.otherwise == .rollback)
        #expect(runbook.location == FileLocation(file: "runbooks/stuck.yaml", line: 1, column: 1))
    }

    @Test
    func aWarningKeepsTheWorkspaceAndAnErrorDoesNot() {
        let withoutPolicy = SampleFiles.load(SampleFiles.all.filter { !$0.path.hasSuffix("production.yaml") })
        #expect(withoutPolicy.workspace != nil)
        #expect(withoutPolicy.findings.map(\.code) == ["no-policy"])
        let withoutActions = SampleFiles.load(SampleFiles.all.filter { !$0.path.hasSuffix("actions.yaml") })
        #expect(withoutActions.workspace == nil)
        #expect(withoutActions.findings.map(\.code) == ["unknown-action", "unknown-action"])
    }

    @Test
    func aWorkspaceWithoutDocumentsIsAnError() {
        let loaded = WorkspaceLoader.load(files: [])
        #expect(loaded.workspace == nil)
        #expect(loaded.findings.map(\.code) == ["no-documents"])
    }

    @Test
    func aBrokenDocumentDoesNotHideTheFindingsOfTheOthers() {
        let text = """
            action: [unclosed
            ---
            people: x
            roles: { a: b }
            ---
            "not ended
            ---
            people: y
            rolls: {}
            """
        let codes = SampleFiles.load([("runbooks/a.yaml", text)]).findings.map(\.code)
        #expect(codes == ["yaml-syntax", "wrong-kind", "yaml-syntax", "missing-key", "unknown-key"])
    }

    @Test
    func runbooksThatWaitForEachOtherAreAFinding() {
        func runbook(_ name: String, after other: String) -> String {
            SampleFiles.runbook
                .split(separator: "restart-stuck-worker").joined(separator: name)
                .split(separator: "  within: 5m\n")
                .joined(separator: "  within: 5m\n  after: { runbook: \(other), outcome: failed }\n")
        }
        let first = "runbook: first" + runbook("", after: "second").dropFirst("runbook: ".count)
        let second = "runbook: second" + runbook("", after: "first").dropFirst("runbook: ".count)
        let files = SampleFiles.all.dropLast() + [("runbooks/1.yaml", first), ("runbooks/2.yaml", second)]
        let messages = SampleFiles.load(Array(files)).findings.map(\.message)
        #expect(messages == ["these wait for each other: `first` after `second` after `first`"])
    }

    @Test
    func whatAnUnreadableDocumentDeclaresIsNotCalledUnknown() {
        let codes = SampleFiles.load(
            SampleFiles.all.map { file in
                file.path.hasSuffix("actions.yaml") ? (path: file.path, text: "action: [") : file
            }
        ).findings.map(\.code)
        #expect(codes == ["yaml-syntax"])
    }
}
