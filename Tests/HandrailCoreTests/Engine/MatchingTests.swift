import CEL
import Testing

@testable import HandrailCore

@Suite struct MatchingTests {
    private func template(_ source: String, _ environment: CELEnvironment) throws -> CELTemplate {
        switch CELTemplate.compile(source, in: environment) {
        case .template(let template): return template
        case .issues(let issues): throw issues[0]
        }
    }

    /// A runbook that restarts the worker of each bound alert.
    private func runbook(
        _ name: String, _ signature: Signature, priority: Int = 0, resolvedWithin: Duration = .seconds(60)
    ) throws -> Runbook {
        let patterns = ["stuck"]
        return Runbook(
            name: name, about: "", owner: "", priority: priority, signature: signature,
            target: TargetTemplate(
                each: "stuck", kind: "worker",
                id: try template("${stuck.labels.worker}", FactDeclarations.target(patterns: patterns)),
                service: nil, location: Sample.place),
            steps: [
                Step(
                    action: "supervisor.restart",
                    arguments: [
                        StepArgument(
                            name: "program",
                            value: try template("w:${target.id}", FactDeclarations.step(patterns: patterns)),
                            location: Sample.place)
                    ], location: Sample.place)
            ],
            verification: Verification(
                probe: nil, resolved: ["stuck"], within: resolvedWithin, stable: .seconds(10), otherwise: .hold,
                location: Sample.place),
            location: Sample.place)
    }

    private func workspace(_ runbooks: [Runbook], verdict: Verdict = .automatic) throws -> Workspace {
        let parameter = Parameter(name: "program", kind: .string(Parameter.StringRule()), location: Sample.place)
        let environment = FactDeclarations.action([parameter], captured: [])
        let command = Command(
            arguments: [try template("restart", environment), try template("${program}", environment)],
            location: Sample.place)
        let action = Action(
            name: "supervisor.restart", about: "", effect: .disruptive, parameters: [parameter],
            rehearsal: .command(command), operation: .command(command), undo: .notNeeded(because: "restart"),
            timeout: .seconds(10), location: Sample.place)
        return Workspace(
            runbooks: runbooks, actions: [action],
            policies: [Policy(name: "p", defaultVerdict: verdict, location: Sample.place)],
            correlation: Correlation(
                group: Correlation.Group(entity: ["service"]), storm: Correlation.Storm(servicesPercent: 100)))
    }

    private func stuck(_ worker: String, _ seconds: Double) -> Alert {
        Sample.firing(["alertname": "WorkerStuck", "worker": worker, "service": "queue"], since: seconds)
    }

    private func decided(_ transcript: Transcript) -> [String] {
        transcript.lines.filter {
            $0.contains("restart ") || $0.contains("not chosen") || $0.contains("refused") || $0.contains("run ")
        }
    }

