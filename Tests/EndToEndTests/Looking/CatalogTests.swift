import HandrailCore
import Testing

@testable import HandrailEngine

@Suite struct CatalogTests {
    @Test func aRunIsShownWithAllThatHappenedToIt() throws {
        let catalog = Catalog(Sample.beginning + (try SampleRun.succeeded()).entries)
        let run = try #require(catalog.runs[7])
        #expect(run.phase == .ended && run.state == .finished(.succeeded) && run.endedAt == Sample.at(161))
        #expect(run.events.count == 7 && run.reports.map(\.report.purpose) == [.rehearse, .perform])
        #expect(run.requests.map(\.refusal) == ["this person has approved already"])
        #expect(run.sequence == 4 && run.planDigest == String(repeating: "5a", count: 32))
        #expect(run.rehearsals.map(\.report.output) == ["workers:w2 RUNNING\n  pid 42\n"])
        let incident = try #require(catalog.incidents[1])
        #expect(incident.runs == [7] && incident.members.count == 2 && incident.phase == .open)
        #expect(incident.decisions.map(\.sequence) == [4])
    }

    @Test func aRunIsInOnePhaseAtATime() throws {
        var sample = try SampleRun.pending()
        func phase() -> CatalogRun.Phase? { Catalog(Sample.beginning + sample.entries).runs[7]?.phase }
        #expect(phase() == .pending)
        try sample.happens(.approved(by: SampleRun.ada, digest: sample.digest), at: 30)
        #expect(phase() == .pending)
        try sample.happens(.approved(by: Person("grace"), digest: sample.digest), at: 31)
        #expect(phase() == .running)
        try sample.happens(.confirmed(step: 0), at: 32)
        try sample.happens(.stepEnded(step: 0, attempt: 1, .succeeded), at: 33)
        try sample.happens(.verified(.inconclusive(because: "no fresh data")), at: 33)
        #expect(phase() == .held)
        try sample.happens(.resolved(by: SampleRun.ada, .takeOver), at: 34)
        #expect(phase() == .ended)
    }

    /// What has helped can still be undone; it is then no ended run that could be forgotten.
    @Test func aRunThatIsUndoneAfterItsEndIsNotForgotten() throws {
        var sample = try SampleRun.succeeded()
        try sample.happens(.resolved(by: SampleRun.ada, .rollBack), at: 200)
        var limits = Catalog.Limits()
        limits.endedRuns = 0
        let before = Catalog(Sample.beginning + (try SampleRun.succeeded()).entries, limits: limits)
        #expect(before.runs.isEmpty && before.forgottenRuns == 1)
        limits.endedRuns = 1
        let after = Catalog(Sample.beginning + sample.entries, limits: limits)
        #expect(after.runs[7]?.phase == .running && after.endedRuns.count == 0)
    }

    @Test func theOldestEndedRunsAreForgottenAndPinnedOnesAreNot() throws {
        var entries = Sample.beginning
        for id in 1...50 {
            var sample = SampleRun(id: id)
            try sample.happens(.decided(.deny(because: "x")), at: Double(30 + id))
            entries += sample.entries
        }
        var open = SampleRun(id: 51)
        try open.happens(.decided(.approval(open.question)), at: 100)
        entries += open.entries
        var limits = Catalog.Limits()
        limits.endedRuns = 10
        limits.pinnedRuns = [3]
        let catalog = Catalog(entries, limits: limits)
        #expect(catalog.runs.keys.sorted() == [3] + Array(41...51))
        #expect(catalog.forgottenRuns == 39)
    }

    /// The end of a large incident lists only some of its alerts.
    @Test func theMembersOfALargeIncidentAreThoseThatJoined() throws {
        let end = IncidentSummary(
            id: 1, openedAt: Sample.start, resolvedAt: Sample.at(161),
            members: Array(Sample.summary().members.prefix(1)), omittedMembers: 1, nearMisses: [])
        let closed = Sample.entry(170, .incidentClosed(end), incident: 1)
        let whole = try #require(Catalog(Sample.beginning + [closed]).incidents[1])
        #expect(whole.members.count == 2 && whole.omittedMembers == 0)
        let trimmed = try #require(Catalog([closed]).incidents[1])
        #expect(trimmed.members.count == 1 && trimmed.omittedMembers == 1)
    }

    @Test func theIncidentOfAPinnedRunIsKept() throws {
        let closed = (2...20).flatMap { id in
            [
                Sample.entry(200, .incidentOpened(Sample.backlog), incident: id),
                Sample.entry(201, .incidentClosed(Sample.summary()), incident: id),
            ]
        }
        let entries =
            Sample.beginning + (try SampleRun.succeeded()).entries
            + [Sample.entry(170, .incidentClosed(Sample.summary()), incident: 1)] + closed
        var limits = Catalog.Limits()
        limits.endedIncidents = 3
        #expect(Catalog(entries, limits: limits).incidents.keys.sorted() == [18, 19, 20])
        limits.pinnedRuns = [7]
        #expect(Catalog(entries, limits: limits).incidents.keys.sorted() == [1, 18, 19, 20])
    }

