import Testing

@testable import HandrailCore

/// What an engine is made of where there is much of it: nothing is moved or copied all at once, and nothing is different for it.
@Suite struct LargeStateTests {
    private static func engine(alerts: Int, text: String = "") -> Engine {
        var engine = Engine(workspace: Workspace(correlation: Correlation(group: Correlation.Group(entity: ["zone"]))))
        let alerts = (0..<alerts).map {
            Sample.firing(["alertname": "A", "zone": "z", "number": "\($0)", "text": text], since: 99)
        }
        engine.receive(Delivery(receivedAt: Sample.at(100), source: "test", alerts: alerts, isAuthenticated: true)) {
            _ in
        }
        return engine
    }

    private static func pieces(of snapshot: EngineSnapshot) -> [(incident: Int?, members: Int)] {
        snapshot.compactMap { entry in
            guard case .state(.remembered(let memory)) = entry.event else { return nil }
            return switch memory {
            case .incident(let incident): (incident.id, incident.members.count)
            case .members(let incident, let members): (incident, members.count)
            case .mode, .alert, .run, .assumedRun, .ledger, .storm, .paused, .quarantined, .handled: nil
            }
        }
    }

    /// One piece of all of them would be a hundred megabytes in a storm.
    @Test(arguments: [1, 999, 1000, 1001, 2000, 2500])
    func aLargeIncidentIsRememberedInPieces(count: Int) throws {
        let engine = Self.engine(alerts: count)
        let pieces = Self.pieces(of: engine.snapshot())
        #expect(pieces.map(\.members).reduce(0, +) == count && pieces.count == (count + 999) / 1000)
        #expect(pieces.allSatisfy { $0.incident == 1 && (1...1000).contains($0.members) })

        var restored = Engine(workspace: Workspace(correlation: engine.correlation))
        for entry in engine.snapshot() { try restored.restore(entry) }
        let (original, again) = (try #require(engine.incidents[1]), try #require(restored.incidents[1]))
        #expect(again.members.map(\.report.labels) == original.members.map(\.report.labels))
        #expect(again.firingCount == count && again.lastBeganAt == original.lastBeganAt && again.resolvedAt == nil)
        #expect(Self.pieces(of: restored.snapshot()).map(\.members) == pieces.map(\.members))
    }

    /// Nor is a piece of a few alerts that are large themselves.
    @Test func aPieceIsBoundedInBytesToo() throws {
        let engine = Self.engine(alerts: 10, text: String(repeating: "x", count: 300_000))
        #expect(Self.pieces(of: engine.snapshot()).map(\.members) == [4, 4, 2])
    }

    /// The engine copies what a snapshot shares before it changes it, and an index changes in a hundred places with each delivery.
    @Test func aSnapshotSharesNoIndexWithTheEngine() throws {
        let engine = Self.engine(alerts: 100)
        let label = try #require(engine.alerts.all.first?.alert.labels)
        let snapshot = Mirror(reflecting: engine.snapshot())
        let alerts = try #require(snapshot.descendant("engine", "alerts") as? AlertTable)
        let entities = try #require(snapshot.descendant("engine", "entities") as? EntityIndex)
        let timers = try #require(snapshot.descendant("engine", "timers") as? TimerQueue)
        #expect(alerts.count == 100 && alerts.find(label) == nil && entities.count == 0 && timers.nextDue == nil)
        #expect(engine.alerts.find(label) != nil && engine.entities.count == 1 && engine.timers.nextDue != nil)
    }

    /// Where their incident is not there something is missing.
    @Test func membersOfNoIncidentAreAnError() throws {
        var engine = Self.engine(alerts: 1)
        let report = try #require(engine.incidents[1]?.members.first?.report)
        let entry = engine.entry(.state(.remembered(.members(of: 7, [report]))))
        #expect(throws: RestoreError.self) { try engine.restore(entry) }
    }

    @Test func aCopyOfAPagedArrayStaysAsItWas() {
        var array = PagedArray(0..<1000)
        let copy = array
        for index in array.indices { array[index] += 1 }
        array.append(contentsOf: 5..<500)
        #expect(Array(copy) == Array(0..<1000))
        #expect(Array(array) == Array(1...1000) + Array(5..<500) && array.count == 1495)
        #expect(PagedArray<Int>().isEmpty && Array(array[998..<1002]) == [999, 1000, 5, 6])
    }

    @Test func incidentsAreFoundWhateverTheirOrder() {
        var table = IncidentTable()
        var random = SystemRandomNumberGenerator()
        let ids = (1...600).shuffled(using: &random)
        for id in ids { table[id] = Incident(id: id, openedAt: Sample.at(Double(id))) }
        #expect(table.keys == Array(1...600) && table.values.map(\.id) == table.keys && table.count == 600)
        table[700]?.firingCount = 3
        table[701] = nil
        #expect(table.count == 600 && table[700] == nil)
        for id in ids.prefix(550) { table[id] = nil }
        #expect(table.count == 50 && table.keys == ids.dropFirst(550).sorted())
        #expect(table.keys.allSatisfy { table[$0]?.id == $0 })
    }

    /// What a damaged journal says of an incident that is not there leaves nothing behind.
    @Test func noEntityLeadsToAnIncidentThatIsNotThere() throws {
        var engine = Self.engine(alerts: 10)
        #expect(engine.entities.count == 1)
        let merged = TimelineEvent.incidentsMerged(absorbed: 1, because: .opened)
        try engine.restore(TimelineEntry(at: Sample.at(101), incident: 99, event: merged))
        #expect(engine.entities.count == 0 && engine.incidents[1] == nil)
    }

    /// Like a dictionary of lists.
    @Test(arguments: 1...10)
    func entitiesLeadToTheirIncidents(seed: Int) {
        var random = Random(state: UInt64(seed))
        var (index, expected) = (EntityIndex(), [Incident.EntityKey: [Int]]())
        var before = index
        for round in 0..<6000 {
            let number = Int.random(in: 0..<500, using: &random)
            // Few have more than one; those that do have up to four.
            let id = number < 20 ? Int.random(in: 1...4, using: &random) : number
            let key = Incident.EntityKey(name: "instance", value: ExactText("host-\(number)"))
            if round == 3000 { before = index }
            if Int.random(in: 0..<3, using: &random) > 0 {
                let isNew = expected[key]?.contains(id) != true
                let wasNew = index.insert(id, key)
                #expect(wasNew == isNew)
                if isNew { expected[key, default: []].append(id) }
            } else {
                index.remove(id, key)
                expected[key]?.removeAll { $0 == id }
                if expected[key]?.isEmpty == true { expected[key] = nil }
            }
            var found: [Int] = []
            index.forEachIncident(of: key) { found.append($0) }
            #expect(found == expected[key] ?? [])
        }
        #expect(index.count == expected.count && !expected.isEmpty)
        for (key, ids) in expected { for id in ids { index.remove(id, key) } }
        #expect(index.count == 0 && before.count > 100, "a copy stays as it was")
        let accented = Incident.EntityKey(name: "zone", value: "\u{E9}")
        _ = index.insert(1, accented)
        index.forEachIncident(of: Incident.EntityKey(name: "zone", value: "e\u{301}")) { _ in
            Issue.record("bytes are compared")
        }
    }

    /// Like a list that is sorted by time, and then by when a timer was set.
    @Test(arguments: 1...20)
    func timersFireInOrder(seed: Int) {
        var random = Random(state: UInt64(seed))
        var queue = TimerQueue()
        var expected: [(at: Timestamp, timer: TimerQueue.Timer)] = []
        var now = 0.0
        for number in 0..<3000 {
            if Int.random(in: 0..<3, using: &random) > 0 {
                // Mostly in order, as they are; one in a hundred is far away, and others go in front of it.
                let isFar = Int.random(in: 0..<100, using: &random) == 0
                let at = Sample.at(now + (isFar ? 10_000 : [60, 60, 60, 5].randomElement(using: &random) ?? 60))
                let timer: TimerQueue.Timer =
                    switch Int.random(in: 0..<3, using: &random) {
                    case 0: .lapseAlert(slot: number, generation: 0)
                    case 1: .forgetAlert(slot: number, generation: 0)
                    default: .judgeRun(number)
                    }
                queue.set(timer, at: at)
                let place = expected.firstIndex { $0.at > at } ?? expected.count
                expected.insert((at, timer), at: place)
            } else {
                now += Double(Int.random(in: 0..<4, using: &random))
                #expect(queue.nextDue == expected.first?.at)
                while let first = expected.first, first.at <= Sample.at(now) {
                    let fired = queue.pop(dueBy: Sample.at(now))
                    #expect(fired?.at == first.at && fired?.timer == first.timer)
                    expected.removeFirst()
                }
                #expect(queue.pop(dueBy: Sample.at(now)) == nil)
            }
        }
        while let first = expected.first {
            #expect(queue.pop(dueBy: .distantFuture)?.timer == first.timer)
            expected.removeFirst()
        }
        #expect(queue.nextDue == nil && queue.pop(dueBy: .distantFuture) == nil)
    }

    /// As they are where alerts come one after the other: over many pages, which begin and end.
    @Test func timersThatAreSetInOrderFireInOrder() {
        let expected = (0..<4000).flatMap { second -> [TimerQueue.Timer] in
            (0..<3).map { .lapseAlert(slot: second * 3 + $0, generation: 0) }
                + (0..<3).map { .forgetAlert(slot: second * 3 + $0, generation: 0) }
        }
        var queue = TimerQueue()
        var fired: [TimerQueue.Timer] = []
        for second in 0..<4000 {
            for slot in second * 3..<second * 3 + 3 {
                queue.set(.forgetAlert(slot: slot, generation: 0), at: Sample.at(Double(second) + 0.5))
                queue.set(.lapseAlert(slot: slot, generation: 0), at: Sample.at(Double(second)))
            }
            // They are two thousand seconds behind at first, and then none.
            guard second > 2000 else { continue }
            for _ in 0..<10 { queue.pop(dueBy: Sample.at(Double(second))).map { fired.append($0.timer) } }
        }
        #expect(fired == Array(expected.prefix(fired.count)) && fired.count > 19_000)
        while let next = queue.pop(dueBy: .distantFuture) { fired.append(next.timer) }
        #expect(fired == expected && queue.nextDue == nil)
    }

    private struct Random: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 29
        }
    }
}