    @Test func aMatchRipensOnATimerAndNotWithTheNextAlert() throws {
        let signature = Signature(when: [try Sample.pattern("stuck", "WorkerStuck")], holdsFor: .seconds(20))
        var transcript = Transcript(try workspace([try runbook("restart", signature)]))
        transcript.play(Sample.delivery(100, stuck("2", 98)))
        transcript.advance(to: 200)
        #expect(
            decided(transcript) == [
                "118.0 #1 restart automatic restart w:2", "118.0 #1 run 1 started", "178.0 #1 run 1 failed",
            ])
    }

    @Test func timeInWhichABlockerFiredDoesNotCountAsHeld() throws {
        let signature = Signature(
            when: [try Sample.pattern("stuck", "WorkerStuck")], unless: [try Sample.blocker("RedisDown")],
            holdsFor: .seconds(20))
        var transcript = Transcript(try workspace([try runbook("restart", signature)]))
        transcript.play(
            Sample.delivery(100, stuck("2", 100)),
            Sample.delivery(101, Sample.firing(["alertname": "RedisDown", "service": "redis"], since: 101)),
            Sample.delivery(160, Sample.resolved(["alertname": "RedisDown", "service": "redis"], since: 101, at: 160)))
        transcript.advance(to: 185)
        #expect(decided(transcript).first == "180.0 #1 restart automatic restart w:2")
    }

    @Test func whatResolvesBeforeItRipensIsGone() throws {
        let signature = Signature(when: [try Sample.pattern("stuck", "WorkerStuck")], holdsFor: .seconds(20))
        var transcript = Transcript(try workspace([try runbook("restart", signature)]))
        transcript.play(
            Sample.delivery(100, stuck("2", 100)),
            Sample.delivery(
                110,
                Sample.resolved(["alertname": "WorkerStuck", "worker": "2", "service": "queue"], since: 100, at: 110)))
        transcript.advance(to: 1000)
        #expect(decided(transcript).isEmpty)
    }

    @Test func aMatchIsDecidedOnceWhileItLasts() throws {
        let signature = Signature(when: [try Sample.pattern("stuck", "WorkerStuck")])
        var transcript = Transcript(try workspace([try runbook("restart", signature)], verdict: .advisory))
        for second in 0..<20 { transcript.play(Sample.delivery(100 + Double(second), stuck("2", 100))) }
        #expect(decided(transcript) == ["100.0 #1 restart advisory restart w:2"])
    }

    @Test func onlyOneMutatingRunHoldsAnIncident() throws {
        let pattern = try Sample.pattern("stuck", "WorkerStuck")
        let workspace = try workspace([
            try runbook("a", Signature(when: [pattern])), try runbook("b", Signature(when: [pattern]), priority: 1),
        ])
        var transcript = Transcript(workspace)
        transcript.play(Sample.delivery(100, stuck("2", 100)))
        #expect(
            transcript.lines.dropFirst() == [
                "100.0 #1 b automatic restart w:2", "100.0 #1 run 1 started",
                "100.0 #1 not chosen a: `b` holds worker 2",
            ])
    }

    @Test func aLadderGoesUpWhenTheRungBelowFailed() throws {
        let pattern = try Sample.pattern("stuck", "WorkerStuck")
        let first = try runbook("first", Signature(when: [pattern]))
        let second = try runbook(
            "second",
            Signature(when: [pattern], after: Escalation(runbook: "first", outcome: .failed, location: Sample.place)))
        var transcript = Transcript(try workspace([first, second]))
        transcript.play(Sample.delivery(100, stuck("2", 100)))
        transcript.advance(to: 165)
        #expect(
            transcript.lines.dropFirst() == [
                "100.0 #1 first automatic restart w:2", "100.0 #1 run 1 started", "160.0 #1 run 1 failed",
                "160.0 #1 second automatic restart w:2", "160.0 #1 run 2 started",
            ])
    }

    @Test func aRunThatHelpedSucceedsOnceItsAlertsStayClear() throws {
        let signature = Signature(when: [try Sample.pattern("stuck", "WorkerStuck")])
        var transcript = Transcript(try workspace([try runbook("restart", signature)]))
        transcript.play(
            Sample.delivery(100, stuck("2", 100)),
            Sample.delivery(
                110,
                Sample.resolved(["alertname": "WorkerStuck", "worker": "2", "service": "queue"], since: 100, at: 110)))
        transcript.advance(to: 130)
        #expect(decided(transcript).last == "120.0 #1 run 1 succeeded")
    }

    /// What nobody can look over is refused, and so is what could not be written down.
    @Test func aPlanOfThousandsIsRefused() throws {
        let signature = Signature(when: [try Sample.pattern("stuck", "WorkerStuck")])
        func refusal(_ alerts: [Alert]) throws -> String? {
            var transcript = Transcript(try workspace([try runbook("restart", signature)]))
            transcript.play(Delivery(receivedAt: Sample.at(100), source: "test", alerts: alerts))
            transcript.advance(to: 400)
            #expect(!transcript.lines.contains { $0.contains("automatic") } || alerts.count <= 1000)
            return transcript.lines.first { $0.contains("refused restart") }
        }
        #expect(try refusal((1...1000).map { stuck("\($0)", 100) }) == nil)
        let targets = try refusal((1...1001).map { stuck("\($0)", 100) })
        #expect(targets?.contains("it has 1001 targets, and nobody can look over more than 1000") == true)
        let evidence = try refusal(
            (1...1500).map { number in
                let labels: KeyValuePairs<String, String> = [
                    "alertname": "WorkerStuck", "worker": "2", "service": "queue", "number": "\(number)",
                    "text": String(repeating: "x", count: 3000),
                ]
                return Sample.firing(labels, since: 100)
            })
        #expect(evidence?.contains("its signature has bound 1500 alerts with labels of 4 MiB") == true)
    }

    @Test(arguments: ["", "*", "-rf", "a\nb", "\u{202E}x", String(repeating: "A", count: 1 << 20)])
    func aTargetThatIsNotAPlainNameIsRefused(worker: String) throws {
        let signature = Signature(when: [try Sample.pattern("stuck", "WorkerStuck")])
        var transcript = Transcript(try workspace([try runbook("restart", signature)]))
        transcript.play(Sample.delivery(100, stuck(worker, 100)))
        let refused = transcript.lines.filter { $0.contains("refused restart") }
        #expect(refused.count == 1)
        #expect(refused.allSatisfy { $0.utf8.count < 400 })
    }

    /// Whatever a label holds, the number of argv elements stays what the action says.
    @Test(arguments: ["$(reboot)", "${1+1}", "a b c", "x; rm -rf /", "{{ y }}", "`id`", "'", "\"", "a,b"])
    func textFromAnAlertStaysOneArgument(worker: String) throws {
        let signature = Signature(when: [try Sample.pattern("stuck", "WorkerStuck")])
        var engine = Engine(workspace: try workspace([try runbook("restart", signature)]))
        var plans: [Plan] = []
        engine.receive(Sample.delivery(100, stuck(worker, 100))) { entry in
            if case .decided(let record) = entry.event { plans.append(record.plan) }
        }
        #expect(plans.map { $0.steps.map(\.argv) } == [[["restart", "w:" + worker]]])
    }

    @Test func anUnauthenticatedSourceNeverLeadsToAnAutomaticAction() throws {
        let signature = Signature(when: [try Sample.pattern("stuck", "WorkerStuck")])
        var transcript = Transcript(try workspace([try runbook("restart", signature)]))
        transcript.play(Sample.delivery(100, stuck("2", 100), isAuthenticated: false))
        #expect(transcript.lines.last == "100.0 #1 restart approval restart w:2")
    }

    @Test func anAlertThatTakesAnothersPlaceMustHoldByItself() throws {
        let signature = Signature(when: [try Sample.pattern("stuck", "WorkerStuck")], holdsFor: .seconds(10))
        var transcript = Transcript(try workspace([try runbook("restart", signature)]))
        transcript.play(
            Sample.delivery(100, stuck("1", 100)),
            Sample.delivery(
                109,
                Sample.resolved(["alertname": "WorkerStuck", "worker": "1", "service": "queue"], since: 100, at: 109),
                stuck("2", 109)))
        transcript.advance(to: 130)
        #expect(decided(transcript).first == "119.0 #1 restart automatic restart w:2")
    }

    @Test func underEachWhatJoinsLateIsDecidedWhenItHasHeld() throws {
        let signature = Signature(when: [try Sample.pattern("stuck", "WorkerStuck")], holdsFor: .seconds(10))
        var transcript = Transcript(try workspace([try runbook("restart", signature)], verdict: .advisory))
        transcript.play(Sample.delivery(100, stuck("1", 100)), Sample.delivery(109, stuck("2", 109)))
        transcript.advance(to: 130)
        #expect(
            decided(transcript) == [
                "110.0 #1 restart advisory restart w:1", "119.0 #1 restart advisory restart w:2",
            ])
    }

    @Test func severalAlertsOfOneTargetMakeOneTarget() throws {
        let signature = Signature(when: [try Sample.pattern("stuck", "WorkerStuck")])
        var transcript = Transcript(try workspace([try runbook("restart", signature)]))
        func alert(_ variant: String) -> Alert {
            Sample.firing(
                ["alertname": "WorkerStuck", "worker": "2", "service": "queue", "variant": variant], since: 100)
        }
        transcript.play(Sample.delivery(100, alert("a"), alert("b")))
        #expect(decided(transcript).first == "100.0 #1 restart automatic restart w:2")
    }

    /// A runbook without verification ends at once; that must not begin it again.
    @Test func aRunThatEndsAtOnceIsNotRepeatedWhileTheMatchLasts() throws {
        let full = try runbook("restart", Signature(when: [try Sample.pattern("stuck", "WorkerStuck")]))
        let bare = Runbook(
            name: full.name, about: "", owner: "", signature: full.signature, target: full.target, steps: full.steps,
            verification: nil, location: Sample.place)
        var transcript = Transcript(try workspace([bare]))
        transcript.play(Sample.delivery(100, stuck("2", 200)))
        transcript.advance(to: 1000)
        #expect(decided(transcript).filter { $0.contains("restart ") }.count == 1)
    }

    @Test func mergingKeepsTheQuestionToAPerson() throws {
        let signature = Signature(when: [try Sample.pattern("stuck", "WorkerStuck")])
        let base = try workspace([try runbook("restart", signature)], verdict: .approval)
        let related = Workspace(
            runbooks: base.runbooks, actions: base.actions, policies: base.policies,
            correlation: Correlation(
                group: Correlation.Group(entity: ["service", "rack"]), storm: Correlation.Storm(servicesPercent: 100)))
        var transcript = Transcript(related)
        transcript.play(
            Sample.delivery(90, Sample.firing(["alertname": "X", "rack": "r1"], since: 90)),
            Sample.delivery(100, stuck("2", 100)),
            Sample.delivery(110, Sample.firing(["alertname": "Y", "rack": "r1", "service": "queue"], since: 110)))
        transcript.advance(to: 120)
        #expect(transcript.lines.contains("110.0 #1 merged #2"))
        #expect(transcript.lines.count { $0.contains("restart approval") } == 1)
        #expect(!transcript.lines.contains { $0.contains("refused") })
    }

    /// Lesson 4 of the lab: a remediation raises alerts of its own.
    @Test func whatARunCausesJoinsItsIncidentAndStartsNothingUntilItHasSettled() throws {
        let signature = Signature(when: [try Sample.pattern("stuck", "WorkerStuck")])
        var transcript = Transcript(try workspace([try runbook("restart", signature)]))
        let caused = Sample.firing(["alertname": "WorkerStuck", "worker": "2", "service": "other"], since: 105)
        let elsewhere = Sample.firing(["alertname": "WorkerStuck", "worker": "9", "service": "mail"], since: 106)
        transcript.play(Sample.delivery(100, stuck("2", 99)))
        transcript.play(Sample.delivery(105, caused), Sample.delivery(106, elsewhere))
        #expect(
            transcript.lines.suffix(5) == [
                "105.0 muted WorkerStuck service=other worker=2",
                "105.0 #1 joined WorkerStuck service=other worker=2: caused by restart",
                "106.0 #2 opened WorkerStuck service=mail worker=9",
                "106.0 #2 restart automatic restart w:9", "106.0 #2 run 2 started",
            ])
        transcript.play(
            Sample.delivery(
                110,
                Sample.resolved(["alertname": "WorkerStuck", "worker": "2", "service": "queue"], since: 99, at: 109)))
        transcript.advance(to: 149)
        #expect(!transcript.lines.contains { $0.contains("unmuted") })
        transcript.advance(to: 151)
        // What lasts longer than the run's effects is an alert like any other, and still no incident of its own.
        #expect(transcript.lines.contains("150.0 #1 unmuted WorkerStuck service=other worker=2"))
        #expect(transcript.engine.counters.incidents == 2)
    }
}
