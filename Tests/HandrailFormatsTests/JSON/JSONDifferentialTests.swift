import Foundation
import Testing

@testable import HandrailFormats

/// Foundation's parser was written by others, so what both accept and refuse is probably right.
@Suite("JSON against Foundation")
struct JSONDifferentialTests {
    /// Where the two are known to disagree, and why that is right.
    private enum KnownDifference: CaseIterable {
        /// Foundation strips a mark at the beginning; RFC 8259 allows that, and a recording's reader does it itself.
        case byteOrderMark
        /// Foundation guesses UTF-16 and UTF-32 from zero bytes at the beginning; RFC 8259 has UTF-8 only.
        case otherEncoding
        /// A number beyond `Double`: it is valid by the grammar, so it is skipped; reading it as a number fails.
        case hugeNumber
        /// Foundation nests up to 512, we up to 64.
        case nesting
        /// Foundation lets a comma stand before the end of an array or object; RFC 8259 does not.
        case trailingComma

        func explains(_ bytes: [UInt8], _ problem: JSONError?) -> Bool {
            switch self {
            case .byteOrderMark: bytes.starts(with: [0xEF, 0xBB, 0xBF])
            case .otherEncoding:
                bytes.prefix(4).contains(0) || [[0xFE, 0xFF], [0xFF, 0xFE]].contains(bytes.prefix(2))
            case .hugeNumber: problem == nil && (try? JSONValue(parsing: bytes)) == nil
            case .nesting: problem?.message == "nested deeper than 64"
            case .trailingComma: problem.map { endsContainerAfterComma(bytes, at: $0.offset) } ?? false
            }
        }

        private func endsContainerAfterComma(_ bytes: [UInt8], at offset: Int) -> Bool {
            guard offset < bytes.count, bytes[offset] == ASCII.rightBrace || bytes[offset] == ASCII.rightBracket else {
                return false
            }
            return bytes[..<offset].last { !ASCII.isWhiteSpace($0) } == ASCII.comma
        }
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func bothAcceptAndRefuseTheSameTexts(seed: UInt64) {
        var random = JSONTestRandom(seed: seed)
        var accepted = 0
        for round in 0..<6000 {
            let bytes = random.mutated(Self.documents[round % Self.documents.count])
            let problem = JSONSamples.problem(of: bytes)
            accepted += problem == nil ? 1 : 0
            guard foundationAccepts(bytes) != (problem == nil) else { continue }
            let isKnown = KnownDifference.allCases.contains { $0.explains(bytes, problem) }
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(isKnown, "seed \(seed), round \(round): \(text), \(problem as Any)")
        }
        #expect(accepted > 300)
    }

    @Test(arguments: [1, 2] as [UInt64])
    func bothReadTheSameValues(seed: UInt64) throws {
        var random = JSONTestRandom(seed: seed)
        for round in 0..<3000 {
            let bytes = random.mutated(Self.documents[round % Self.documents.count])
            guard let value = try? JSONValue(parsing: bytes), !hasDuplicateNames(value),
                let theirs = try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
            else { continue }
            #expect(isSame(value, theirs), "seed \(seed), round \(round): \(String(decoding: bytes, as: UTF8.self))")
        }
    }

    private static let documents = [
        JSONSamples.everything, JSONSamples.webhook, JSONSamples.alertList, "[0.1e-5,\"\\u00e9\"]", "{\"\":{}}",
        "\"é€😀\\b\"",
    ].map { Array($0.utf8) }

    private func foundationAccepts(_ bytes: [UInt8]) -> Bool {
        (try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)) != nil
    }

    private func hasDuplicateNames(_ value: JSONValue) -> Bool {
        switch value {
        case .object(let members):
            Set(members.map { Array($0.name.unicodeScalars) }).count < members.count
                || Set(members.map(\.name)).count < members.count
                || members.contains { hasDuplicateNames($0.value) }
        case .array(let elements): elements.contains(where: hasDuplicateNames)
        case .null, .bool, .integer, .fraction, .string: false
        }
    }

    private func isSame(_ value: JSONValue, _ theirs: Any) -> Bool {
        switch value {
        case .null: theirs is NSNull
        case .bool(let flag): theirs as? Bool == flag
        case .integer(let number): (theirs as? NSNumber)?.int64Value == number
        case .fraction(let number): (theirs as? NSNumber)?.doubleValue == number
        case .string(let text): isSame(text, theirs as? String)
        case .array(let elements): isSame(elements, theirs as? [Any])
        case .object(let members): isSame(members, theirs as? [String: Any])
        }
    }

    /// Foundation drops U+FEFF from some strings, so a text that has one is not compared.
    private func isSame(_ text: String, _ theirs: String?) -> Bool {
        guard let theirs else { return false }
        return text.unicodeScalars.contains("\u{FEFF}") || theirs.utf8.elementsEqual(text.utf8)
    }

    private func isSame(_ elements: [JSONValue], _ theirs: [Any]?) -> Bool {
        guard let theirs, theirs.count == elements.count else { return false }
        return zip(elements, theirs).allSatisfy { isSame($0, $1) }
    }

    private func isSame(_ members: [JSONValue.Member], _ theirs: [String: Any]?) -> Bool {
        guard let theirs, theirs.count == members.count else { return false }
        return members.allSatisfy { member in theirs[member.name].map { isSame(member.value, $0) } ?? false }
    }
}
