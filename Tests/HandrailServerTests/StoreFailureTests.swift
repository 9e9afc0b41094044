import HandrailCore
import HandrailEngine
import Testing

@testable import HandrailServer

/// While the journal fails it is tried again and again. Nobody may take the attempt for the success.
@Suite struct StoreFailureTests {
    /// A server whose disk is full, and takes as long as a disk to say so.
    private func failing() async throws -> RunningServer {
        let running = try await RunningServer()
        while await running.conductor.isBusy { try await Task.sleep(for: .milliseconds(5)) }
        await running.journal.fail(because: "the disk is full: /secret/place", after: .milliseconds(30))
        #expect(await running.deliver(RunningServer.webhook(1))?.status == 503)
        return running
    }

    @Test func itIsNotReadyUntilSomethingIsKept() async throws {
        let running = try await failing()
        for _ in 0..<60 {
            #expect(await running.ask("GET", "/readyz")?.status == 503)
            let metrics = await running.ask("GET", "/metrics", token: running.tokens[.viewer])
            #expect(metrics?.text.contains("handrail_store_up 0\n") == true)
        }
        await running.journal.fail(because: nil)
        while await running.ask("GET", "/readyz")?.status != 200 { try await Task.sleep(for: .milliseconds(5)) }
        #expect(await running.deliver(RunningServer.webhook(1))?.status == 200)
        try await running.stop()
    }

    /// Nothing is lost by it but time, at the next start. Somebody should know nevertheless.
    @Test func aSnapshotThatIsNotSavedIsCounted() async throws {
        let running = try await RunningServer()
        await running.journal.refuseSnapshots()
        #expect(await running.conductor.snapshotFailureCount == 0)
        await running.conductor.stop()
        #expect(await running.conductor.snapshotFailureCount == 1)
        #expect(running.warnings.all == ["no room for a snapshot"])
        let metrics = await running.ask("GET", "/metrics", token: running.tokens[.viewer])
        #expect(metrics?.text.contains("handrail_snapshot_failures_total 1\n") == true)
        try await running.stop()
    }

    /// Each that waited would keep a whole state. Whoever stops gives up what is being saved: there is a newer one at once.
    @Test func ofSnapshotsThatWaitOnlyTheNewestIsSaved() async throws {
        let running = try await RunningServer()
        await running.journal.holdSnapshots()
        let stops = [Task { await running.conductor.stop() }]
        while await running.journal.snapshots.begun.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        let last = await running.journal.records.count + 5
        let more = (0..<5).map { _ in Task { await running.conductor.stop() } }
        while await running.journal.records.count < last { try await Task.sleep(for: .milliseconds(5)) }
        #expect(await running.conductor.isBusy == false, "nobody waits for a snapshot")
        await running.journal.release()
        for stop in stops + more { await stop.value }
        let (begun, givenUp) = await running.journal.snapshots
        #expect(begun.count == 2 && givenUp == begun.dropLast() && begun.last == Int64(last), "\(begun)")
        #expect(await running.conductor.snapshotFailureCount == 0)
        try await running.stop()
    }

    /// What a person asks for is not refused by the engine then, and no path of ours is in the answer.
    @Test func aRequestIsToldToComeAgain() async throws {
        let running = try await failing()
        for _ in 0..<30 {
            let answer = try #require(
                await running.ask(
                    "POST", "/v1/pause", token: running.tokens[.responder],
                    body: Array(#"{"scope":"everything","because":"x"}"#.utf8)))
            #expect(answer.status == 503 && answer.head.contains("Retry-After"), "\(answer.text)")
            #expect(!answer.text.contains("secret"))
        }
        try await running.stop()
    }

    /// Each attempt would let more in, and what waits to be kept would grow for as long as the disk is full.
    @Test func nothingNewIsLetIn() async throws {
        let running = try await failing()
        let before = await running.conductor.engine.counters.episodes
        for number in 1..<40 {
            #expect(await running.deliver(RunningServer.webhook(1, from: number))?.status == 503)
        }
        #expect(await running.conductor.engine.counters.episodes == before)
        try await running.stop()
    }
}
