import Foundation
import HandrailCore
import Testing

@testable import HandrailFormats

/// State is a fold of the journal: an engine that is made from it is the one that wrote it, in every respect that decides
/// anything. So is one that is made from a snapshot and what came after it.
///
/// `HANDRAIL_FOLD_SEEDS=1000 HANDRAIL_FOLD_FIRST=1 swift test --filter FoldTests` tries as many seeds of each setting.
@Suite("The fold of the journal")
struct FoldTests {
    enum Place: CaseIterable {
        case synthetic, repository

        func setting() throws -> FoldSetting {
            switch self {
            case .synthetic: try FoldSetting.synthetic()
            case .repository: try FoldSetting.repository(root: FoldTests.root)
            }
        }
    }

    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    private static func number(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
    }

    @Test(arguments: Place.allCases)
    func theFoldOfTheJournalIsTheEngine(place: Place) throws {
        let setting = try place.setting()
        let first = Self.number("HANDRAIL_FOLD_FIRST") ?? 1
        let seeds = Self.number("HANDRAIL_FOLD_SEEDS") ?? 6
        var kinds: Set<String> = []
        for seed in first..<first + seeds {
            var world = FoldWorld(seed: seed, setting)
            do {
                try world.run(operations: 150)
            } catch {
                Issue.record("\(place), seed \(seed): \(error)")
            }
            kinds.formUnion(world.journal.map(\.kind))
        }
        // Something happened at all.
        for kind in ["alert.renewed", "incident.merged", "match.kept", "decision.made", "run.advanced", "request.made"]
        {
            #expect(kinds.contains(kind), "\(place) has no `\(kind)`")
        }
    }

    /// They once failed.
    @Test(arguments: [(Place.synthetic, 91 as UInt64)])
    func theFoldOfTheJournalIsTheEngineAgain(place: Place, seed: UInt64) throws {
        var world = try FoldWorld(seed: seed, place.setting())
        try world.run(operations: 150)
    }

    /// A journal of another engine, of a later one, or of nobody: it is folded or refused, and an engine that comes of it works.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func aDamagedJournalIsFoldedOrRefused(seed: UInt64) throws {
        var world = try FoldWorld(seed: seed, FoldSetting.synthetic())
        try world.run(operations: 60)
        var random = JSONTestRandom(seed: seed)
        var (folded, refused) = (0, 0)
        for _ in 0..<60 {
            do {
                try world.foldDamaged(using: &random)
                folded += 1
            } catch is JournalCodecError, is RestoreError {
                refused += 1
            }
        }
        #expect(folded > 5 && refused > 5)
    }
}

extension FoldWorld {
    /// Damages a few entries of the journal and lets an engine go on from it.
    fileprivate func foldDamaged(using random: inout JSONTestRandom) throws {
        var records = snapshot.map { $0.records + journal.dropFirst($0.count) } ?? journal
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let place = Int.random(in: 0..<records.count, using: &random)
            let record = records[place]
            switch Int.random(in: 0..<6, using: &random) {
            case 0: records.remove(at: place)
            case 1: records.swapAt(place, Int.random(in: 0..<records.count, using: &random))
            case 2:
                records[place] = Record(
                    kind: record.kind, payload: record.payload,
                    at: [.distantPast, .distantFuture].randomElement(using: &random) ?? record.at)
            default:
                records[place] = Record(
                    kind: record.kind, payload: try random.withDamagedMembers(record.payload), at: record.at)
            }
        }
        var engine = Engine(workspace: setting.workspace, mode: live.mode, keepsState: true)
        for record in records {
            try engine.restore(setting.codec.decode(kind: record.kind, payload: record.payload, at: record.at))
        }
        var kept: [TimelineEntry] = []
        engine.recover(at: live.now + .seconds(30)) { kept.append($0) }
        kept += engine.snapshot()
        for entry in kept {
            let (kind, payload) = setting.codec.encode(entry)
            _ = try setting.codec.decode(kind: kind, payload: payload, at: entry.at)
        }
    }
}
