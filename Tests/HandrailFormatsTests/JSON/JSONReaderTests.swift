import Testing

@testable import HandrailFormats

@Suite("JSON reader")
struct JSONReaderTests {
    @Test(arguments: [
        "{}", "[]", "0", "-0", "1.5e+10", "\"\"", "true", "false", "null", " [ 1 , 2 ] ", "\r\n\t {\"a\":\"b\"}",
        "\"\\u0000\"", "\"\\uD83D\\uDE00\"", "\"\u{7F}\u{80}\u{7FF}\u{800}\u{FFFF}\u{10000}\u{10FFFF}\"",
        "{\"a\":1,\"a\":2}", JSONSamples.everything, JSONSamples.webhook, JSONSamples.alertList,
    ])
    func aValidTextIsAccepted(text: String) {
        #expect(JSONSamples.problem(of: Array(text.utf8)) == nil)
    }

    @Test(arguments: [
        "", " ", "{", "[", "}", "]", "[1,]", "[,1]", "[1 2]", "{\"a\":1,}", "{,}", "{\"a\"}", "{\"a\":}", "{a:1}",
        "{1:2}",
        "{\"a\":1 \"b\":2}", "[}", "{]", "[1}", "tru", "truE", "nul", "falsee", "[truefalse]", "01", "-", "-a", "+1",
        "1.",
        ".5", "1e", "1e+", "0x1", "1_000", "NaN", "Infinity", "'a'", "\"", "\"a", "\"\\", "\"\\u", "\"\\u12",
        "\"\\u12\"",
        "\"\\u12G4\"", "\"\\x\"", "\"\\uD800\"", "\"\\uDC00\"", "\"\\uD800\\n\"", "\"\\uD800\\u0041\"",
        "\"\\uD800\\uD800\"",
        "\"\u{0}\"", "\"\n\"", "\"\t\"", "{} {}", "1 2", "[]]", "null,", "/* */ 1", "\u{FEFF}1", "\u{A0}1",
    ])
    func anInvalidTextIsRefused(text: String) {
        #expect(JSONSamples.problem(of: Array(text.utf8)) != nil)
    }

    @Test(
        arguments: [
            [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xC2, 0x22], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF],
            [0xE2, 0x82],
            [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x8F, 0xBF, 0xBF],
            [0xF4, 0x90, 0x80, 0x80],
            [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xFE], [0xF0, 0x9F, 0x98],
        ] as [[UInt8]])
    func malformedUTF8IsRefusedWhereverItStandsInAString(malformed: [UInt8]) {
        for padding in 0...17 {
            let text = Array("[\"".utf8) + Array(repeating: 0x61, count: padding) + malformed
            let whole = text + Array("\"]".utf8)
            #expect(JSONSamples.problem(of: whole)?.message == "invalid UTF-8 in a string")
            #expect(JSONSamples.problem(of: whole)?.offset == 2 + padding)
            #expect(JSONSamples.problem(of: text) != nil)
        }
    }

    @Test func everyByteThatEndsPlainTextIsFoundAtEveryPlace() {
        for padding in 0...24 {
            for byte in UInt8(0)..<0x20 {
                let text = [0x22] + Array(repeating: 0x61, count: padding) + [byte] + Array("aaaaaaaaaaaa\"".utf8)
                #expect(JSONSamples.problem(of: text)?.offset == padding + 1)
            }
        }
    }

    @Test func everyPrefixOfAValidTextIsRefused() {
        let text = Array(JSONSamples.everything.utf8)
        for length in 0..<text.count {
            #expect(JSONSamples.problem(of: Array(text[..<length])) != nil, "\(length) bytes")
        }
    }

    @Test func nestingIsBounded() {
        func nested(_ depth: Int) -> [UInt8] {
            Array(String(repeating: "[{\"a\":", count: depth / 2).utf8) + [0x31]
                + Array(String(repeating: "}]", count: depth / 2).utf8)
        }
        #expect(JSONSamples.problem(of: nested(64)) == nil)
        #expect(JSONSamples.problem(of: nested(66))?.message == "nested deeper than 64")
        #expect(JSONSamples.problem(of: Array(repeating: 0x5B, count: 1_000_000)) != nil)
    }

    @Test func anErrorNamesItsPlace() {
        #expect(JSONSamples.problem(of: Array("{\"a\": [1, x]}".utf8)) == JSONError("expected a value", offset: 10))
        #expect("\(JSONError("expected a value", offset: 10))" == "expected a value (byte 10)")
    }

    @Test func piecesAreReadInPlace() throws {
        let text = #" {"n": -12, "s": "a\n\u00e9", "b": true, "z": null, "skip": {"x": [1, "}"]}, "a": [1.5, 2]} "#
        try withReader(of: text) { reader throws(JSONError) in
            try reader.beginObject()
            #expect(try reader.nextKey()?.string == "n")
            #expect(try reader.readInteger() == -12)
            #expect(try reader.nextKey()?.equals("s") == true)
            #expect(try reader.readString() == "a\né")
            _ = try reader.nextKey()
            #expect(try reader.readBool())
            _ = try reader.nextKey()
            #expect(try reader.readNullIfPresent())
            #expect(try reader.nextKey()?.string == "skip")
            let skipped = try reader.skipValueForRange()
            #expect(Array(text.utf8)[skipped].elementsEqual(#"{"x": [1, "}"]}"#.utf8))
            _ = try reader.nextKey()
            try reader.beginArray()
            #expect(try reader.nextElement())
            #expect(try reader.readNumber() == .fraction(1.5))
            #expect(try reader.nextElement())
            #expect(try reader.readNumber() == .integer(2))
            #expect(try !reader.nextElement())
            #expect(try reader.nextKey() == nil)
            try reader.finish()
        }
    }

    @Test func aKeyIsComparedByWhatItMeans() throws {
        try withReader(of: #"{"\u006cabels": 1, "labels\u0000": 2}"#) { reader throws(JSONError) in
            try reader.beginObject()
            #expect(try reader.nextKey()?.equals("labels") == true)
            try reader.skipValue()
            #expect(try reader.nextKey()?.equals("labels") == false)
        }
    }

    @Test func aNumberThatIsNoIntegerIsRefusedAsOne() {
        for text in ["1.0", "1e3", "9223372036854775808", "\"1\"", "null"] {
            #expect(throws: JSONError.self) {
                try withReader(of: text) { reader throws(JSONError) in _ = try reader.readInteger() }
            }
        }
    }

    private func withReader(of text: String, _ body: (inout JSONReader) throws(JSONError) -> Void) throws(JSONError) {
        let result = Array(text.utf8).withUnsafeBufferPointer { buffer in
            Result { () throws(JSONError) in
                var reader = JSONReader(buffer)
                try body(&reader)
            }
        }
        try result.get()
    }
}
