import HandrailFormats

@testable import HandrailCore

/// An engine that is driven at random, the journal of what it says, and the check that the one gives the other.
struct FoldWorld {
    struct Record {
        let kind: String
        let payload: [UInt8]
        let at: Timestamp
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let setting: FoldSetting
    var random: JSONTestRandom
    let alphabet: [[Label]]
    var live: Engine
    var journal: [Record] = []
    /// A snapshot, and how many records of the journal are in it.
    var snapshot: (records: [Record], count: Int)?
    /// What the engine asked for and has no answer to.
    var open: [(run: Int, effect: RunEffect)] = []
    var unsealed: [Int] = []
    /// Runs that were decided while the engine acted.
    var realRuns: Set<Int> = []

    init(seed: UInt64, _ setting: FoldSetting) {
        self.setting = setting
        random = JSONTestRandom(seed: seed)
        let letters = setting.alphabets[Int.random(in: 0..<setting.alphabets.count, using: &random)]
        alphabet = Array(letters.shuffled(using: &random).prefix(14))
        let mode = Bool.random(using: &random) || Bool.random(using: &random) ? Engine.Mode.act : .observe
        live = Engine(workspace: setting.workspace, mode: mode, keepsState: true)
        live.now = FoldSetting.start
        write(.state(.engineStarted(EngineStart(version: "1", mode: mode, workspaceDigest: "w"))))
    }

    /// - Throws: the first difference between the engine and what its journal gives.
    mutating func run(operations: Int) throws {
        for _ in 0..<operations {
            operate()
            switch Int.random(in: 0..<100, using: &random) {
            case 0...1: try check()
            case 2: takeSnapshot()
            case 3: try restart()
            default: break
            }
        }
        try check()
        try restart()
        try check()
    }

    // MARK: - The journal

    mutating func act<Result>(
        _ body: (inout Engine, @escaping (TimelineEntry) -> Void) throws -> Result
    ) rethrows -> Result {
        let entries = EntryList()
        defer { for entry in entries.entries { note(entry) } }
        return try body(&live) { entries.entries.append($0) }
    }

    private final class EntryList {
        var entries: [TimelineEntry] = []
    }

    mutating func write(_ event: TimelineEvent) {
        note(TimelineEntry(at: live.now, incident: nil, event: event))
    }

    private mutating func note(_ entry: TimelineEntry) {
        journal.append(record(entry))
        switch entry.event {
        case .decided(let decision):
            guard live.mode == .act, let run = decision.run else { return }
            unsealed.append(run)
            realRuns.insert(run)
        case .state(.run(let advance)): open += advance.effects.map { (run: advance.run, effect: $0) }
        default: break
        }
    }

    func record(_ entry: TimelineEntry) -> Record {
        let (kind, payload) = setting.codec.encode(entry)
        return Record(kind: kind, payload: payload, at: entry.at)
    }

    private func folded(_ records: some Sequence<Record>, mode: Engine.Mode) throws -> Engine {
        var engine = Engine(workspace: setting.workspace, mode: mode, keepsState: true)
        for record in records {
            do {
                try engine.restore(
                    setting.codec.decode(kind: record.kind, payload: record.payload, at: record.at))
            } catch {
                throw Failure(description: "`\(record.kind)` is not restored: \(error)")
            }
        }
        return engine
    }

    // MARK: - Checks

    mutating func settle() {
        act { engine, emit in
            engine.advance(to: engine.now, into: emit)
            engine.keepCounters(into: emit)
        }
    }

    private mutating func takeSnapshot() {
        settle()
        snapshot = (live.snapshot().map(record), journal.count)
    }

    mutating func check() throws {
        settle()
        let expected = FoldImage(live, setting.codec)
        let fromStart = try folded(journal, mode: live.mode)
        try compare(FoldImage(fromStart, setting.codec), expected, "folded from the start")
        if let (records, count) = snapshot {
            let later = try folded(records + journal.dropFirst(count), mode: live.mode)
            try compare(FoldImage(later, setting.codec), expected, "folded from a snapshot")
        }
        let again = try folded(live.snapshot().map(record), mode: live.mode)
        try compare(FoldImage(again, setting.codec), expected, "a snapshot that is restored at once")
    }

    private func compare(_ found: FoldImage, _ expected: FoldImage, _ what: String) throws {
        guard let difference = found.difference(from: expected) else { return }
        throw Failure(description: "\(what), at entry \(journal.count):\n\(difference)")
    }

    /// A crash, some time in which nothing is heard, and another engine, perhaps in the other mode.
    private mutating func restart() throws {
        let changesMode = Int.random(in: 0..<4, using: &random) == 0
        let mode: Engine.Mode = changesMode == (live.mode == .act) ? .observe : .act
        let isFromSnapshot = Bool.random(using: &random)
        let records = isFromSnapshot ? snapshot.map { $0.records + journal.dropFirst($0.count) } ?? journal : journal
        let later = live.now + .milliseconds(Int64.random(in: 0...200_000, using: &random))
        live = try folded(records, mode: mode)
        open = []
        unsealed = mode == .act ? live.runViews.filter { $0.run == nil }.map(\.id) : []
        write(.state(.engineStarted(EngineStart(version: "2", mode: mode, workspaceDigest: "w"))))
        act { engine, emit in engine.recover(at: later, into: emit) }
        // What a change of mode dropped needs no digest any more.
        unsealed = unsealed.filter { live.runView($0) != nil }
        try check()
        if mode == .act { try checkThatNothingIsAssumed() }
    }

    private func checkThatNothingIsAssumed() throws {
        for entry in live.ledger.entries where !realRuns.contains(entry.run) {
            throw Failure(description: "run \(entry.run) was only assumed, and limits count it")
        }
        for (run, active) in live.runs {
            guard case .driven = active.stage, realRuns.contains(run) else {
                throw Failure(description: "run \(run) was only assumed, and is under way")
            }
        }
    }
}
