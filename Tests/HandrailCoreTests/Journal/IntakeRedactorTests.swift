import Testing

@testable import HandrailCore

@Suite struct IntakeRedactorTests {
    private static let secret = "canary-7f3a"

    private static func delivery(_ labels: [(String, String)], annotations: [(String, String)] = []) -> Delivery {
        let entries = { (pairs: [(String, String)]) in
            pairs.map { Label(name: ExactText($0.0), value: ExactText($0.1)) }
        }
        let alert = Alert(
            labels: LabelSet(entries(labels), identity: AlertIdentity(ignoredLabels: ["pod"])),
            annotations: Annotations(entries(annotations)), status: .firing, startsAt: Timestamp(milliseconds: 5))
        return Delivery(
            receivedAt: Timestamp(milliseconds: 7), source: "test", alerts: [alert], truncatedAlerts: 2,
            isAuthenticated: false)
    }

    private var redactor: IntakeRedactor {
        IntakeRedactor(Redactor(secrets: [Redactor.Secret(name: "token", bytes: Array(Self.secret.utf8))]))
    }

    @Test func whatHoldsNoSecretStaysTheSameObject() throws {
        var redactor = redactor
        let delivery = Self.delivery([("alertname", "A"), ("é", "e\u{301}")], annotations: [("summary", "fine")])
        for _ in 0..<2 {
            let alert = try #require(redactor.redact(delivery).alerts.first)
            #expect(alert.labels === delivery.alerts[0].labels)
            #expect(alert.annotations === delivery.alerts[0].annotations)
        }
    }

    @Test func aSecretGoesFromLabelsAndAnnotationsAndTheRestStays() throws {
        var redactor = redactor
        let delivery = Self.delivery(
            [("alertname", "A"), ("pod", "p1"), ("url", "http://x/?t=\(Self.secret)")],
            annotations: [("summary", "is Y2FuYXJ5LTdmM2E= here"), ("other", "fine")])
        let redacted = redactor.redact(delivery)
        let alert = try #require(redacted.alerts.first)
        #expect(alert.labels["url"]?.string == "http://x/?t=[redacted]")
        #expect(alert.labels["pod"] == "p1")
        #expect(alert.annotations["summary"]?.string.contains("Y2Fu") == false)
        #expect(alert.annotations["other"] == "fine")
        #expect(alert.startsAt == Timestamp(milliseconds: 5))
        #expect(redacted.receivedAt == Timestamp(milliseconds: 7))
        #expect(redacted.truncatedAlerts == 2)
        #expect(!redacted.isAuthenticated)
        // Identity still leaves the same labels out.
        let other = redactor.redact(
            Self.delivery([("alertname", "A"), ("pod", "p2"), ("url", "http://x/?t=\(Self.secret)")]))
        #expect(other.alerts[0].labels.isSameAlert(as: alert.labels))
    }

    @Test func aCredentialThatNobodyDeclaredGoesAsWell() throws {
        var redactor = IntakeRedactor(Redactor())
        let redacted = redactor.redact(Self.delivery([("alertname", "A"), ("dsn", "postgres://ada:hunter22@db/x")]))
        #expect(redacted.alerts[0].labels["dsn"]?.string.contains("hunter22") == false)
    }

    @Test func whatPeopleWriteIsRidOfSecrets() {
        let text = "because \(Self.secret)"
        let requests: [PersonRequest] = [
            .reject(run: 1, because: text), .cancel(run: 1, because: text), .rollBack(run: 1, because: text),
            .takeOver(run: 1, because: text), .pause(.everything, because: text), .release(target: "t", because: text),
        ]
        for request in requests {
            #expect(!"\(redactor.redact(request))".contains(Self.secret))
            #expect("\(redactor.redact(request))".contains("because [redacted]"))
        }
        #expect(redactor.redact(.approve(run: 1, digest: "d")) == .approve(run: 1, digest: "d"))
        #expect(redactor.redact(.resume(.everything)) == .resume(.everything))
    }

