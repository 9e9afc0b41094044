import CEL
import Testing

@Suite struct ExplanationTests {
    private func lines(_ source: String) throws -> [String] {
        try compiled(source).explain(World.facts).steps.map { step in
            switch step.outcome {
            case .value(let value): "\(step.text) = \(value)"
            case .failed(let error): "\(step.text) failed: \(error.message)"
            case .notEvaluated: "\(step.text) not evaluated"
            }
        }
    }

    @Test func eachPartIsShownWithItsValueOutermostFirst() throws {
        #expect(
            try lines("target.environment == 'production' && target.replicas > 5 && severity == 'x'") == [
                "target.environment == 'production' && target.replicas > 5 && severity == 'x' = false",
                "target.environment == 'production' = true",
                "target.environment = \"production\"",
                "target.replicas > 5 = false",
                "target.replicas = 3",
                "severity == 'x' not evaluated",
                "severity not evaluated",
            ])
    }

    @Test func aFailureIsShownWhereItHappened() throws {
        #expect(
            try lines("target.labels.zone == 'a' || true") == [
                "target.labels.zone == 'a' || true = true",
                "target.labels.zone == 'a' failed: there is no `zone`",
                "target.labels.zone failed: there is no `zone`",
            ])
    }

    @Test func bodiesOfLoopsAreLeftOut() throws {
        #expect(
            try lines("targets.exists(t, t.id == 'db-7')") == [
                "targets.exists(t, t.id == 'db-7') = true",
                #"targets = [{"id": "db-7", "environment": "production", "replicas": 3, "labels": {"tier": "gold"}}]"#,
            ])
    }

    @Test func theErrorNamesTheInnermostPlace() throws {
        let source = "1 + 2 > 1 && target.replicas / 0 == 1"
        let explanation = try compiled(source).explain(World.facts)
        guard case .failure(let error) = explanation.result else {
            Issue.record("there should be an error")
            return
        }
        #expect(error.message == "division by zero")
        let range = try #require(error.range)
        #expect(String(decoding: Array(source.utf8)[range], as: UTF8.self) == "target.replicas / 0")
    }
}
