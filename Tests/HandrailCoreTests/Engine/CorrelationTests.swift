import CEL
import Testing

@testable import HandrailCore

@Suite struct CorrelationTests {
    private let topology = Topology(services: [
        Topology.Service(name: "web", dependsOn: ["redis"], location: Sample.place),
        Topology.Service(name: "queue", dependsOn: ["redis"], location: Sample.place),
        Topology.Service(name: "redis", location: Sample.place),
        Topology.Service(name: "mail", location: Sample.place),
    ])

    private func workspace(
        inhibit: [Correlation.Inhibition] = [], flap: Correlation.Flap = Correlation.Flap(),
        silences: [Correlation.Silence] = []
    ) -> Workspace {
        Workspace(
            correlation: Correlation(
                group: Correlation.Group(entity: ["service"]), flap: flap,
                storm: Correlation.Storm(servicesPercent: 100), inhibit: inhibit, silences: silences),
            topology: topology)
    }

    /// Lesson 1 of the lab: a webhook may begin with a resolved alert of an earlier incident.
    @Test func aResolvedAlertInFrontOpensNothing() {
        var transcript = Transcript(workspace())
        transcript.play(
            Sample.delivery(
                100,
                Sample.resolved(["alertname": "WorkerStuck", "worker": "3", "service": "queue"], since: 20, at: 60),
                Sample.firing(["alertname": "WorkerStuck", "worker": "2", "service": "queue"], since: 99)))
        #expect(transcript.lines == ["100.0 #1 opened WorkerStuck service=queue worker=2"])
        #expect(transcript.engine.counters.resolvedUnseen == 1)
    }

    /// Lesson 1 again: the resolve of an earlier episode does not end the one that fires now.
    @Test func aLateResolveOfAnEarlierEpisodeEndsNothing() {
        var transcript = Transcript(workspace())
        transcript.play(
            Sample.delivery(100, Sample.firing(["alertname": "A", "service": "web"], since: 99)),
            Sample.delivery(101, Sample.resolved(["alertname": "A", "service": "web"], since: 20, at: 60)))
        #expect(transcript.lines == ["100.0 #1 opened A service=web"])
        #expect(transcript.engine.counters.late == 1)
    }

    @Test func aRepeatedDeliveryIsCountedAndChangesNothing() {
        var transcript = Transcript(workspace())
        let alert = Sample.firing(["alertname": "A", "service": "web"], since: 99)
        transcript.play(Sample.delivery(100, alert), Sample.delivery(101, alert), Sample.delivery(101, alert, alert))
        #expect(transcript.lines.count == 1)
        #expect(transcript.engine.counters.duplicates == 3)
    }