    /// Whatever is typed is kept with the answer, and somebody pastes the wrong thing.
    @Test func whatPeopleTypeElsewhereIsRidOfSecretsToo() {
        let name = ExactText(Self.secret)
        let requests: [PersonRequest] = [
            .approve(run: 1, digest: Self.secret), .pause(.runbook(name), because: ""),
            .pause(.service(name), because: ""), .resume(.runbook(name)), .resume(.service(name)),
            .release(target: Self.secret, because: "it is fine"),
        ]
        for request in requests { #expect(!"\(redactor.redact(request))".contains(Self.secret)) }
        let harmless = PersonRequest.pause(.runbook("restart-token-service"), because: "")
        #expect(redactor.redact(harmless) == harmless)
    }

    @Test(arguments: [
        "password", "DB_PASSWORD", "apiToken", "x-api-key", "authorization", "Authorization", "cookie", "client_secret",
        "aws_secret_access_key",
    ])
    func aValueWhoseNameSaysThatItIsSecretGoes(name: String) {
        var redactor = IntakeRedactor(Redactor())
        for _ in 0..<2 {
            let delivery = Self.delivery(
                [("alertname", "A"), (name, "hunter2, and more;")], annotations: [(name, "(correct horse)")])
            let redacted = redactor.redact(delivery)
            #expect(redacted.alerts[0].labels[ExactText(name)] == "[redacted]")
            #expect(redacted.alerts[0].annotations[ExactText(name)] == "[redacted]")
            #expect(redacted.alerts[0].labels["alertname"] == "A")
        }
    }

    @Test(arguments: ["alertname", "service", "summary", "keys", "author", "passenger", "key"])
    func aValueWithAnotherNameStays(name: String) {
        var redactor = IntakeRedactor(Redactor(secrets: [.init(name: "s", bytes: Array("service".utf8))]))
        let redacted = redactor.redact(Self.delivery([(name, "hunter2")]))
        #expect(redacted.alerts[0].labels[ExactText(name)] == "hunter2")
    }

    @Test func anEmptyValueIsNoSecret() throws {
        var redactor = IntakeRedactor(Redactor())
        let delivery = Self.delivery([("alertname", "A")], annotations: [("password", "")])
        #expect(redactor.redact(delivery).alerts[0].annotations === delivery.alerts[0].annotations)
    }

    /// Without a declared secret most values are seen to hold none faster than they are found again.
    @Test func whatIsSeenAtOnceIsNotRemembered() {
        var redactor = IntakeRedactor(Redactor())
        _ = redactor.redact(Self.delivery([("alertname", "A"), ("path", "50%"), ("text", "a token: abc")]))
        #expect(redactor.rememberedCount == 2)
        let redacted = redactor.redact(Self.delivery([("alertname", "A"), ("text", "password%3Dabc")]))
        #expect(redacted.alerts[0].labels["text"] == "password%3D[redacted]")
    }

    /// In the table of two places every text pushes others out; what is said of it stays right.
    @Test func whatIsRememberedIsSaidOfTheSameTextOnly() {
        for capacity in [1, 2, 64] {
            var texts = RecentTexts(capacity: capacity)
            #expect(texts.result(of: "a") == nil && texts.count == 0)
            for number in 0..<1000 {
                let text = ExactText("text \(number % 70)")
                let found = texts.result(of: text)
                #expect(found == nil || found == ExactText("result \(number % 70)"))
                texts.remember(ExactText("result \(number % 70)"), of: text)
                #expect(texts.result(of: text) == ExactText("result \(number % 70)"))
            }
            #expect((1...capacity).contains(texts.count))
            texts.remember("composed", of: "\u{E9}")
            #expect(texts.result(of: "e\u{301}") == nil)
        }
    }

    @Test func memoryStaysBounded() {
        var redactor = IntakeRedactor(Redactor(secrets: [.init(name: "s", bytes: Array("hunter2".utf8))]))
        for number in 0..<(IntakeRedactor.rememberedValues + 10) {
            _ = redactor.redact(Self.delivery([("alertname", "A\(number)")]))
        }
        // Some share a place, and one pushes the other out.
        let expected = IntakeRedactor.rememberedValues / 2..<IntakeRedactor.rememberedValues
        #expect(expected.contains(redactor.rememberedCount), "\(redactor.rememberedCount)")
        for number in 0..<(IntakeRedactor.rememberedNames + 10) {
            _ = redactor.redact(Self.delivery([("name\(number)", "A")]))
        }
        #expect(redactor.rememberedNameCount <= IntakeRedactor.rememberedNames)
    }
}
