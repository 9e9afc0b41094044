import Foundation
import Testing

@testable import HandrailFormats

@Suite("JSON writer and value")
struct JSONWriterTests {
    @Test func aDocumentIsWrittenInTheOrderOfTheCalls() {
        var writer = JSONWriter()
        writer.object { object in
            object.member("name", "storm")
            object.member("count", 2)
            object.member("alerts") { value in
                value.array { list in
                    list.value(true)
                    list.null()
                    list.value(0.5)
                    list.object { _ in }
                }
            }
            object.member("none") { $0.array { _ in } }
        }
        #expect(writer.string == #"{"name":"storm","count":2,"alerts":[true,null,0.5,{}],"none":[]}"#)
    }

    @Test func aPrettyDocumentHasOneMemberALine() {
        let value: JSONValue = ["name": "storm", "alerts": [1, ["a": nil], [], [:]]]
        #expect(
            value.text(style: .pretty) == """
                {
                  "name": "storm",
                  "alerts": [
                    1,
                    {
                      "a": null
                    },
                    [],
                    {}
                  ]
                }
                """)
    }

    @Test func everyScalarComesBackAsItWas() throws {
        let scalars = (0...0x10FFFF as ClosedRange<UInt32>).lazy.compactMap(Unicode.Scalar.init)
        var text = ""
        for scalar in scalars where scalar.value < 0x3000 || scalar.value % 97 == 0 {
            text.unicodeScalars.append(scalar)
        }
        let written = JSONValue.string(text).text()
        #expect(try JSONValue(parsing: written) == .string(text))
        let theirs = try JSONSerialization.jsonObject(with: Data(written.utf8), options: .fragmentsAllowed) as? String
        #expect(theirs?.utf8.elementsEqual(text.utf8) == true)
    }

    /// Text is looked at eight bytes at a time.
    @Test(arguments: ["\"", "\\", "\n", "\u{1F}", "\u{0}"])
    func anEscapeIsFoundWhereverItStands(special: String) throws {
        for length in 0...20 {
            for place in 0...length {
                let plain = Array(repeating: "\u{FF}~ \u{80}a", count: 4).joined().unicodeScalars.prefix(length)
                var text = String(String.UnicodeScalarView(plain.prefix(place)))
                text += special + String(String.UnicodeScalarView(plain.dropFirst(place)))
                let written = JSONValue.string(text).text()
                #expect(try JSONValue(parsing: written) == .string(text))
                #expect(written.utf8.count { $0 == ASCII.backslash || $0 < ASCII.space } > 0)
            }
        }
    }

    @Test func controlCharactersQuotesAndBackslashesAreEscaped() {
        let text = "\u{0}\u{1F}\n\r\t\"\\/\u{7F}\u{2028}"
        #expect(JSONValue.string(text).text() == "\"\\u0000\\u001f\\n\\r\\t\\\"\\\\/\u{7F}\u{2028}\"")
    }

    @Test(arguments: [0, -0.0, 0.1, 1e21, 1e-7, .leastNonzeroMagnitude, .greatestFiniteMagnitude, -123456.789, 0x1p53])
    func aNumberComesBackAsItWas(number: Double) throws {
        let written = JSONValue.fraction(number).text()
        #expect(JSONSamples.problem(of: Array(written.utf8)) == nil)
        guard case .fraction(let read) = try JSONValue(parsing: written) else {
            Issue.record("`\(written)` is not a fraction")
            return
        }
        #expect(read.bitPattern == number.bitPattern)
    }

    @Test func whatIsNoNumberIsWrittenAsNull() {
        #expect(JSONValue.array([.fraction(.nan), .fraction(.infinity)]).text() == "[null,null]")
    }

    @Test func integersKeepAllTheirDigits() throws {
        for number in [Int64.min, -1, 0, Int64.max] {
            #expect(try JSONValue(parsing: JSONValue.integer(number).text()) == .integer(number))
        }
        #expect(throws: JSONError.self) { try JSONValue(parsing: "1e999") }
    }

    @Test func aTreeIsBounded() {
        #expect(throws: JSONError.self) { try JSONValue(parsing: "[1,2,3]", maximumValues: 3) }
        #expect(throws: Never.self) { try JSONValue(parsing: "[1,2,3]", maximumValues: 4) }
    }

    @Test func namesKeepTheirOrderAndAreFoundByTheirBytes() throws {
        let value = try JSONValue(parsing: "{\"b\":1,\"a\":2,\"e\u{301}\":3,\"\u{E9}\":4,\"b\":5}")
        #expect(value["b"] == 1)
        #expect(value["\u{E9}"] == 4)
        #expect(value["c"] == nil)
        #expect(value.text() == "{\"b\":1,\"a\":2,\"e\u{301}\":3,\"\u{E9}\":4,\"b\":5}")
    }

    @Test(arguments: JSONWriter.Style.allCases)
    func whatIsAcceptedComesBackTheSame(style: JSONWriter.Style) throws {
        var random = JSONTestRandom(seed: 11)
        for _ in 0..<3000 {
            let bytes = random.mutated(Array(JSONSamples.everything.utf8))
            guard let value = try? JSONValue(parsing: bytes) else { continue }
            #expect(try JSONValue(parsing: value.text(style: style)) == value)
        }
    }
}
