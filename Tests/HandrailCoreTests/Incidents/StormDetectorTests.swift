import Testing

@testable import HandrailCore

@Suite struct StormDetectorTests {
    private let rule = Correlation.Storm(alertsPer10s: 5, servicesPercent: 50, cooldown: .seconds(60))

    @Test func aStormBeginsWithTheAlertThatReachesTheRate() {
        var detector = StormDetector(rule: rule, services: [])
        let reasons = (0..<5).map { detector.alertBegan(service: nil, at: Sample.at(Double($0))) }
        #expect(reasons.map { $0 != nil } == [false, false, false, false, true])
        #expect(detector.isStorm)
    }

    @Test func theWindowIsHalfOpen() {
        var detector = StormDetector(rule: rule, services: [])
        for second in [0.0, 1, 2, 3, 10] { _ = detector.alertBegan(service: nil, at: Sample.at(second)) }
        #expect(!detector.isStorm)
    }

    @Test func twoServicesAreNeverAStorm() {
        var detector = StormDetector(rule: rule, services: ["a", "b", "c", "d"])
        let reasons = ["a", "b", "c"].enumerated().map { index, service in
            detector.alertBegan(service: service, at: Sample.at(Double(index) * 100))
        }
        #expect(reasons.map { $0 != nil } == [false, false, true])
    }

    @Test func servicesThatTheTopologyDoesNotKnowAreNoPartOfItsPercentage() {
        var detector = StormDetector(rule: rule, services: ["a", "b", "c", "d"])
        let reasons = ["x", "y", "z"].enumerated().map { index, service in
            detector.alertBegan(service: service, at: Sample.at(Double(index) * 100))
        }
        #expect(reasons.allSatisfy { $0 == nil })
    }

    @Test func itLastsForTheCooldownAfterTheRateWasLastReached() {
        var detector = StormDetector(rule: rule, services: [])
        for second in 0..<6 { _ = detector.alertBegan(service: nil, at: Sample.at(Double(second))) }
        let early = detector.end(at: Sample.at(64))
        let onTime = detector.end(at: Sample.at(65))
        #expect([early, onTime] == [false, true])
        #expect(!detector.isStorm)
    }

    /// Looking every cooldown would take for ever where the clock leaps, as a damaged or a hostile time makes it.
    @Test func whileTheServicesAreTooManyOnlyTheEndOfAnAlertIsWaitedFor() {
        var detector = StormDetector(rule: rule, services: ["a", "b", "c", "d"])
        for service in ["a", "b", "c"] { _ = detector.alertBegan(service: service, at: Sample.at(0)) }
        #expect(detector.isStorm && detector.nextLookAt == nil)
        #expect(!detector.end(at: .distantFuture) && detector.nextLookAt == nil)
        #expect(detector.alertEnded(service: "a", at: Sample.at(1000)) == Sample.at(1060))
        #expect(detector.alertEnded(service: "b", at: Sample.at(1001)) == nil)
        #expect(detector.nextLookAt == Sample.at(1060))
        let early = detector.end(at: Sample.at(1059))
        let onTime = detector.end(at: Sample.at(1060))
        #expect([early, onTime] == [false, true])
    }
}