    @Test func whatAMergedIncidentHadIsTheOthers() throws {
        var entries = Sample.beginning
        entries.insert(Sample.entry(1, .incidentOpened(Sample.backlog), incident: 2), at: 2)
        entries += (try SampleRun.pending()).entries
        entries.append(Sample.entry(30, .incidentsMerged(absorbed: 1, because: .sameService("web")), incident: 2))
        let catalog = Catalog(entries)
        #expect(catalog.incidents[1]?.phase == .merged && catalog.incidents[1]?.mergedInto == 2)
        #expect(catalog.incidents[2]?.runs == [7] && catalog.runs[7]?.incident == 2)
        #expect(catalog.incidents[2]?.members.count == 3)
    }

    @Test func pausesAndQuarantinesLastUntilTheyAreEnded() throws {
        let quarantine = Quarantine(target: Sample.worker, run: 7, because: "the undo failed")
        var entries = [
            Sample.entry(
                1, .state(.request(MadeRequest(.pause(.everything, because: "x")), by: SampleRun.ada, refusal: nil))),
            Sample.entry(
                2,
                .state(
                    .request(MadeRequest(.pause(.runbook("r"), because: "x")), by: SampleRun.ada, refusal: "no role"))),
            Sample.entry(3, .state(.quarantined(quarantine))),
        ]
        #expect(Catalog(entries).pauses.keys.sorted() == [.everything])
        #expect(Catalog(entries).quarantines.count == 1)
        entries += [
            Sample.entry(4, .state(.request(MadeRequest(.resume(.everything)), by: SampleRun.ada, refusal: nil))),
            Sample.entry(
                5,
                .state(
                    .request(MadeRequest(.release(target: "worker:w2", because: "x")), by: SampleRun.ada, refusal: nil))
            ),
        ]
        #expect(Catalog(entries).pauses.isEmpty && Catalog(entries).quarantines.isEmpty)
    }

    @Test func aSnapshotTellsOfWhatBeganBeforeTheFirstEntryAndOfNothingElse() throws {
        let sample = try SampleRun.pending()
        let kept = sample.entries.compactMap { entry -> RunMemory.Event? in
            guard case .state(.run(let advance)) = entry.event else { return nil }
            return RunMemory.Event(at: entry.at, event: advance.event)
        }
        let memory = Memory.run(RunMemory(record: sample.record, planDigest: sample.digest, events: kept))
        let told = Sample.entry(50, .state(.remembered(memory)), incident: nil)

        let fresh = try #require(Catalog([told]).runs[7])
        #expect(fresh.state == sample.run.state && fresh.planDigest == sample.digest && fresh.reports.isEmpty)
        let known = try #require(Catalog(Sample.beginning + sample.entries + [told]).runs[7])
        #expect(known.reports.count == 1 && known.events.count == 2)
    }

    /// A large incident comes in pieces. Of one that is known the pieces are known, too.
    @Test func theAlertsOfALargeIncidentAreShownOnce() throws {
        func members(_ numbers: ClosedRange<Int>) -> [IncidentSummary.Member] {
            numbers.map { number in
                IncidentSummary.Member(
                    labels: Sample.labels(["alertname": "A", "number": "\(number)"]), firstSeenAt: Sample.at(1),
                    reason: .opened)
            }
        }
        func remembered(_ memory: Memory) -> TimelineEntry {
            Sample.entry(50, .state(.remembered(memory)), incident: nil)
        }
        func incident(_ id: Int, _ numbers: ClosedRange<Int>) -> TimelineEntry {
            remembered(
                .incident(
                    IncidentMemory(
                        id: id, openedAt: Sample.at(1), lastBeganAt: Sample.at(1), resolvedAt: nil,
                        members: members(numbers), matches: [], outcomes: [])))
        }
        let told = [
            incident(8, 1...3), remembered(.members(of: 8, members(4...6))),
            remembered(.members(of: 8, members(7...7))), incident(1, 1...3),
            remembered(.members(of: 1, members(4...6))), incident(9, 1...1),
            remembered(.members(of: 8, members(1...1))),
        ]
        let catalog = Catalog(Sample.beginning + told)
        #expect(catalog.incidents[8]?.members.map { $0.labels["number"] } == (1...7).map { ExactText("\($0)") })
        #expect(catalog.incidents[1]?.members.count == 2, "that was known")
        #expect(catalog.incidents[9]?.members.count == 1)
    }

