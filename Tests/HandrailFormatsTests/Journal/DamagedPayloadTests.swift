import HandrailCore
import Testing

@testable import HandrailFormats

/// Random damage to what a journal holds: nothing may crash or hang, and what is accepted must be sound.
@Suite("Damaged payloads")
struct DamagedPayloadTests {
    private static let codec = JournalSamples.codec
    private static let samples = JournalSamples.entries.map { codec.encode($0) }

    @Test(arguments: [1, 2] as [UInt64])
    func damagedBytesAreDecodedOrRefused(seed: UInt64) throws {
        var random = JSONTestRandom(seed: seed)
        var (accepted, refused) = (0, 0)
        for round in 0..<6000 {
            guard let sample = Self.samples.randomElement(using: &random) else { return }
            let payload = random.mutated(sample.payload)
            if try check(sample.kind, payload, "seed \(seed), round \(round)") { accepted += 1 } else { refused += 1 }
        }
        #expect(accepted > 200 && refused > 2000, "\(accepted), \(refused)")
    }

    /// What is JSON, and not what it should be: members of other types, numbers at their ends, lists too long, too deep.
    @Test(arguments: [3, 4] as [UInt64])
    func damagedMembersAreDecodedOrRefused(seed: UInt64) throws {
        var random = JSONTestRandom(seed: seed)
        var (accepted, refused) = (0, 0)
        for round in 0..<6000 {
            guard let sample = Self.samples.randomElement(using: &random) else { return }
            let payload = try random.withDamagedMembers(sample.payload)
            if try check(sample.kind, payload, "seed \(seed), round \(round)") { accepted += 1 } else { refused += 1 }
        }
        #expect(accepted > 200 && refused > 2000, "\(accepted), \(refused)")
    }

    /// One kind's payload under the name of another.
    @Test func exchangedKindsAreDecodedOrRefused() throws {
        for kind in JournalKind.allCases {
            for sample in Self.samples { _ = try check(kind.rawValue, sample.payload, "\(sample.kind) as \(kind)") }
        }
    }

    /// Returns whether it was accepted.
    private func check(_ kind: String, _ payload: [UInt8], _ place: String) throws -> Bool {
        let entry: TimelineEntry
        do {
            entry = try Self.codec.decode(kind: kind, payload: payload, at: JournalSamples.at(0))
        } catch {
            #expect(error.kind == kind && error.message.utf8.count < 1000, "\(place)")
            return false
        }
        let (again, bytes) = Self.codec.encode(entry)
        let reread = try Self.codec.decode(kind: again, payload: bytes, at: entry.at)
        #expect(again == kind && Self.codec.encode(reread).payload == bytes, "\(place)")
        return true
    }
}

extension JSONTestRandom {
    mutating func withDamagedMembers(_ payload: [UInt8]) throws -> [UInt8] {
        var value = try JSONValue(parsing: payload)
        for _ in 0..<Int.random(in: 1...3, using: &self) { value = damaged(value) }
        return Array(value.text().utf8)
    }

    /// Goes down to some place and changes what is there.
    private mutating func damaged(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let members) where !members.isEmpty && Int.random(in: 0..<12, using: &self) > 0:
            .object(damaged(members))
        case .array(let elements) where !elements.isEmpty && Int.random(in: 0..<6, using: &self) > 0:
            .array(damaged(elements))
        case .null, .bool, .integer, .fraction, .string, .array, .object: other()
        }
    }

    private mutating func damaged(_ members: [JSONValue.Member]) -> [JSONValue.Member] {
        var members = members
        let place = Int.random(in: 0..<members.count, using: &self)
        let member = members[place]
        switch Int.random(in: 0..<10, using: &self) {
        case 0: members.remove(at: place)
        case 1: members.insert(JSONValue.Member(member.name, other()), at: place)
        case 2: members.append(JSONValue.Member("e\u{301}", other()))
        default: members[place] = JSONValue.Member(member.name, damaged(member.value))
        }
        return members
    }

    private mutating func damaged(_ elements: [JSONValue]) -> [JSONValue] {
        var elements = elements
        let place = Int.random(in: 0..<elements.count, using: &self)
        switch Int.random(in: 0..<8, using: &self) {
        case 0: elements.remove(at: place)
        case 1: elements.append(contentsOf: repeatElement(elements[place], count: 40))
        case 2: elements.swapAt(0, place)
        default: elements[place] = damaged(elements[place])
        }
        return elements
    }

    private mutating func other() -> JSONValue {
        Self.others.randomElement(using: &self) ?? .null
    }

    private static let others: [JSONValue] =
        [
            .null, .bool(true), .bool(false), .array([]), .object([]), .fraction(-0.5), .fraction(1e308),
            .fraction(.leastNonzeroMagnitude),
        ]
        + ([.min, .max, -1, 0, 1, 2, 7, 1 << 53, 1 << 62, (1 << 62) + 1] as [Int64]).map { .integer($0) }
        + [
            "", "succeeded", "failed", "policy", "each", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z",
            "\u{0}\u{301}",
        ]
        .map { .string($0) }
        + [(0..<60).reduce(.null) { nested, _ in .array([nested]) }]
}
