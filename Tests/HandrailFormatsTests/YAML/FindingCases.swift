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
                runbooks/stuck.yaml:4:1: error: key `owner` comes twice
                     4 | owner: x
                       | ^~~~~
                         = it stands on line 3 already
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
                runbooks/stuck.yaml:3:8: error: anchors are not used here: write the value where it is needed
                     3 | owner: &a x
                       |        ^~~~
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
                runbooks/stuck.yaml:3:8: error: aliases are not used here: write the value where it is needed
                     3 | owner: *a
                       |        ^~
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
                runbooks/stuck.yaml:3:8: error: tags are not used here
                     3 | owner: !!str x
                       |        ^~~~~~~
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
                runbooks/stuck.yaml:3:1: error: merge keys are not used here: write the values out
                     3 | <<: x
                       | ^~
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
                runbooks/stuck.yaml:3:1: error: the key `1` is a number and not text: quote it
                     3 | 1: x
                       | ^
                runbooks/stuck.yaml:4:1: error: a key must be text, and this is a list
                     4 | [a]: b
                       | ^~~
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
                runbooks/stuck.yaml:3:11: error: the hidden character `\u{202e}` must be written as an escape
                     3 | owner: pay\u{202e}\u{7}ments
                       |           ^~~~~~~~
                runbooks/stuck.yaml:3:12: error: the hidden character `\u{7}` must be written as an escape
                     3 | owner: pay\u{202e}\u{7}ments
                       |                   ^~~~~
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
                runbooks/stuck.yaml:4:1: error: a tab cannot indent YAML: use spaces
                     4 |     x
                       | ^~~~
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
                runbooks/stuck.yaml:4:10: error: did not find expected ',' or ']'
                     4 | signature:
                       |          ^
                         = while parsing a flow sequence that begins on line 3
                """#),
        FindingCase(
            name: "anExpressionThatIsNotQuoted",
            old: #"""
                restart, "${program}"]
                """#,
            new: #"""
                restart, ${program}]
                """#,
            expected: #"""
                runbooks/actions.yaml:8:31: error: an expression within `[\#u{2026}]` or `{\#u{2026}}` must be quoted: "${\#u{2026}}"
                     8 | run: [supervisorctl, restart, ${program}]
                       |                               ^~
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
                runbooks/stuck.yaml:1:1: error: YAML directives are not used here
                     1 | %YAML 1.1
                       | ^~~~~~~~~
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
                runbooks/stuck.yaml:3:39: error: this is nested more than 32 deep
                     3 | owner: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[
                       |                                       ^
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
                runbooks/stuck.yaml:1:1: error: `runbok` is not a kind of document; did you mean `runbook`?
                     1 | runbok: restart-stuck-worker
                       | ^~~~~~
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
                runbooks/stuck.yaml:2:1: error: the key `runbook` must come first: it says what the document is
                     2 | runbook: restart-stuck-worker
                       | ^~~~~~~
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
                runbooks/stuck.yaml:1:10: error: the name of a runbook has letters, digits, `-`, `_` and `.`, and at most 100 of them
                     1 | runbook: restart stuck
                       |          ^~~~~~~~~~~~~
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
                runbooks/actions.yaml:2:1: error: unknown key `abuot`; did you mean `about`?
                     2 | abuot: x
                       | ^~~~~
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
                runbooks/actions.yaml:21:9: error: an action called `supervisor.restart` exists already
                    21 | action: supervisor.restart
                       |         ^~~~~~~~~~~~~~~~~~
                         = it stands at runbooks/actions.yaml:1
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
                runbooks/actions.yaml:21:9: error: `incident.note` is a built-in action
                    21 | action: incident.note
                       |         ^~~~~~~~~~~~~
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
                policies/landscape.yaml:14:14: error: a workspace has one correlation document
                    14 | correlation: other
                       |              ^~~~~
                         = the first one is at policies/landscape.yaml:6
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
                runbooks/actions.yaml:8:6: error: `run` is a list of arguments, and this is a command line
                     8 | run: supervisorctl restart ${program}
                       |      ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
                         = there is no shell: each argument is one element of a list
                         = write [supervisorctl, restart, "${program}"]
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
                runbooks/actions.yaml:8:6: error: `run` is a list of arguments, and this is a command line
                     8 | run: supervisorctl restart x | tee log
                       |      ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
                         = there is no shell: each argument is one element of a list
                         = put what needs a shell into a script of its own, and run that
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
                runbooks/actions.yaml:8:6: error: `run` names no executable
                     8 | run: []
                       |      ^~
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
                runbooks/actions.yaml:8:7: error: the executable must be written out: no fact may choose what runs
                     8 | run: ["${program}", restart]
                       |       ^~~~~~~~~~~~
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
                runbooks/actions.yaml:8:7: error: a shell would read the text of an alert as a script
                     8 | run: [sh, -c, "restart ${program}"]
                       |       ^~
                         = pass the value as an argument behind the script: [sh, -c, 'echo "$1"', sh, "${value}"]
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
                runbooks/actions.yaml:8:34: error: unknown name `porgram`; did you mean `program`?
                     8 | run: [supervisorctl, restart, "${porgram}"]
                       |                                  ^~~~~~~
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
                runbooks/actions.yaml:29:30: error: unknown name `captured`
                    29 | run: [haproxy-scale, set, "${captured.before}"]
                       |                              ^~~~~~~~
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
                runbooks/actions.yaml:30:54: error: captured has no field `befor`; did you mean `before`?
                    30 | undo: [haproxy-scale, set, "${backend}", "${captured.befor}"]
                       |                                                      ^~~~~
                """#),
        FindingCase(
            name: "aMissingUndo",
            old: #"""
                undo: { none: a restart leaves nothing behind }

                """#,
            new: "",
            expected: #"""
                runbooks/actions.yaml:1:1: error: an action has no `undo`
                     1 | action: supervisor.restart
                       | ^~~~~~
                         = write an argv, {none: "why nothing needs undoing"} or {impossible: "why"}
                """#),
        FindingCase(
            name: "aMissingDryRun",
            old: #"""
                dry-run: [supervisorctl, status, "${program}"]

                """#,
            new: "",
            expected: #"""
                runbooks/actions.yaml:1:1: error: an action has no `dry-run`
                     1 | action: supervisor.restart
                       | ^~~~~~
                         = write an argv, or {none: "why it cannot be rehearsed"}
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
                runbooks/actions.yaml:9:7: error: `undo` is either `none` or `impossible`
                     9 | undo: { none: a, impossible: b }
                       |       ^~~~~~~~~~~~~~~~~~~~~~~~~~
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
                runbooks/actions.yaml:3:9: error: `effect` is `none`, `additive`, `disruptive` or `destructive`, and not `distruptive`; did you mean `disruptive`?
                     3 | effect: distruptive
                       |         ^~~~~~~~~~~
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
                runbooks/actions.yaml:4:13: error: `idempotent` is `true` or `false`, and not `yes`; did you mean `true`?
                     4 | idempotent: yes
                       |             ^~~
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
                runbooks/actions.yaml:10:10: error: `timeout` is a span of time such as `30s` or `1h30m`, and `30 sec` is none; did you mean `30s`?
                    10 | timeout: 30 sec
                       |          ^~~~~~
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
                runbooks/actions.yaml:10:10: error: `timeout` is longer than 366 days: `9999d`
                    10 | timeout: 9999d
                       |          ^~~~~
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
                runbooks/actions.yaml:6:38: error: invalid regular expression: missing ]: [a-z
                     6 |   program: { type: string, pattern: "[a-z", about: what to restart }
                       |                                      ^~~~
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
                runbooks/actions.yaml:25:56: error: the default of `replicas` is 65, outside 1 to 64
                    25 |   replicas: { type: integer, min: 1, max: 64, default: 65 }
                       |                                                        ^~
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
                runbooks/actions.yaml:25:47: error: a parameter of type `integer` has no `pattern`
                    25 |   replicas: { type: integer, min: 1, max: 64, pattern: x }
                       |                                               ^~~~~~~
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
                runbooks/actions.yaml:24:3: error: a parameter `back-end` is not a name for expressions: use letters, digits and `_`; did you mean `back_end`?
                    24 |   back-end: { type: string }
                       |   ^~~~~~~~
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
                runbooks/stuck.yaml:20:13: error: no action is called `supervisor.restrat`; did you mean `supervisor.restart`?
                    20 |   - action: supervisor.restrat
                       |             ^~~~~~~~~~~~~~~~~~
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
                runbooks/stuck.yaml:21:13: error: `supervisor.restart` has no parameter `porgram`; did you mean `program`?
                    21 |     with: { porgram: "${target.id}" }
                       |             ^~~~~~~
                """#),
        FindingCase(
            name: "aMissingArgument",
            old: #"""
                    with: { program: "${target.id}" }

                """#,
            new: "",
            expected: #"""
                runbooks/stuck.yaml:20:13: error: `supervisor.restart` needs a value for `program`
                    20 |   - action: supervisor.restart
                       |             ^~~~~~~~~~~~~~~~~~
                         = the parameter is declared at runbooks/actions.yaml:6
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
                runbooks/stuck.yaml:21:22: error: parameter `program` of `supervisor.restart` does not match `[a-z0-9:-]{1,64}`: `Workers 2`
                    21 |     with: { program: "Workers 2" }
                       |                      ^~~~~~~~~~~
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
                runbooks/stuck.yaml:21:33: error: target has no field `ident`
                    21 |     with: { program: "a${target.ident}" }
                       |                                 ^~~~~
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
                runbooks/stuck.yaml:15:9: error: the signature binds no `stukc`; did you mean `stuck`?
                    15 |   each: stukc
                       |         ^~~~~
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
                runbooks/stuck.yaml:24:21: error: the signature binds no `que`
                    24 |   resolved: [stuck, que]
                       |                     ^~~
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
                runbooks/stuck.yaml:12:12: error: the signature binds no `stick`; did you mean `stuck`?
                    12 |   count: { stick: 1 }
                       |            ^~~~~
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
                runbooks/stuck.yaml:12:18: error: the signature binds no `cause`
                    12 |   order: [stuck, cause]
                       |                  ^~~~~
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
                runbooks/stuck.yaml:9:27: error: the signature binds no `crash`
                     9 |   same: [{ stuck: worker, crash: process }]
                       |                           ^~~~~
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
                runbooks/stuck.yaml:13:10: error: unknown name `stack`; did you mean `stuck`?
                    13 |   where: stack.labels.queue != "manual"
                       |          ^~~~~
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
                runbooks/stuck.yaml:13:10: error: a value of type bool is expected here, not one of type string
                    13 |   where: stuck.labels.queue
                       |          ^~~~~~~~~~~~~~~~~~
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
                runbooks/stuck.yaml:15:14: error: group has no field `lables`; did you mean `labels`?
                    15 |     && stuck.lables.worker != ""
                       |              ^~~~~~
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
                runbooks/stuck.yaml:6:33: error: a value must be quoted; did you mean `"critical"`?
                     6 |     stuck: WorkerStuck{severity=critical}
                       |                                 ^~~~~~~~
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
                runbooks/stuck.yaml:6:32: error: unknown operator `==`; did you mean `=`?
                     6 |     stuck: WorkerStuck{severity=="critical"}
                       |                                ^~
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
                runbooks/stuck.yaml:6:34: error: invalid regular expression: invalid perl operator: (?=
                     6 |     stuck: WorkerStuck{severity=~"warning(?=x)"}
                       |                                  ^~~~~~~~~~~~~~
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
                runbooks/stuck.yaml:7:13: error: an empty selector matches every alert
                     7 |     queue: '{}'
                       |             ^~
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
                runbooks/stuck.yaml:7:13: error: at least one matcher must refuse a missing label, or the selector matches nearly every alert
                     7 |     queue: '{severity=~".*"}'
                       |             ^~~~~~~~~~~~~~~~
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
                runbooks/stuck.yaml:7:12: error: this can match no alert: `a="1"` and `a="2"` exclude each other
                     7 |     queue: 'QueueBacklog{a="1", a="2"}'
                       |            ^~~~~~~~~~~~~~~~~~~~~~~~~~~~
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
                runbooks/stuck.yaml:7:12: error: this can match no alert: `a="1"` and `a=~"[2-9]"` exclude each other
                     7 |     queue: 'QueueBacklog{a="1", a=~"[2-9]"}'
                       |            ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
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
                runbooks/stuck.yaml:11:21: error: no runbook is called `restart-worker`
                    11 |   after: { runbook: restart-worker, outcome: failed }
                       |                     ^~~~~~~~~~~~~~
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
                runbooks/stuck.yaml:11:21: error: `restart-stuck-worker` waits for itself
                    11 |   after: { runbook: restart-stuck-worker, outcome: failed }
                       |                     ^~~~~~~~~~~~~~~~~~~~
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
                runbooks/stuck.yaml:8:5: error: a pattern `redis-down` is not a name for expressions: use letters, digits and `_`; did you mean `redis_down`?
                     8 |     redis-down: RedisDown
                       |     ^~~~~~~~~~
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
                runbooks/stuck.yaml:8:5: error: a pattern cannot be called `target`: the word is taken
                     8 |     target: RedisDown
                       |     ^~~~~~
                runbooks/stuck.yaml:22:32: error: group has no field `id`
                    22 |     with: { program: "${target.id}" }
                       |                                ^~
                runbooks/stuck.yaml:24:70: error: group has no field `id`
                    24 |   probe: { action: supervisor.is-running, with: { program: "${target.id}" }, within: 30s }
                       |                                                                      ^~
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
                runbooks/stuck.yaml:17:7: error: the target's id must name one thing: empty and `*` never mean all
                    17 |   id: '*'
                       |       ^~~
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
                runbooks/stuck.yaml:18:12: error: no topology declares the service `paymets`; did you mean `payments`?
                    18 |   service: paymets
                       |            ^~~~~~~
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
                runbooks/stuck.yaml:19:8: error: a runbook has at least one step
                    19 | steps: []
                       |        ^~
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
                runbooks/stuck.yaml:23:20: error: a probe only reads, and `supervisor.restart` is `disruptive`
                    23 |   probe: { action: supervisor.restart, with: { program: "${target.id}" }, within: 30s }
                       |                    ^~~~~~~~~~~~~~~~~~
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
                runbooks/stuck.yaml:1:10: warning: runbook `restart-stuck-worker` has no `verify`, so a person approves every run
                     1 | runbook: restart-stuck-worker
                       |          ^~~~~~~~~~~~~~~~~~~~
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
                policies/production.yaml:9:33: error: `prodution` is not a value of environment, which is one of `production`, `staging`, `""`; did you mean `production`?
                     9 |     when: target.environment == "prodution" && action.effect != "none"
                       |                                 ^~~~~~~~~~~
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
                policies/production.yaml:5:18: error: action has no field `efect`; did you mean `effect`?
                     5 |     when: action.efect == "disruptive" && target.environment != "production"
                       |                  ^~~~~
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
                policies/production.yaml:11:24: error: no `people:` document declares the role `sra`; did you mean `sre`?
                    11 |     approval: { from: [sra], count: 1, expires: 30m }
                       |                        ^~~
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
                policies/production.yaml:11:42: error: 2 people must approve, and the roles have 1
                    11 |     approval: { from: [payments], count: 2, expires: 30m }
                       |                                          ^
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
                policies/production.yaml:6:14: warning: rule `routine restarts` allows nothing: `deny` is not looser than the default `approval`
                     6 |     verdict: deny
                       |              ^~~~
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
                policies/production.yaml:9:13: warning: rule `second` says what rule `first` says
                     9 |   - { name: second, when: storm, verdict: deny }
                       |             ^~~~~~
                         = that rule is at policies/production.yaml:8
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
                policies/production.yaml:8:26: warning: rule `first` never applies: its condition is always false
                     8 |   - { name: first, when: "false", verdict: deny }
                       |                          ^~~~~~~
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
                policies/production.yaml:11:5: error: nobody approves what is `deny`
                    11 |     approval: { from: [sre], count: 1, expires: 30m }
                       |     ^~~~~~~~
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
                policies/production.yaml:14:50: error: `rate` is such as `3 per 1h`, and `3/hour` is none; did you mean `3 per 1h`?
                    14 | \#u{2026}name: gentle, per: [target.service], rate: 3/hour, cooldown: 10m, concurrent: 1, blast-radius: 25% }
                       |                                             ^~~~~~
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
                policies/production.yaml:14:104: error: `blast-radius` is a whole percentage from `1%` to `100%`, and not `25`; did you mean `25%`?
                    14 | \#u{2026}ame: gentle, per: [target.service], rate: 3 per 1h, cooldown: 10m, concurrent: 1, blast-radius: 25 }
                       |                                                                                                  ^~
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
                policies/production.yaml:16:31: error: `weekly` is such as `Fri 16:00 - Mon 08:00`, and `Fri 16 to Mon 8` is none
                    16 |   - { name: weekends, weekly: "Fri 16 to Mon 8", zone: Europe/London, verdict: approval }
                       |                               ^~~~~~~~~~~~~~~~~
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
                policies/production.yaml:16:62: error: this machine knows no time zone `Europe/Londno`; did you mean `Europe/London`?
                    16 |   - { name: weekends, weekly: "Fri 16:00 - Mon 08:00", zone: Europe/Londno, verdict: approval }
                       |                                                              ^~~~~~~~~~~~~
                """#),
        FindingCase(
            name: "aFreezeWithoutAWindow",
            old: #"""
                weekly: "Fri 16:00 - Mon 08:00", 
                """#,
            new: "",
            expected: #"""
                policies/production.yaml:16:7: error: a freeze has no `weekly`
                    16 |   - { name: weekends, zone: Europe/London, verdict: approval }
                       |       ^~~~
                         = a freeze has a `weekly` window, or `between: {from, until}`
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
                policies/production.yaml:17:30: error: `until` is not after `from`
                    17 |   - { name: launch, between: { from: 2026-12-01T00:00:00Z, until: 2026-11-02T00:00:00Z } }
                       |                              ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
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
                policies/production.yaml:17:67: error: `until` is a time such as `2026-12-24T18:00:00Z`, and `tomorrow` is none
                    17 |   - { name: launch, between: { from: 2026-12-01T00:00:00Z, until: tomorrow } }
                       |                                                                   ^~~~~~~~
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
                policies/production.yaml:14:5: error: this limits nothing: write `rate`, `cooldown`, `concurrent` or `blast-radius`
                    14 |   - { name: gentle, per: [target.service], otherwise: deny }
                       |     ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
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
                policies/production.yaml:19:33: error: `failures` is more than `of`: the breaker could never open
                    19 |   - { per: [runbook], failures: 6, of: 5, verdict: approval }
                       |                                 ^
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
                policies/production.yaml:20:26: warning: no topology declares the service `paymnets`; did you mean `service:payments`?
                    20 | protect: [control-plane, "service:paymnets"]
                       |                          ^~~~~~~~~~~~~~~~~~
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
                policies/landscape.yaml:3:82: error: no topology declares the service `paymets`; did you mean `payments`?
                     3 |   checkout: { environment: production, tier: critical, replicas: 6, depends-on: [paymets] }
                       |                                                                                  ^~~~~~~
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
                policies/landscape.yaml:3:81: error: `depends-on` is a list, and this is a single value; did you mean `[payments]`?
                     3 |   checkout: { environment: production, tier: critical, replicas: 6, depends-on: payments }
                       |                                                                                 ^~~~~~~~
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
                policies/landscape.yaml:7:27: error: the label `alertname` cannot be ignored
                     7 | dedupe:  { ignore-labels: [alertname], window: 5m, stale-after: 20m }
                       |                           ^~~~~~~~~~~
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
                policies/landscape.yaml:9:52: error: `release-at` must be below `damp-at`
                     9 | flap:    { half-life: 10m, damp-at: 3, release-at: 4 }
                       |                                                    ^
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
                policies/landscape.yaml:8:82: error: `hops` must be 0 to 10
                     8 | group:   { window: 2m, life: 60m, entity: [service, job, queue, instance], hops: 11 }
                       |                                                                                  ^~
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
                policies/landscape.yaml:8:82: error: `hops` is a whole number, and `one` is none
                     8 | group:   { window: 2m, life: 60m, entity: [service, job, queue, instance], hops: one }
                       |                                                                                  ^~~
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
                policies/landscape.yaml:15:29: warning: role `payments` has nobody in it
                    15 | roles: { sre: [ada, grace], payments: [] }
                       |                             ^~~~~~~~
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
                policies/landscape.yaml:17:1: error: a test has no `expect`
                    17 | test: a stuck worker is restarted once
                       | ^~~~
                         = a test without `expect` and `never` promises nothing
                """#),
    ]
}