    @Test func whatHasNoBeginningIsLeftOut() throws {
        let sample = try SampleRun.succeeded()
        let catalog = Catalog(Array(sample.entries.dropFirst()) + [Sample.entry(200, .incidentResolved, incident: 9)])
        #expect(catalog.runs.isEmpty && catalog.incidents.isEmpty)
    }

    @Test func aLongIncidentAndManyProbesStayBounded() throws {
        var limits = Catalog.Limits()
        limits.timelineEntries = 100
        limits.reports = 20
        var sample = try SampleRun.pending()
        for second in 0..<5000 { sample.reports(.probe, ["probe"], at: Double(30 + second)) }
        let joins = (0..<5000).map { Sample.entry(Double(30 + $0), .alertJoined(Sample.backlog, .memberBefore)) }
        let catalog = Catalog(Sample.beginning + sample.entries + joins, limits: limits)
        let run = try #require(catalog.runs[7])
        #expect(run.reports.count <= 20 && run.reports.count + run.omittedReports == 5001)
        #expect(run.reports.first?.report.purpose == .rehearse && run.reports.last?.at == Sample.at(5029))
        let incident = try #require(catalog.incidents[1])
        #expect(incident.timeline.count <= 100)
        #expect(incident.timeline.count + incident.omittedEntries == 2 + 3 + 5000)
    }

    @Test func whereTheEngineObservesARunIsAssumed() throws {
        let start = EngineStart(version: "1", mode: .observe, workspaceDigest: "w")
        let sample = SampleRun(verdict: .automatic)
        let entries =
            [Sample.entry(0, .state(.engineStarted(start)), incident: nil)] + Sample.beginning.dropFirst()
            + sample.entries + [Sample.entry(24, .runStarted(run: 7, runbook: "restart-stuck-worker"))]
        #expect(Catalog(entries).runs[7]?.phase == .running)
        let ended = Sample.entry(
            90, .runEnded(run: 7, runbook: "restart-stuck-worker", outcome: .succeeded, because: "it helped"))
        #expect(Catalog(entries + [ended]).runs[7]?.phase == .ended)
    }

    @Test func ofAJournalThatWasTrimmedTheSnapshotComesAtItsPlace() async throws {
        let sample = try SampleRun.succeeded()
        let all = Sample.beginning + sample.entries
        let codec = PlayedCodec()
        let snapshot = JournalSnapshot(
            sequence: 6,
            records: [
                codec.record(
                    of: Sample.entry(
                        26,
                        .state(
                            .remembered(
                                .run(
                                    RunMemory(
                                        record: sample.record, planDigest: sample.digest,
                                        events: [
                                            RunMemory.Event(
                                                at: Sample.at(25), event: .decided(.approval(sample.question)))
                                        ])))), incident: nil))
            ])
        let journal = PlayedJournal(records: all.map { codec.record(of: $0) }, removed: 4, snapshot: snapshot)
        let reading = try await CatalogReader(journal, codec: codec).read(after: 4)
        #expect(reading.unreadable == 0)
        let run = try #require(reading.catalog.runs[7])
        // What stands between the first entry that is kept and the snapshot is in the snapshot.
        #expect(run.events.count == 7 && run.state == .finished(.succeeded))
        #expect(run.record.decision.approval == sample.record.decision.approval)
    }

    @Test func whatThisVersionCannotReadIsCountedAndLeftOut() async throws {
        let codec = PlayedCodec()
        var records = Sample.beginning.map { codec.record(of: $0) }
        records.insert(JournalRecord(at: Sample.at(1), kind: "from.the-future", payload: Array("{}".utf8)), at: 1)
        let reading = try await CatalogReader(
            PlayedJournal(records: records, removed: 0, snapshot: nil), codec: codec
        ).read()
        #expect(reading.unreadable == 1 && reading.firstUnreadable?.sequence == 2)
        #expect(reading.catalog.incidents[1]?.members.count == 2)
    }
}

private struct PlayedJournal: JournalReading {
    let records: [JournalRecord]
    let removed: Int64
    let snapshot: JournalSnapshot?

    func entries(after sequence: Int64, limit: Int) async throws -> [JournalEntry] {
        records.enumerated().map { JournalEntry(sequence: Int64($0.offset + 1), record: $0.element, hash: []) }
            .filter { $0.sequence > max(sequence, removed) }.prefix(min(limit, 3)).map { $0 }
    }

    func foldLatestSnapshot<State: Sendable>(
        into state: State, _ take: @escaping @Sendable (inout State, JournalRecord) -> Void
    ) async throws -> (sequence: Int64, state: State)? {
        snapshot.map { ($0.sequence, $0.records.reduce(into: state, take)) }
    }
}
