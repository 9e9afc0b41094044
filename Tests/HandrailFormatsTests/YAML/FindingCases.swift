import Testing

/// Each kind of finding: a change to the sample, and exactly what is said about it.
struct FindingCase: Sendable, CustomTestStringConvertible {
    /// What the change brings in.
    let name: String
    let old: String
    let new: String
    let expected: String

    var testDescription: String { name }
}

extension FindingCase {
    static let all: [FindingCase] = [
        FindingCase(
            name: "aDuplicateKey",
            old: #"""
                owner: payments-oncall
                """#,
            new: #"""
                owner: payments-oncall
                owner: x
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "anAnchor",
            old: #"""
                owner: payments-oncall
                """#,
            new: #"""
                owner: &a x
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "anAlias",
            old: #"""
                owner: payments-oncall
                """#,
            new: #"""
                owner: *a
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aTag",
            old: #"""
                owner: payments-oncall
                """#,
            new: #"""
                owner: !!str x
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aMergeKey",
            old: #"""
                owner: payments-oncall
                """#,
            new: #"""
                <<: x
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aKeyThatIsNoText",
            old: #"""
                owner: payments-oncall
                """#,
            new: #"""
                1: x
                [a]: b
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aHiddenCharacter",
            old: #"""
                payments-oncall
                """#,
            new: #"""
                pay\#u{202e}\#u{7}ments
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aTab",
            old: #"""
                owner: payments-oncall
                """#,
            new: #"""
                owner:
                \#u{9}x
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "badSyntax",
            old: #"""
                owner: payments-oncall
                """#,
            new: #"""
                owner: [a, b
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aDirective",
            old: #"""
                runbook: restart-stuck-worker

                """#,
            new: #"""
                %YAML 1.1
                ---
                runbook: restart-stuck-worker

                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "tooMuchNesting",
            old: #"""
                owner: payments-oncall
                """#,
            new: #"""
                owner: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "anUnknownKind",
            old: #"""
                runbook: restart-stuck-worker

                """#,
            new: #"""
                runbok: restart-stuck-worker

                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aKindThatIsNotFirst",
            old: #"""
                runbook: restart-stuck-worker

                """#,
            new: #"""
                priority: 1
                runbook: restart-stuck-worker

                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aBadName",
            old: #"""
                runbook: restart-stuck-worker

                """#,
            new: #"""
                runbook: restart stuck

                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "anUnknownKey",
            old: #"""
                about: Restarts a program.
                """#,
            new: #"""
                abuot: x
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aDuplicateName",
            old: #"""
                action: haproxy.scale
                effect
                """#,
            new: #"""
                action: supervisor.restart
                effect
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aNameOfABuiltInAction",
            old: #"""
                action: haproxy.scale
                effect
                """#,
            new: #"""
                action: incident.note
                effect
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aSecondCorrelation",
            old: #"""
                ---
                people: on-call
                """#,
            new: #"""
                ---
                correlation: other
                ---
                people: on-call
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aCommandLine",
            old: #"""
                run: [supervisorctl, restart, "${program}"]
                """#,
            new: #"""
                run: supervisorctl restart ${program}
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aCommandLineThatNeedsAShell",
            old: #"""
                run: [supervisorctl, restart, "${program}"]
                """#,
            new: #"""
                run: supervisorctl restart x | tee log
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "anEmptyCommand",
            old: #"""
                run: [supervisorctl, restart, "${program}"]
                """#,
            new: #"""
                run: []
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "anExecutableThatAFactChooses",
            old: #"""
                run: [supervisorctl, restart, "${program}"]
                """#,
            new: #"""
                run: ["${program}", restart]
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aShellThatReadsAFact",
            old: #"""
                run: [supervisorctl, restart, "${program}"]
                """#,
            new: #"""
                run: [sh, -c, "restart ${program}"]
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "anUnknownParameterInAnArgv",
            old: #"""
                restart, "${program}"]
                """#,
            new: #"""
                restart, "${porgram}"]
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aCaptureOutsideOfUndo",
            old: #"""
                run: [haproxy-scale, set, "${backend}", "${replicas}"]
                """#,
            new: #"""
                run: [haproxy-scale, set, "${captured.before}"]
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "anUnknownCapture",
            old: #"""
                ${captured.before}
                """#,
            new: #"""
                ${captured.befor}
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aMissingUndo",
            old: #"""
                undo: { none: a restart leaves nothing behind }

                """#,
            new: "",
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aMissingDryRun",
            old: #"""
                dry-run: [supervisorctl, status, "${program}"]

                """#,
            new: "",
            expected: #"""
                x
                """#),
        FindingCase(
            name: "anUndoWithTwoReasons",
            old: #"""
                undo: { none: a restart leaves nothing behind }
                """#,
            new: #"""
                undo: { none: a, impossible: b }
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "anUnknownEffect",
            old: #"""
                effect: disruptive
                idempotent
                """#,
            new: #"""
                effect: distruptive
                idempotent
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aBooleanThatIsNone",
            old: #"""
                idempotent: true
                """#,
            new: #"""
                idempotent: yes
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aBadDuration",
            old: #"""
                timeout: 30s
                """#,
            new: #"""
                timeout: 30 sec
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aDurationThatIsTooLong",
            old: #"""
                timeout: 30s
                """#,
            new: #"""
                timeout: 9999d
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aBadRegex",
            old: #"""
                "[a-z0-9:-]{1,64}"
                """#,
            new: #"""
                "[a-z"
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aDefaultThatDoesNotFit",
            old: #"""
                max: 64, default: 2
                """#,
            new: #"""
                max: 64, default: 65
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aKeyOfAnotherType",
            old: #"""
                max: 64, default: 2
                """#,
            new: #"""
                max: 64, pattern: x
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aParameterThatExpressionsCannotName",
            old: #"""
                backend:  {
                """#,
            new: #"""
                back-end: { type: string }
                  backend:  {
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "anUnknownAction",
            old: #"""
                - action: supervisor.restart
                """#,
            new: #"""
                - action: supervisor.restrat
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "anUnknownArgument",
            old: #"""
                with: { program: "${target.id}" }

                """#,
            new: #"""
                with: { porgram: "${target.id}" }

                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aMissingArgument",
            old: #"""
                    with: { program: "${target.id}" }

                """#,
            new: "",
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aLiteralThatDoesNotFit",
            old: #"""
                with: { program: "${target.id}" }

                """#,
            new: #"""
                with: { program: "Workers 2" }

                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "anUnknownFact",
            old: #"""
                with: { program: "${target.id}" }

                """#,
            new: #"""
                with: { program: "a${target.ident}" }

                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "anUnknownPatternInEach",
            old: #"""
                each: stuck
                """#,
            new: #"""
                each: stukc
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "anUnknownPatternInResolved",
            old: #"""
                resolved: [stuck, queue]
                """#,
            new: #"""
                resolved: [stuck, que]
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "anUnknownPatternInCount",
            old: #"""
                count: { stuck: 1 }
                """#,
            new: #"""
                count: { stick: 1 }
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "anUnknownPatternInOrder",
            old: #"""
                count: { stuck: 1 }
                """#,
            new: #"""
                order: [stuck, cause]
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "anUnknownPatternInSame",
            old: #"""
                same: [queue]
                """#,
            new: #"""
                same: [{ stuck: worker, crash: process }]
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "anUnknownPatternInWhere",
            old: #"""
                where: stuck.labels.queue
                """#,
            new: #"""
                where: stack.labels.queue
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aConditionThatIsNoCondition",
            old: #"""
                where: stuck.labels.queue != "manual"
                """#,
            new: #"""
                where: stuck.labels.queue
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aConditionInABlock",
            old: #"""
                where: stuck.labels.queue != "manual"
                """#,
            new: #"""
                where: |
                    stuck.labels.queue != "manual"
                    && stuck.lables.worker != ""
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aSelectorWithoutQuotes",
            old: #"""
                WorkerStuck{severity=~"warning|critical"}
                """#,
            new: #"""
                WorkerStuck{severity=critical}
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aSelectorWithABadOperator",
            old: #"""
                WorkerStuck{severity=~"warning|critical"}
                """#,
            new: #"""
                WorkerStuck{severity=="critical"}
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aSelectorWithABadRegex",
            old: #"""
                WorkerStuck{severity=~"warning|critical"}
                """#,
            new: #"""
                WorkerStuck{severity=~"warning(?=x)"}
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aSelectorThatSelectsEverything",
            old: #"""
                queue: QueueBacklog
                """#,
            new: #"""
                queue: '{}'
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aSelectorThatAcceptsAMissingLabel",
            old: #"""
                queue: QueueBacklog
                """#,
            new: #"""
                queue: '{severity=~".*"}'
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aSelectorThatContradictsItself",
            old: #"""
                queue: QueueBacklog
                """#,
            new: #"""
                queue: 'QueueBacklog{a="1", a="2"}'
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aSelectorWithAFixedValueThatARegexRefuses",
            old: #"""
                queue: QueueBacklog
                """#,
            new: #"""
                queue: 'QueueBacklog{a="1", a=~"[2-9]"}'
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "anUnknownRunbookInAfter",
            old: #"""
                  within: 5m

                """#,
            new: #"""
                  within: 5m
                  after: { runbook: restart-worker, outcome: failed }

                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "anEscalationLoop",
            old: #"""
                  within: 5m

                """#,
            new: #"""
                  within: 5m
                  after: { runbook: restart-stuck-worker, outcome: failed }

                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aPatternNameThatExpressionsCannotUse",
            old: #"""
                queue: QueueBacklog
                """#,
            new: #"""
                queue: QueueBacklog
                    redis-down: RedisDown
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aReservedPatternName",
            old: #"""
                queue: QueueBacklog
                """#,
            new: #"""
                queue: QueueBacklog
                    target: RedisDown
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aWildcardTarget",
            old: #"""
                id: ${stuck.labels.worker}
                """#,
            new: #"""
                id: '*'
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "anUnknownServiceInATarget",
            old: #"""
                service: ${stuck.labels.queue}
                """#,
            new: #"""
                service: paymets
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aRunbookWithoutSteps",
            old: #"""
                steps:
                  - action: supervisor.restart
                    with: { program: "${target.id}" }

                """#,
            new: #"""
                steps: []

                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aProbeThatChangesSomething",
            old: #"""
                probe: { action: supervisor.is-running
                """#,
            new: #"""
                probe: { action: supervisor.restart
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aRunbookWithoutVerification",
            old: #"""
                verify:
                  probe: { action: supervisor.is-running, with: { program: "${target.id}" }, within: 30s }
                  resolved: [stuck, queue]
                  within: 2m
                  stable: 30s
                  otherwise: rollback
                """#,
            new: #"""
                priority: 1
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "anUnknownEnvironment",
            old: #"""
                target.environment == "production" &&
                """#,
            new: #"""
                target.environment == "prodution" &&
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "anUnknownField",
            old: #"""
                action.effect ==
                """#,
            new: #"""
                action.efect ==
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "anUnknownRole",
            old: #"""
                from: [sre]
                """#,
            new: #"""
                from: [sra]
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "notEnoughPeople",
            old: #"""
                from: [sre], count: 1
                """#,
            new: #"""
                from: [payments], count: 2
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "anAllowRuleThatAllowsNothing",
            old: #"""
                verdict: automatic
                restrict
                """#,
            new: #"""
                verdict: deny
                restrict
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aRuleThatRepeatsAnother",
            old: #"""
                restrict:

                """#,
            new: #"""
                restrict:
                  - { name: first, when: storm, verdict: deny }
                  - { name: second, when: storm, verdict: deny }

                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aConditionThatIsAlwaysFalse",
            old: #"""
                restrict:

                """#,
            new: #"""
                restrict:
                  - { name: first, when: "false", verdict: deny }

                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "anApprovalOfWhatIsDenied",
            old: #"""
                verdict: approval
                    approval
                """#,
            new: #"""
                verdict: deny
                    approval
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aBadRate",
            old: #"""
                rate: 3 per 1h
                """#,
            new: #"""
                rate: 3/hour
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aBadPercentage",
            old: #"""
                blast-radius: 25%
                """#,
            new: #"""
                blast-radius: 25
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aBadWindow",
            old: #"""
                Fri 16:00 - Mon 08:00
                """#,
            new: #"""
                Fri 16 to Mon 8
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "anUnknownZone",
            old: #"""
                Europe/London
                """#,
            new: #"""
                Europe/Londno
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aFreezeWithoutAWindow",
            old: #"""
                weekly: "Fri 16:00 - Mon 08:00", 
                """#,
            new: "",
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aWindowThatEndsBeforeItBegins",
            old: #"""
                until: 2026-12-02T00:00:00Z } }
                """#,
            new: #"""
                until: 2026-11-02T00:00:00Z } }
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aBadTime",
            old: #"""
                until: 2026-12-02T00:00:00Z } }
                """#,
            new: #"""
                until: tomorrow } }
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aLimitThatLimitsNothing",
            old: #"""
                rate: 3 per 1h, cooldown: 10m, concurrent: 1, blast-radius: 25% 
                """#,
            new: #"""
                otherwise: deny 
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aBreakerThatCannotOpen",
            old: #"""
                failures: 2, of: 5
                """#,
            new: #"""
                failures: 6, of: 5
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "anUnknownProtectedService",
            old: #"""
                "service:payments"]
                """#,
            new: #"""
                "service:paymnets"]
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "anUnknownServiceInDependsOn",
            old: #"""
                depends-on: [payments]
                """#,
            new: #"""
                depends-on: [paymets]
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aListThatIsNone",
            old: #"""
                depends-on: [payments]
                """#,
            new: #"""
                depends-on: payments
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "anIgnoredAlertname",
            old: #"""
                ignore-labels: [pod_template_hash]
                """#,
            new: #"""
                ignore-labels: [alertname]
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aReleaseAboveTheDamping",
            old: #"""
                damp-at: 3, release-at: 1
                """#,
            new: #"""
                damp-at: 3, release-at: 4
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aNumberOutOfRange",
            old: #"""
                hops: 1
                """#,
            new: #"""
                hops: 11
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aWholeNumberThatIsNone",
            old: #"""
                hops: 1
                """#,
            new: #"""
                hops: one
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "anEmptyRole",
            old: #"""
                payments: [linus]
                """#,
            new: #"""
                payments: []
                """#,
            expected: #"""
                x
                """#),
        FindingCase(
            name: "aTestThatPromisesNothing",
            old: #"""
                expect:
                  - { within: 60s, runbook: restart-stuck-worker, verdict: automatic }
                never:
                  - { action: haproxy.scale }
                """#,
            new: #"""
                about: nothing
                """#,
            expected: #"""
                x
                """#),
    ]
}
