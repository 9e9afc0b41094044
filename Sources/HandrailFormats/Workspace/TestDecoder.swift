internal import HandrailCore

/// Checks the shape of `test:` documents.
struct TestDecoder {
    let reading: Reading

    func decode(_ document: Document) -> TestDocument? {
        let keys = ["test", "about", "play", "alerts", "expect", "never"]
        guard let fields = reading.fields(document.node, "a test", keys) else { return nil }
        if let play = fields["play"] {
            if case .scalar = play.content { _ = reading.text(play, "`play`") } else { alerts(play, "`play`") }
        } else if let inline = fields["alerts"] {
            alerts(inline, "`alerts`")
        } else {
            fields.missing("play", because: "a test plays a recording, or alerts that are written inline")
        }
        for node in reading.list(fields["expect"], "`expect`") { expectation(node, "an expectation") }
        for node in reading.list(fields["never"], "`never`") { expectation(node, "an entry of `never`") }
        if fields["expect"] == nil, fields["never"] == nil {
            fields.missing("expect", because: "a test without `expect` and `never` promises nothing")
        }
        return TestDocument(name: document.name, node: document.node)
    }

    private func alerts(_ node: YAMLNode, _ what: String) {
        for alert in reading.list(node, what) {
            let keys = ["at", "alert", "labels", "annotations", "status", "resolved"]
            _ = reading.fields(alert, "an alert", keys)
        }
    }

    private func expectation(_ node: YAMLNode, _ what: String) {
        let keys = ["within", "runbook", "verdict", "runs", "action", "target", "because"]
        guard let fields = reading.fields(node, what, keys) else { return }
        _ = reading.duration(fields["within"], "`within`")
        _ = reading.choice(fields["verdict"], "`verdict`", Verdict.self)
        for argv in reading.list(fields["runs"], "`runs`") { _ = reading.texts(argv, "an argv") }
    }
}
