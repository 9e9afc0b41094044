import Foundation
import HandrailCore
import Testing

@testable import HandrailEngine
@testable import HandrailFormats
@testable import handrail

/// What people read before they decide, and afterwards.
@Suite struct LookingTextTests {
    private let now = Sample.at(84)

    private func catalog(_ sample: SampleRun) -> Catalog { Catalog(Sample.beginning + sample.entries) }

    private func pending(_ sample: SampleRun, isFull: Bool = false) throws -> String {
        let run = try #require(catalog(sample).runs[7])
        return PendingText(
            run: run, question: try #require(run.question), incident: catalog(sample).incidents[1], now: now,
            isFull: isFull
        ).rendered
    }

    @Test func aPendingRunSaysAllThatItTakesToDecide() throws {
        let text = try pending(SampleRun.pending())
        #expect(text == "PENDING")
    }

    @Test func aRunIsToldFromItsDecisionToItsEnd() throws {
        let run = try #require(catalog(SampleRun.succeeded()).runs[7])
        #expect(RunText(run: run, now: now).rendered == "SHOW")
    }

    @Test func anExplanationSaysWhyAndWhyNotTheOthers() throws {
        let entries =
            Sample.beginning + (try SampleRun.pending()).entries + [
                Sample.entry(27, .notChosen(runbook: "page-somebody", because: "`restart-stuck-worker` holds the incident")),
                Sample.entry(
                    28, .planRefused(runbook: "move-queue", PlanRefusal("no target", at: Sample.place("runbooks/q.yaml", 3)))),
            ]
        let catalog = Catalog(entries)
        let payload = """
            {"decision":{"trials":[{"source":"restrict","rule":"production needs a person","location":{"file":"policies/\
            production.yaml","line":7,"column":3},"verdict":"approval","outcome":"applied","steps":[{"text":"target.\
            environment == \\"production\\"","value":"true"},{"text":"x","error":"no such key"},{"text":"y","notEvaluated":\
            true}]},{"of":"the future"}]}}
            """
        let trials = RecordedTrial.all(in: Array(payload.utf8))
        #expect(trials.count == 1)
        let run = try #require(catalog.runs[7])
        #expect(ExplainText(now: now).run(run, trials: trials, in: catalog.incidents[1]) == "EXPLAIN")
        let incident = try #require(catalog.incidents[1])
        #expect(
            ExplainText(now: now).incident(incident, runs: [run], [(run.record, trials)]) == "EXPLAIN INCIDENT")
    }

    @Test func runsAndIncidentsAreListed() throws {
        var entries = Sample.beginning + (try SampleRun.pending()).entries
        entries.append(
            Sample.entry(50, .state(.request(.pause(.service("web"), because: "deploy"), by: SampleRun.ada, refusal: nil))))
        let catalog = Catalog(entries)
        let text =
            ListText.runs(Array(catalog.runs.values), now: now, palette: .plain)
            + ListText.pending(catalog.pending, now: now, palette: .plain)
            + ListText.incidents(Array(catalog.incidents.values), now: now, palette: .plain)
            + ListText.standing(catalog, palette: .plain)
        #expect(text == "LISTS")
    }

    /// An argument is what would run: nothing of it is cut where somebody decides on it.
    @Test func aLongArgumentIsShownWhole() throws {
        let long = (0..<400).map { "a\($0 % 10)" }.joined()
        let steps = [Sample.step(["run", long], rehearsal: .argv(["rehearse", long]), undo: .argv([.text(long)], parameters: []))]
        var sample = SampleRun(steps: steps)
        try sample.happens(.decided(.approval(sample.question)), at: 25)
        sample.reports(.rehearse, ["rehearse", long], at: 26)
        try sample.happens(.rehearsed(step: 0, .succeeded), at: 26)
        let shown = try pending(sample).filter { $0 != "\n" && $0 != " " }
        #expect(shown.components(separatedBy: long).count == 5)
    }

    @Test func hostileOutputNeverMakesALineOfItsOwn() throws {
        let hostile = "ok\u{1B}[2J\r\u{202E}\u{2028}fake\n  digest   0000\u{0}\n\t" + String(repeating: "é", count: 3000)
        let sample = try SampleRun.pending(output: hostile)
        for text in [try pending(sample, isFull: true), RunText(run: try #require(catalog(sample).runs[7]), now: now).rendered] {
            #expect(Harmless.fault(in: text) == nil)
            #expect(text.split(separator: "\n").allSatisfy { TerminalText.width(of: String($0)) <= Page.width })
            #expect(text.split(separator: "\n").filter { $0.contains("0000") }.allSatisfy { $0.contains("|   digest") })
        }
    }

    @Test func longOutputIsCutAndSaysSo() throws {
        let sample = try SampleRun.pending(output: (1...40).map { "line \($0)\n" }.joined())
        #expect(try pending(sample).contains("… and 28 more lines (--full)"))
        #expect(try pending(sample, isFull: true).contains("| line 40"))
    }

    @Test func jsonAndYamlAreTheSameDocument() throws {
        let catalog = catalog(try SampleRun.succeeded())
        let run = try #require(catalog.runs[7])
        let incident = try #require(catalog.incidents[1])
        for document in [
            RunJSON.list([run]), RunJSON.one(run), IncidentJSON.list([incident], standing: catalog),
            IncidentJSON.explanation(incident, run: run, [(run.record, [])]),
        ] {
            #expect(YAMLText.render(try JSONValue(parsing: document.json)) == document.yaml)
        }
    }

    @Test func theDocumentOfARunIsStable() throws {
        let document = RunJSON.one(try #require(catalog(SampleRun.succeeded()).runs[7]))
        #expect(document.yaml == "DOCUMENT")
    }
}
