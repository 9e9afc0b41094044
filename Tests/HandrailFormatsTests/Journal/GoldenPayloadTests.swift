import Foundation
import HandrailCore
import Testing

@testable import HandrailFormats

/// Payloads as they were once written, one file for each kind, one line for each payload. Lines are only ever added: old ones
/// are read for ever, and what is written today is among them.
///
/// A member that is renamed or changes its meaning fails here, also where it may be missing. Where something new is meant,
/// `HANDRAIL_MAKE_GOLDEN=1 swift test --filter GoldenPayloadTests` adds the lines that are missing.
@Suite("Payloads of every version")
struct GoldenPayloadTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")
    private static let codec = JournalSamples.codec

    private static func file(_ kind: JournalKind) -> URL { folder.appending(path: "\(kind.rawValue).jsonl") }

    private static func golden(_ kind: JournalKind) throws -> [[UInt8]] {
        try Data(contentsOf: file(kind)).split(separator: UInt8(ascii: "\n")).map { Array($0) }
    }

    /// What is written today, without what stands there twice.
    private static func written(_ kind: JournalKind) -> [[UInt8]] {
        let payloads = JournalSamples.entries.map { codec.encode($0) }.filter { $0.kind == kind.rawValue }.map(
            \.payload)
        var seen: Set<[UInt8]> = []
        return payloads.filter { seen.insert($0).inserted }
    }

    @Test func everyKindHasItsFileAndEveryFileItsKind() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path(percentEncoded: false))
        #expect(files.sorted() == JournalKind.allCases.map { Self.file($0).lastPathComponent }.sorted())
        for kind in JournalKind.allCases {
            #expect(try !Self.golden(kind).isEmpty, "\(kind.rawValue)")
        }
    }

    @Test(arguments: JournalKind.allCases)
    func whatIsWrittenTodayStaysAsItIs(kind: JournalKind) throws {
        let golden = try Set(Self.golden(kind))
        for payload in Self.written(kind) where !golden.contains(payload) {
            Issue.record("`\(kind.rawValue)` is written in another way than before: \(Self.text(payload))")
        }
    }

    @Test(arguments: JournalKind.allCases)
    func whatWasOnceWrittenStillSaysTheSame(kind: JournalKind) throws {
        for line in try Self.golden(kind) {
            let entry = try Self.codec.decode(kind: kind.rawValue, payload: line, at: JournalSamples.at(1.25))
            let (again, payload) = Self.codec.encode(entry)
            #expect(again == kind.rawValue)
            let lost = try Self.lost(JSONValue(parsing: line), in: JSONValue(parsing: payload), at: kind.rawValue)
            #expect(lost == [], "\(Self.text(line))")
            let reread = try Self.codec.decode(kind: kind.rawValue, payload: payload, at: entry.at)
            #expect(Self.codec.encode(reread).payload == payload)
        }
    }

    @Test(.enabled(if: ProcessInfo.processInfo.environment["HANDRAIL_MAKE_GOLDEN"] != nil))
    func addWhatIsMissing() throws {
        try FileManager.default.createDirectory(at: Self.folder, withIntermediateDirectories: true)
        for kind in JournalKind.allCases {
            let golden = (try? Self.golden(kind)) ?? []
            let lines = golden + Self.written(kind).filter { !golden.contains($0) }
            try Data(lines.flatMap { $0 + [UInt8(ascii: "\n")] }).write(to: Self.file(kind))
        }
    }

    // MARK: - Comparing

    /// Evidence for people, which is not read back.
    private static let unread: Set<ExactText> = ["effects", "trials"]

    /// What is written no more where it has this value, and is read as this where it is missing.
    private static let leftOut = ["memory.alert.suppressedBySource": "false", "memory.alert.lapsed": "false"]

    /// Members of the one that the other does not have, or has with another value. More members are no loss.
    private static func lost(_ old: JSONValue, in new: JSONValue, at place: String) -> [String] {
        switch (old, new) {
        case (.object(let members), .object):
            return members.filter { !unread.contains(ExactText($0.name)) }.flatMap { member in
                let path = "\(place).\(member.name)"
                if let value = new[member.name] { return lost(member.value, in: value, at: path) }
                return leftOut[path] == member.value.text() ? [] : ["\(path) is gone"]
            }
        case (.array(let elements), .array(let others)) where elements.count == others.count:
            return zip(elements, others).enumerated().flatMap { lost($1.0, in: $1.1, at: "\(place)[\($0)]") }
        default:
            return old.text().utf8.elementsEqual(new.text().utf8) ? [] : ["\(place) is \(new.text())"]
        }
    }

    private static func text(_ payload: [UInt8]) -> String { String(decoding: payload, as: UTF8.self) }
}