    @Test func aFiringNoticeThatArrivesAfterItsResolveIsLate() {
        var transcript = Transcript(workspace())
        transcript.play(
            Sample.delivery(100, Sample.firing(["alertname": "A", "service": "web"], since: 99)),
            Sample.delivery(105, Sample.resolved(["alertname": "A", "service": "web"], since: 99, at: 104)),
            Sample.delivery(106, Sample.firing(["alertname": "A", "service": "web"], since: 99)))
        #expect(
            transcript.lines == [
                "100.0 #1 opened A service=web", "105.0 #1 alert resolved A service=web", "105.0 #1 resolved",
            ])
    }

    @Test func theClockNeverGoesBackwards() {
        var transcript = Transcript(workspace())
        transcript.play(
            Sample.delivery(100, Sample.firing(["alertname": "A", "service": "web"], since: 99)),
            Sample.delivery(50, Sample.firing(["alertname": "B", "service": "web"], since: 49)))
        #expect(transcript.lines.last == "100.0 #1 joined B service=web: same service web")
    }

    /// Lesson 7 of the lab: under the redis hang, latency came a second before RedisDown.
    @Test func theRootMayComeAfterItsSymptoms() {
        var transcript = Transcript(workspace())
        transcript.play(
            Sample.delivery(1, Sample.firing(["alertname": "HighLatency", "service": "web"], since: 1)),
            Sample.delivery(2, Sample.firing(["alertname": "RedisDown", "service": "redis"], since: 2)),
            Sample.delivery(5, Sample.firing(["alertname": "WorkerStuck", "service": "queue"], since: 5)))
        #expect(
            transcript.lines == [
                "1.0 #1 opened HighLatency service=web",
                "2.0 #1 joined RedisDown service=redis: redis to web over 1",
                "5.0 #1 joined WorkerStuck service=queue: queue to redis over 1",
            ])
    }

    @Test func anAlertThatRelatesTwoIncidentsMergesThem() {
        var transcript = Transcript(workspace())
        transcript.play(
            Sample.delivery(1, Sample.firing(["alertname": "HighLatency", "service": "web"], since: 1)),
            Sample.delivery(2, Sample.firing(["alertname": "WorkerStuck", "service": "queue"], since: 2)),
            Sample.delivery(3, Sample.firing(["alertname": "RedisDown", "service": "redis"], since: 3)))
        transcript.finish()
        #expect(
            transcript.lines == [
                "1.0 #1 opened HighLatency service=web", "2.0 #2 opened WorkerStuck service=queue",
                "3.0 #1 merged #2", "3.0 #1 joined RedisDown service=redis: redis to web over 1",
                "3.0 #1 closed with 3",
            ])
    }

    @Test func unrelatedServicesAreTwoIncidents() {
        var transcript = Transcript(workspace())
        transcript.play(
            Sample.delivery(1, Sample.firing(["alertname": "A", "service": "web"], since: 1)),
            Sample.delivery(2, Sample.firing(["alertname": "B", "service": "mail"], since: 2)))
        #expect(transcript.engine.counters.incidents == 2)
    }

    @Test func anIncidentTakesNothingAfterItsWindow() {
        var transcript = Transcript(workspace())
        transcript.play(
            Sample.delivery(1, Sample.firing(["alertname": "A", "service": "web"], since: 1)),
            Sample.delivery(121, Sample.firing(["alertname": "B", "service": "web"], since: 121)),
            Sample.delivery(242, Sample.firing(["alertname": "C", "service": "web"], since: 242)))
        #expect(transcript.lines.last == "242.0 #2 opened C service=web")
    }

    @Test func anIncidentThatIsOverIsClosedAfterTheWindow() {
        var transcript = Transcript(workspace())
        transcript.play(
            Sample.delivery(1, Sample.firing(["alertname": "A", "service": "web"], since: 1)),
            Sample.delivery(10, Sample.resolved(["alertname": "A", "service": "web"], since: 1, at: 10)))
        transcript.advance(to: 500)
        #expect(transcript.lines.last == "130.001 #1 closed with 1")
        transcript.advance(to: 5000)
        #expect(transcript.lines.count == 4)
    }

    @Test func anInhibitedAlertOpensNoIncidentUntilItsSourceResolves() throws {
        let rule = Correlation.Inhibition(
            source: try Sample.selector("RedisDown"), target: try Sample.selector("HighLatency"), equal: ["cluster"],
            location: Sample.place)
        var transcript = Transcript(workspace(inhibit: [rule]))
        transcript.play(
            Sample.delivery(1, Sample.firing(["alertname": "RedisDown", "service": "other"], since: 1)),
            Sample.delivery(2, Sample.firing(["alertname": "HighLatency", "service": "web"], since: 2)),
            Sample.delivery(9, Sample.resolved(["alertname": "RedisDown", "service": "other"], since: 1, at: 9)))
        #expect(
            transcript.lines == [
                "1.0 #1 opened RedisDown service=other", "2.0 muted HighLatency service=web",
                "9.0 #1 alert resolved RedisDown service=other", "9.0 #1 resolved",
                "9.0 unmuted HighLatency service=web", "9.0 #2 opened HighLatency service=web",
            ])
    }

    @Test func aSilenceIsHalfOpen() throws {
        let silence = Correlation.Silence(
            match: try Sample.selector("A"), from: Sample.at(0), until: Sample.at(50), because: "maintenance",
            location: Sample.place)
        var transcript = Transcript(workspace(silences: [silence]))
        transcript.play(Sample.delivery(1, Sample.firing(["alertname": "A", "service": "web"], since: 1)))
        transcript.advance(to: 60)
        #expect(
            transcript.lines == [
                "1.0 muted A service=web", "50.0 unmuted A service=web", "50.0 #1 opened A service=web",
            ])
    }

    @Test func aFlappingAlertIsDampedAndStaysOneIncident() {
        let flap = Correlation.Flap(halfLife: .seconds(600), dampAt: 1.5, releaseAt: 0.5)
        var transcript = Transcript(workspace(flap: flap))
        for round in 0..<5 {
            let began = Double(round) * 8
            transcript.play(
                Sample.delivery(began, Sample.firing(["alertname": "A", "service": "web"], since: began)),
                Sample.delivery(
                    began + 3, Sample.resolved(["alertname": "A", "service": "web"], since: began, at: began + 3)))
        }
        #expect(transcript.engine.counters.incidents == 1)
        #expect(transcript.lines.filter { $0.contains("damped") } == ["16.0 #1 damped A service=web"])
    }

    @Test func theTopologyClaimsAlertsWithoutAServiceLabel() throws {
        let claimed = Topology(services: [
            Topology.Service(name: "queue", alerts: [try Sample.selector("CrashLooping")], location: Sample.place)
        ])
        var transcript = Transcript(
            Workspace(
                correlation: Correlation(group: Correlation.Group(entity: ["service"])), topology: claimed))
        transcript.play(
            Sample.delivery(1, Sample.firing(["alertname": "WorkerStuck", "service": "queue"], since: 1)),
            Sample.delivery(2, Sample.firing(["alertname": "CrashLooping", "process": "3"], since: 2)))
        #expect(transcript.engine.counters.incidents == 1)
    }

    @Test func whatNobodyVouchesForEndsNothingThatATrustedSourceReported() {
        var transcript = Transcript(workspace())
        transcript.play(
            Sample.delivery(100, Sample.firing(["alertname": "A", "service": "web"], since: 99)),
            Sample.delivery(
                101, Sample.resolved(["alertname": "A", "service": "web"], since: 99, at: 101), isAuthenticated: false))
        #expect(transcript.lines == ["100.0 #1 opened A service=web"])
        #expect(transcript.engine.counters.distrusted == 1)
    }

    /// Alertmanager sends the earliest start where two Prometheus servers report the same alert.
    @Test func aStartThatTheSourceCorrectsDownwardsIsNoEarlierEpisode() {
        var transcript = Transcript(workspace())
        transcript.play(
            Sample.delivery(100, Sample.firing(["alertname": "A", "service": "web"], since: 99)),
            Sample.delivery(101, Sample.firing(["alertname": "A", "service": "web"], since: 96)),
            Sample.delivery(110, Sample.resolved(["alertname": "A", "service": "web"], since: 96, at: 109)))
        #expect(transcript.lines.last == "110.0 #1 resolved")
    }

    @Test func anAlertThatIsNoLongerMutedIsCountedOnce() throws {
        let rule = Correlation.Inhibition(
            source: try Sample.selector("Down"), target: try Sample.selector("A"), equal: [], location: Sample.place)
        var transcript = Transcript(workspace(inhibit: [rule]))
        transcript.play(
            Sample.delivery(1, Sample.firing(["alertname": "A", "service": "web"], since: 1)),
            Sample.delivery(2, Sample.firing(["alertname": "Down", "service": "mail"], since: 2)),
            Sample.delivery(3, Sample.resolved(["alertname": "Down", "service": "mail"], since: 2, at: 3)),
            Sample.delivery(4, Sample.resolved(["alertname": "A", "service": "web"], since: 1, at: 4)))
        #expect(transcript.lines.last == "4.0 #1 resolved")
    }

    @Test func whatFlapsSlowlyFlapsAsWell() {
        let flap = Correlation.Flap(halfLife: .seconds(3600), dampAt: 1.5, releaseAt: 0.5)
        var transcript = Transcript(workspace(flap: flap))
        for round in 0..<4 {
            let began = Double(round) * 420
            transcript.play(
                Sample.delivery(began, Sample.firing(["alertname": "A", "service": "web"], since: began)),
                Sample.delivery(
                    began + 5, Sample.resolved(["alertname": "A", "service": "web"], since: began, at: began + 5)))
        }
        #expect(transcript.lines.contains { $0.contains("damped") })
    }

    @Test func anAlertOfAnAlertListLapsesUnlessItIsRenewed() {
        func alert(until end: Double) -> Alert {
            Alert(
                labels: Sample.labels(["alertname": "A", "service": "web"]), status: .firing, startsAt: Sample.at(1),
                endsAt: Sample.at(end))
        }
        var transcript = Transcript(workspace())
        transcript.play(Sample.delivery(1, alert(until: 10)), Sample.delivery(5, alert(until: 20)))
        transcript.advance(to: 30)
        #expect(transcript.lines.last == "20.0 #1 resolved")
    }

    @Test(arguments: [1, 2, 3, 10])
    func aDenseTopologyCostsNoMoreThanItsEdges(hops: Int) {
        let layers = (0..<10).map { layer in (0..<30).map { "s\(layer)-\($0)" } }
        let services = layers.enumerated().flatMap { index, names in
            names.map { name in
                Topology.Service(
                    name: name, dependsOn: index + 1 < layers.count ? layers[index + 1] : [], location: Sample.place)
            }
        }
        let graph = ServiceGraph(topology: Topology(services: services), hops: hops)
        #expect(graph.related(to: "s0-0").count == min(299, hops == 1 ? 30 : hops * 30 + 29))
    }
}
