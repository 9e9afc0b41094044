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
        #expect(
            text == #"""
                run 7   restart-stuck-worker   waits for an approval

                          incident              1, opened 1 m 24 s ago
                          bound                 stuck: WorkerStuck queue=payments worker=w2
                          on                    worker w2                          payments, staging
                                                payments has 4
                          would run             supervisorctl restart workers:w2
                          first rehearses       supervisorctl status workers:w2
                          undone by             supervisorctl stop
                          verdict               approval    production needs a person: Customers notice these
                                                  changes, policies/production.yaml:7
                          guards                rate 0 of 3 per 1h
                          not chosen            scale-out-workers: unless RedisDown fires
                          then waits until      1 alert stops firing within 2m, for 30s
                          otherwise             a person decides
                          dry-run, step 1       supervisorctl status workers:w2    58 s ago
                                                exited 0 in 120 ms
                                                | workers:w2 RUNNING
                                                |   pid 42
                          may approve           2 people of sre except the author
                          may not               linus
                          approved so far       0 of 2
                          expires               2026-11-23 16:30:24 UTC            in 29 m
                          digest                5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a

                """#)
    }

    @Test func aRunIsToldFromItsDecisionToItsEnd() throws {
        let run = try #require(catalog(SampleRun.succeeded()).runs[7])
        #expect(
            RunText(run: run, now: now).rendered == #"""
                run 7   restart-stuck-worker   incident 1, succeeded

                             runs                  supervisorctl restart workers:w2
                             first rehearses       supervisorctl status workers:w2
                             undone by             supervisorctl stop
                             verdict               approval    production needs a person: Customers notice these
                                                     changes, policies/production.yaml:7
                             asks                  2 people of sre except the author, within 30m
                             guards                rate 0 of 3 per 1h
                             not chosen            scale-out-workers: unless RedisDown fires
                             digest                5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a

                2026-11-23, times in UTC
                16:00:24  decided                  approval
                16:00:25  sealed                   asks 2 people of sre except the author until 2026-11-23 16:30:24
                16:00:26     dry-run, step 1       supervisorctl status workers:w2
                                                   exited 0 in 120 ms
                                                   | workers:w2 RUNNING
                                                   |   pid 42
                16:00:26  dry-run of step 1        succeeded
                             waits for an approval
                16:01:00  approved by ada          1 of 2
                             waits for an approval
                16:01:01  asked: approve           ada, refused: this person has approved already
                16:01:10  approved by grace
                16:01:11  step 1 begins            still allowed
                16:01:13     step 1                supervisorctl restart workers:w2
                                                   exited 0 in 120 ms
                                                   | workers:w2: stopped
                                                   standard error:
                                                   | slow
                16:01:13  step 1 ended             succeeded
                16:02:41  verified                 it helped
                          ended: succeeded

                """#)
    }

    @Test func anExplanationSaysWhyAndWhyNotTheOthers() throws {
        let entries =
            Sample.beginning + (try SampleRun.pending()).entries + [
                Sample.entry(
                    27, .notChosen(runbook: "page-somebody", because: "`restart-stuck-worker` holds the incident")),
                Sample.entry(
                    28,
                    .planRefused(
                        runbook: "move-queue", PlanRefusal("no target", at: Sample.place("runbooks/q.yaml", 3)))),
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
        #expect(
            ExplainText(now: now).run(run, trials: trials, in: catalog.incidents[1]) == #"""
                run 7   restart-stuck-worker   incident 1, pending

                16:00:24  restart-stuck-worker matched
                             bound                 stuck: WorkerStuck queue=payments worker=w2
                             on                    worker w2                          payments, staging
                             step                  supervisorctl restart workers:w2
                             first rehearses       supervisorctl status workers:w2
                             undone by             supervisorctl stop
                             verdict               approval    production needs a person: Customers notice these
                                                     changes, policies/production.yaml:7
                             asks                  2 people of sre except the author, within 30m
                             guards                rate 0 of 3 per 1h
                             not chosen            scale-out-workers: unless RedisDown fires
                             rules tried           restrict production needs a person: approval, applied
                                                     policies/production.yaml:7
                                                      target.environment == "production" = true
                                                      x failed: no such key
                16:00:27  not chosen               page-somebody: `restart-stuck-worker` holds the incident
                16:00:28  no plan                  move-queue: no target              runbooks/q.yaml:3

                """#)
        let incident = try #require(catalog.incidents[1])
        #expect(
            ExplainText(now: now).incident(incident, runs: [run], [(run.record, trials)]) == #"""
                incident 1   open   opened 2026-11-23 16:00:00 UTC, 2 alerts

                16:00:00  incident 1 opens         WorkerStuck queue=payments worker=w2
                16:00:04     joined by             QueueBacklog queue=payments        same queue, 4 s later
                16:00:24  restart-stuck-worker matches
                             bound                 stuck: WorkerStuck queue=payments worker=w2
                             on                    worker w2                          payments, staging
                             would run             supervisorctl restart workers:w2
                             first rehearses       supervisorctl status workers:w2
                             undone by             supervisorctl stop
                             verdict               approval    production needs a person: Customers notice these
                                                     changes, policies/production.yaml:7
                             asks                  2 people of sre except the author, within 30m
                             guards                rate 0 of 3 per 1h
                             not chosen            scale-out-workers: unless RedisDown fires
                16:00:27     not chosen            page-somebody: `restart-stuck-worker` holds the incident
                16:00:28  move-queue matches
                             no plan               no target                          runbooks/q.yaml:3

                rules tried for restart-stuck-worker   run 7
                             rules tried           restrict production needs a person: approval, applied
                                                     policies/production.yaml:7
                                                      target.environment == "production" = true
                                                      x failed: no such key

                runs
                          run 7                    pending                            restart-stuck-worker

                """#)
    }

    @Test func runsAndIncidentsAreListed() throws {
        var entries = Sample.beginning + (try SampleRun.pending()).entries
        entries.append(
            Sample.entry(
                50,
                .state(
                    .request(MadeRequest(.pause(.service("web"), because: "deploy")), by: SampleRun.ada, refusal: nil)))
        )
        let catalog = Catalog(entries)
        let text =
            ListText.runs(Array(catalog.runs.values), now: now, palette: .plain)
            + ListText.pending(catalog.pending, now: now, palette: .plain)
            + ListText.incidents(Array(catalog.incidents.values), now: now, palette: .plain)
            + ListText.standing(catalog, palette: .plain)
        #expect(
            text == #"""
                RUN  STATE    RUNBOOK               TARGET     INCIDENT  DECIDED
                  7  pending  restart-stuck-worker  worker w2         1  2026-11-23 16:00:24  expires in 29 m
                RUN  RUNBOOK               TARGET     INCIDENT  MAY APPROVE                        SO FAR  EXPIRES
                  7  restart-stuck-worker  worker w2         1  2 people of sre except the author  0 of 2  in 29 m
                INCIDENT  STATE  OPENED               AGE       ALERTS  FIRST ALERT                           RUNS
                       1  open   2026-11-23 16:00:00  1 m 24 s       2  WorkerStuck queue=payments worker=w2  7
                paused: service:web, by ada since 2026-11-23 16:00:50: deploy

                """#)
    }

    @Test func whatAListLeavesOutIsCounted() {
        #expect(ListText.omitted(0, older: 0) == "")
        #expect(ListText.omitted(3, older: 0) == "… and 3 more (--limit)\n")
        #expect(
            ListText.omitted(3, older: 9)
                == "… and 3 more (--limit), and 9 older ones that have ended, each to be had by its number\n")
    }

    /// An argument is what would run: nothing of it is cut where somebody decides on it.
    @Test func aLongArgumentIsShownWhole() throws {
        let long = (0..<400).map { "a\($0 % 10)" }.joined()
        let steps = [
            Sample.step(
                ["run", long], rehearsal: .argv(["rehearse", long]), undo: .argv([.text(long)], parameters: []))
        ]
        var sample = SampleRun(steps: steps)
        try sample.happens(.decided(.approval(sample.question)), at: 25)
        sample.reports(.rehearse, ["rehearse", long], at: 26)
        try sample.happens(.rehearsed(step: 0, .succeeded), at: 26)
        let shown = try pending(sample).filter { $0 != "\n" && $0 != " " }
        #expect(shown.components(separatedBy: long).count == 5)
    }

    @Test func hostileOutputNeverMakesALineOfItsOwn() throws {
        let hostile =
            "ok\u{1B}[2J\r\u{202E}\u{2028}fake\n  digest   0000\u{0}\n\t" + String(repeating: "é", count: 3000)
        let sample = try SampleRun.pending(output: hostile)
        for text in [
            try pending(sample, isFull: true), RunText(run: try #require(catalog(sample).runs[7]), now: now).rendered,
        ] {
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
        #expect(
            document.yaml == #"""
                schema: "handrail.run/1"
                run: 7
                state: "ended"
                stage: "succeeded"
                mode: "act"
                runbook: "restart-stuck-worker"
                incident: 1
                verdict: "approval"
                decidedAt: "2026-11-23T16:00:24.000Z"
                endedAt: "2026-11-23T16:02:41.000Z"
                because: null
                digest: "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a"
                targets:
                  - kind: "worker"
                    id: "w2"
                    service: "payments"
                    environment: "staging"
                steps:
                  - action: "supervisor.restart"
                    target: 0
                    argv:
                      - "supervisorctl"
                      - "restart"
                      - "workers:w2"
                    dryRun:
                      - "supervisorctl"
                      - "status"
                      - "workers:w2"
                    undo:
                      - "supervisorctl"
                      - "stop"
                reasons:
                  - rule: "production needs a person"
                    file: "policies/production.yaml"
                    line: 7
                    effect: "approval"
                    source: "restrict"
                    detail: "Customers notice these changes."
                guards:
                  - "rate 0 of 3 per 1h"
                events:
                  - at: "2026-11-23T16:00:25.000Z"
                    event: "sealed"
                    text: "sealed"
                    detail: "asks 2 people of sre except the author until 2026-11-23 16:30:24"
                    stage: "rehearsing"
                  - at: "2026-11-23T16:00:26.000Z"
                    event: "rehearsed"
                    text: "dry-run of step 1"
                    detail: "succeeded"
                    stage: "pending"
                  - at: "2026-11-23T16:01:00.000Z"
                    event: "approved"
                    text: "approved by ada"
                    detail: "1 of 2"
                    stage: "pending"
                  - at: "2026-11-23T16:01:10.000Z"
                    event: "approved"
                    text: "approved by grace"
                    detail: ""
                    stage: "checking"
                  - at: "2026-11-23T16:01:11.000Z"
                    event: "confirmed"
                    text: "step 1 begins"
                    detail: "still allowed"
                    stage: "running"
                  - at: "2026-11-23T16:01:13.000Z"
                    event: "step-ended"
                    text: "step 1 ended"
                    detail: "succeeded"
                    stage: "verifying"
                  - at: "2026-11-23T16:02:41.000Z"
                    event: "verified"
                    text: "verified"
                    detail: "it helped"
                    stage: "succeeded"
                reports:
                  - at: "2026-11-23T16:00:26.000Z"
                    step: 0
                    purpose: "rehearse"
                    attempt: 1
                    argv:
                      - "supervisorctl"
                      - "status"
                      - "workers:w2"
                    ending: "exited 0"
                    succeeded: true
                    durationMilliseconds: 120
                    output: "workers:w2 RUNNING\n  pid 42\n"
                    errorOutput: ""
                    droppedBytes: 0
                  - at: "2026-11-23T16:01:13.000Z"
                    step: 0
                    purpose: "perform"
                    attempt: 1
                    argv:
                      - "supervisorctl"
                      - "restart"
                      - "workers:w2"
                    ending: "exited 0"
                    succeeded: true
                    durationMilliseconds: 120
                    output: "workers:w2: stopped\n"
                    errorOutput: "slow\n"
                    droppedBytes: 0
                omittedReports: 0
                requests:
                  - at: "2026-11-23T16:01:01.000Z"
                    by: "ada"
                    token: null
                    request: "approve"
                    because: null
                    refusal: "this person has approved already"

                """#)
    }
}
