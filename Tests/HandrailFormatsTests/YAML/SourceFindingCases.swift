/// Findings about mapped sources.
extension FindingCase {
    static let sources: [FindingCase] = [
        FindingCase(
            name: "aSourceWithAnUnknownKey",
            old: "alerts: body.events",
            new: "alert5: body.events",
            expected: #"""
                policies/sources.yaml:3:1: error: unknown key `alert5`; did you mean `alerts`?
                     3 | alert5: body.events
                       | ^~~~~~
                """#),
        FindingCase(
            name: "anAlertWithAnUnknownKey",
            old: "  startsAt: event.clock",
            new: "  startAt: event.clock",
            expected: #"""
                policies/sources.yaml:13:3: error: unknown key `startAt`; did you mean `startsAt`?
                    13 |   startAt: event.clock
                       |   ^~~~~~~
                """#),
        FindingCase(
            name: "anUnknownFactInAMapping",
            old: "host: event.host",
            new: "host: evnt.host",
            expected: #"""
                policies/sources.yaml:7:11: error: unknown name `evnt`; did you mean `event`?
                     7 |     host: evnt.host
                       |           ^~~~
                """#),
        FindingCase(
            name: "anEventWhereThereIsNone",
            old: "alerts: body.events",
            new: "alerts: event.events",
            expected: #"""
                policies/sources.yaml:3:9: error: unknown name `event`
                     3 | alerts: event.events
                       |         ^~~~~
                """#),
        FindingCase(
            name: "aLabelThatIsAList",
            old: "host: event.host",
            new: "host: '[event.host]'",
            expected: #"""
                policies/sources.yaml:7:11: error: a label is a text, a number or a boolean, and this is list(dyn)
                     7 |     host: '[event.host]'
                       |           ^~~~~~~~~~~~~~
                """#),
        FindingCase(
            name: "aLabelThatIsAConstantWithoutQuotes",
            old: #"team: '"payments"'"#,
            new: "team: payments",
            expected: #"""
                policies/sources.yaml:9:11: error: unknown name `payments`
                     9 |     team: payments
                       |           ^~~~~~~~
                """#),
        FindingCase(
            name: "aLabelOfOurs",
            old: "host: event.host",
            new: "__identity__: event.host",
            expected: #"""
                policies/sources.yaml:7:5: error: a label cannot be called `__identity__`
                     7 |     __identity__: event.host
                       |     ^~~~~~~~~~~~
                """#),
        FindingCase(
            name: "anUnknownStatus",
            old: #""firing" : "resolved""#,
            new: #""firing" : "resolve""#,
            expected: #"""
                policies/sources.yaml:12:44: error: `resolve` is not a value of status, which is one of `firing`, `resolved`; did you mean `resolved`?
                    12 |   status: 'event.value == "1" ? "firing" : "resolve"'
                       |                                            ^~~~~~~~~
                """#),
        FindingCase(
            name: "aStatusThatIsABoolean",
            old: #"event.value == "1" ? "firing" : "resolved""#,
            new: #"event.value == "1""#,
            expected: #"""
                policies/sources.yaml:12:12: error: a value of type status is expected here, not one of type bool
                    12 |   status: 'event.value == "1"'
                       |            ^~~~~~~~~~~~~~~~~~
                """#),
        FindingCase(
            name: "noStatus",
            old: "\n  status: 'event.value == \"1\" ? \"firing\" : \"resolved\"'",
            new: "",
            expected: #"""
                policies/sources.yaml:5:3: error: `alert` has no `status`
                     5 |   labels:
                       |   ^~~~~~
                         = without `resolved` no alert of the source ever ends; write '"firing"' if it never says so
                """#),
        FindingCase(
            name: "aStartThatIsABoolean",
            old: "startsAt: event.clock",
            new: "startsAt: event.clock > 5",
            expected: #"""
                policies/sources.yaml:13:13: error: `startsAt` is a timestamp, an RFC 3339 text or Unix seconds, and this is bool
                    13 |   startsAt: event.clock > 5
                       |             ^~~~~~~~~~~~~~~
                """#),
        FindingCase(
            name: "eventsThatAreANumber",
            old: "alerts: body.events",
            new: "alerts: size(body)",
            expected: #"""
                policies/sources.yaml:3:9: error: `alerts` is a list of events, or one event, and this is int
                     3 | alerts: size(body)
                       |         ^~~~~~~~~~
                """#),
        FindingCase(
            name: "aMappingThatCostsTooMuch",
            old: "host: event.host",
            new: "host: body.events.map(e, body.events.map(f, body.events.map(g, g.host)))[0][0][0]",
            expected: #"""
                policies/sources.yaml:7:11: error: this may cost 536,771 steps for facts of the largest size, and 100,000 is the limit
                     7 |     host: body.events.map(e, body.events.map(f, body.events.map(g, g.host)))[0][0][0]
                       |           ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
                """#),
        FindingCase(
            name: "aSourceThatIsKnown",
            old: "source: zabbix",
            new: "source: grafana",
            expected: #"""
                policies/sources.yaml:1:9: error: `grafana` is a kind of source that is known without a mapping
                     1 | source: grafana
                       |         ^~~~~~~
                """#),
        FindingCase(
            name: "aSourceThatIsNoName",
            old: "source: zabbix",
            new: "source: my zabbix",
            expected: #"""
                policies/sources.yaml:1:9: error: the name of a source has letters, digits, `-`, `_` and `.`, and at most 100 of them
                     1 | source: my zabbix
                       |         ^~~~~~~~~
                """#),
        FindingCase(
            name: "aSourceWithoutAnAlert",
            old: "alert:\n  labels:",
            new: "alrt:\n  labels:",
            expected: #"""
                policies/sources.yaml:1:1: error: a source has no `alert`
                     1 | source: zabbix
                       | ^~~~~~
                policies/sources.yaml:4:1: error: unknown key `alrt`; did you mean `alert`?
                     4 | alrt:
                       | ^~~~
                """#),
        FindingCase(
            name: "noLabels",
            old: #"""
                  labels:
                    alertname: event.trigger
                    host: event.host
                    severity: event.severity.lowerAscii()
                    team: '"payments"'
                """#,
            new: "  labels: {}",
            expected: #"""
                policies/sources.yaml:5:11: error: `labels` has no label, and an alert is known by its labels
                     5 |   labels: {}
                       |           ^~
                """#),
    ]
}
