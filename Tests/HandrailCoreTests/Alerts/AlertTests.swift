import Testing

@testable import HandrailCore

@Suite struct FingerprintTests {
    /// The first two vectors of the reference implementation (`vectors_sip128` of SipHash-2-4).
    @Test func theHashIsThatOfTheReference() {
        let key = SipHash128.Key(first: 0x0706_0504_0302_0100, second: 0x0f0e_0d0c_0b0a_0908)
        #expect(
            SipHash128.hash([], key: key) == Fingerprint(high: 0xe6a8_25ba_047f_81a3, low: 0x9302_55c7_1472_f66d))
        #expect(
            SipHash128.hash([0], key: key) == Fingerprint(high: 0x44af_996b_d8c1_87da, low: 0x45fc_229b_1159_7634))
    }

    @Test func theOrderOfLabelsDoesNotMatter() {
        #expect(
            Sample.labels(["a": "1", "b": "2"]).fingerprint == Sample.labels(["b": "2", "a": "1"]).fingerprint)
    }

    @Test func aSeparatorInsideAValueMakesAnotherAlert() {
        #expect(Sample.labels(["a": "bc"]).fingerprint != Sample.labels(["ab": "c"]).fingerprint)
    }

    @Test func canonicallyEquivalentLabelsAreTwoAlerts() {
        let composed = Sample.labels(["name": "caf\u{E9}"])
        let decomposed = Sample.labels(["name": "cafe\u{301}"])
        #expect(composed != decomposed)
        #expect(composed.fingerprint != decomposed.fingerprint)
    }

    @Test func anEmptyLabelIsAMissingLabel() {
        #expect(Sample.labels(["a": "1", "b": ""]) == Sample.labels(["a": "1"]))
    }

    @Test func ignoredLabelsAreNoPartOfTheIdentity() {
        let identity = AlertIdentity(ignoredLabels: ["pod_template_hash"])
        let first = LabelSet(
            [Label(name: "a", value: "1"), Label(name: "pod_template_hash", value: "x")], identity: identity)
        let second = LabelSet(
            [Label(name: "a", value: "1"), Label(name: "pod_template_hash", value: "y")], identity: identity)
        #expect(first.fingerprint == second.fingerprint)
        #expect(first.isSameAlert(as: second))
        #expect(first != second)
    }
}

@Suite struct TimestampTests {
    @Test func arithmeticSaturatesInsteadOfTrapping() {
        #expect(Timestamp.distantFuture + .seconds(1) == .distantFuture)
        #expect(Timestamp.distantPast - .seconds(1) == .distantPast)
        #expect((Timestamp.distantFuture - Timestamp.distantPast).milliseconds == .max)
        #expect(Duration.seconds(Int64.max).milliseconds == .max)
    }

    @Test(arguments: [
        (0, "0s"), (500, "500ms"), (20_000, "20s"), (5_400_000, "1h30m"), (90_061_001, "1d1h1m1s1ms"), (-1000, "-1s"),
    ])
    func durationsAreWrittenAsInTheFiles(milliseconds: Int64, words: String) {
        #expect(Duration.milliseconds(milliseconds).inWords == words)
    }
}

@Suite struct AlertClockTests {
    @Test func anOldAlertIsCreditedWithTheLatenessAtMost() {
        #expect(AlertClock.began(Sample.at(0), receivedAt: Sample.at(300)) == Sample.at(270))
        #expect(AlertClock.began(Sample.at(290), receivedAt: Sample.at(300)) == Sample.at(290))
    }

    @Test func anAlertFromTheFutureBeginsWhenItArrives() {
        #expect(AlertClock.began(Sample.at(900), receivedAt: Sample.at(300)) == Sample.at(300))
    }
}

@Suite struct FlapScoreTests {
    private let rule = Correlation.Flap(halfLife: .seconds(600), dampAt: 1.5, releaseAt: 0.5)

    @Test func dampingBeginsAtTheThresholdAndNotBefore() {
        var score = FlapScore()
        let first = score.firedAgain(at: Sample.at(0), rule: rule)
        let second = score.firedAgain(at: Sample.at(8), rule: rule)
        let third = score.firedAgain(at: Sample.at(16), rule: rule)
        #expect([first, second, third] == [false, true, false])
        #expect(score.isDamped)
    }

    @Test func itIsReleasedWhenThePenaltyHasDecayed() {
        var score = FlapScore()
        _ = score.firedAgain(at: Sample.at(0), rule: rule)
        _ = score.firedAgain(at: Sample.at(0), rule: rule)
        // 2 falls to 0.5 in two half-lives.
        let due = score.releaseDue(rule: rule)
        #expect(abs((due - Sample.at(1200)).milliseconds) <= 1)
        let early = score.release(at: due - .seconds(1), rule: rule)
        let onTime = score.release(at: due, rule: rule)
        #expect([early, onTime] == [false, true])
        #expect(!score.isDamped)
    }

    @Test func rareAlertsNeverDamp() {
        var score = FlapScore()
        for hour in 0..<50 {
            let isDamped = score.firedAgain(at: Sample.at(Double(hour) * 3600), rule: rule)
            #expect(!isDamped)
        }
    }
}
