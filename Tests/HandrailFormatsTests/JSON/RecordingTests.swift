import Foundation
import HandrailCore
import Testing

@testable import HandrailFormats

@Suite("Recordings")
struct RecordingTests {
    private static let webhook = JSONSamples.webhook(of: [JSONSamples.alert()])
    private static let time = "2026-11-23T16:00:42.424Z"

    private static func line(_ more: String, body: String = webhook) -> String {
        #"{"receivedAt":"\#(time)",\#(more)"body":\#(body)}"#
    }

    @Test(arguments: [
        (line(#""source":"alertmanager","#), "alertmanager"),
        (line(#""source":"pager","#), "pager"),
        (line(""), "alertmanager"),
        (line(#""source":"alertmanager-api","#, body: JSONSamples.alertList), "alertmanager-api"),
        (line("", body: JSONSamples.alertList), "alertmanager-api"),
        (line(#""source":"prod","#, body: JSONSamples.alertList), "prod"),
        (#"{"received_at":"\#(time)","t":1.5,"path":"/grouped","bytes":9,"headers":{},"body":\#(webhook)}"#, "grouped"),
        (#"{"received_at":"\#(time)","path":"/list","body":\#(JSONSamples.alertList)}"#, "list"),
        (#"{"body":\#(webhook),"source":"late","receivedAt":"\#(time)"}"#, "late"),
        (#"{"body":\#(JSONSamples.alertList),"source":"late","receivedAt":"\#(time)"}"#, "late"),
        (line("", body: JSONValue.string(webhook).text()), "alertmanager"),
        (line(#""source":"a","#, body: JSONValue.string(JSONSamples.alertList).text()), "a"),
    ])
    func aLineIsRead(line: String, source: String) throws {
        let delivery = try #require(deliveries(of: line).first)
        #expect(delivery.source == source)
        #expect(delivery.receivedAt == Timestamp(rfc3339: Self.time))
        #expect(!delivery.alerts.isEmpty)
        #expect(delivery.isAuthenticated)
    }

    @Test func aLineSaysWhetherItsSourceWasAuthenticated() throws {
        let first = #"{"authenticated":false,"receivedAt":"\#(Self.time)","body":\#(Self.webhook)}"#
        let last = #"{"receivedAt":"\#(Self.time)","body":\#(Self.webhook),"authenticated":false}"#
        #expect(deliveries(of: first + "\n" + last).map(\.isAuthenticated) == [false, false])
    }

    @Test(arguments: [
        ("nonsense", "expected an object (byte 0)"),
        (#"{"receivedAt":"\#(time)"}"#, "the line has no `body` (byte 41)"),
        (#"{"body":{"alerts":[]}}"#, "the line has no `receivedAt` (byte 22)"),
        (line("", body: "5"), "`body` is neither a webhook nor a list of alerts (byte 48)"),
        (line("", body: "{}"), "the webhook has no `alerts` (byte 50)"),
        (line(#""source":"alertmanager","#, body: "[]"), "expected an object (byte 72)"),
        (#"{"receivedAt":"noon\u0007","body":[]}"#, "`noon\\u{7}` is not an RFC 3339 time (byte 14)"),
        (line("", body: #""{\"alerts\": [}""#), "the text in `body`: expected a value (byte 12) (byte 48)"),
        (line("", body: #"[] "x""#), "expected `,` or `}` (byte 51)"),
        (line(#""source":"a","source":"b","#), "the line has `source` twice (byte 63)"),
    ])
    func aWrongLineIsReportedAndTheRestGoesOn(wrong: String, reason: String) {
        let fine = Self.line("")
        let items = Array(RecordingLines(bytes: Array("\(fine)\n\n\(wrong)\n\(fine)\n".utf8)))
        #expect(items.map(\.summary) == ["1 delivered", "3 \(reason)", "4 delivered"])
    }

    @Test(arguments: ["\n", "\r\n", "\n\n \n"])
    func linesEndAsTheyLike(newline: String) {
        let lines = [Self.line(""), Self.line(""), Self.line("")]
        #expect(deliveries(of: lines.joined(separator: newline)).count == 3)
        #expect(deliveries(of: "\u{FEFF}" + lines.joined(separator: newline) + newline).count == 3)
    }

    @Test func aLastLineThatWasCutIsReported() {
        let fine = Self.line("")
        for length in 1..<fine.utf8.count {
            let items = Array(RecordingLines(bytes: Array("\(fine)\n".utf8) + Array(fine.utf8.prefix(length))))
            #expect(items.count == 2)
            guard case .invalidLine(number: 2, _) = items.last else {
                Issue.record("a line cut to \(length) bytes passed")
                continue
            }
        }
    }

    @Test func anEmptyRecordingHasNothing() throws {
        for text in ["", "\n", "\r\n\r\n", "\u{FEFF}", " "] {
            #expect(Array(RecordingLines(bytes: Array(text.utf8))).isEmpty)
            #expect(try summaries(ofFileWith: Array(text.utf8)).isEmpty)
        }
    }

    @Test func aReasonNeverRepeatsALongText() {
        let long = String(repeating: "x", count: 1 << 20)
        let items = Array(RecordingLines(bytes: Array(#"{"receivedAt":"\#(long)"}"#.utf8)))
        #expect(items.count == 1)
        #expect(items.allSatisfy { $0.summary.utf8.count < 200 })
    }

    @Test func aLineThatIsTooLongIsPassedOver() throws {
        let fine = Self.line("")
        let long = String(repeating: "x", count: 3_000_000)
        for text in ["\(fine)\n\(long)\n\(fine)\n", "\(fine)\n\(long)\n\(fine)"] {
            let expected = ["1 delivered", "2 the line is longer than 1000000 bytes", "3 delivered"]
            #expect(try summaries(ofFileWith: Array(text.utf8), maximumLineBytes: 1_000_000) == expected)
            let lines = RecordingLines(bytes: Array(text.utf8), maximumLineBytes: 1_000_000)
            #expect(lines.map(\.summary) == expected)
        }
        #expect(try summaries(ofFileWith: Array(long.utf8), maximumLineBytes: 10).count == 1)
    }

    @Test func aFileIsReadLikeMemoryHoweverItsLinesFallOnChunks() throws {
        var random = JSONTestRandom(seed: 5)
        for _ in 0..<6 {
            let lines = (0..<40).map { _ in
                let padding = String(repeating: "p", count: Int.random(in: 0..<90_000, using: &random))
                return Self.line(#""headers":{"P":"\#(padding)"},"#)
            }
            let bytes = Array(lines.joined(separator: "\n").utf8)
            let fromMemory = RecordingLines(bytes: bytes).map(\.summary)
            #expect(fromMemory.count == 40)
            #expect(try summaries(ofFileWith: bytes) == fromMemory)
        }
    }

    @Test func aLineOfTwentyMebibytesIsRead() throws {
        let line = Self.line(#""headers":{"P":"\#(String(repeating: "p", count: 20 << 20))"},"#)
        #expect(try summaries(ofFileWith: Array(line.utf8)) == ["1 delivered"])
    }

    @Test func progressReachesTheSizeOfTheFile() throws {
        let bytes = Array((Self.line("") + "\n").utf8)
        try withFile(of: bytes) { path in
            var reader = try RecordingReader(path: path)
            #expect(reader.totalBytes == bytes.count)
            while try reader.next() != nil {}
            #expect(reader.bytesRead == bytes.count)
        }
    }

    @Test func aPipeIsReadLikeAFile() throws {
        let pipe = Pipe()
        try pipe.fileHandleForWriting.write(contentsOf: Data("\(Self.line(""))\nx".utf8))
        try pipe.fileHandleForWriting.close()
        var reader = try RecordingReader(path: "/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)")
        #expect(reader.totalBytes == nil)
        #expect(try reader.next()?.summary == "1 delivered")
        #expect(try reader.next()?.summary == "2 expected an object (byte 0)")
        #expect(try reader.next() == nil)
    }

    @Test func aFileThatCannotBeOpenedIsNamed() {
        #expect(openingError("/nowhere/x.jsonl") == "could not open `/nowhere/x.jsonl`: no such file or directory")
        #expect(openingError("/tmp") == "could not read `/tmp`: it is a directory")
    }

    private func openingError(_ path: String) -> String? {
        do {
            _ = try RecordingReader(path: path)
            return nil
        } catch {
            return error.message
        }
    }

    private func deliveries(of text: String) -> [Delivery] {
        RecordingLines(bytes: Array(text.utf8)).compactMap { item in
            if case .delivery(let decoded, _) = item { decoded.delivery } else { nil }
        }
    }

    private func summaries(ofFileWith bytes: [UInt8], maximumLineBytes: Int = 64 << 20) throws -> [String] {
        var summaries: [String] = []
        try withFile(of: bytes) { path in
            var reader = try RecordingReader(path: path, maximumLineBytes: maximumLineBytes)
            while let item = try reader.next() { summaries.append(item.summary) }
        }
        return summaries
    }

    private func withFile(of bytes: [UInt8], _ body: (String) throws -> Void) throws {
        let place = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).jsonl")
        try Data(bytes).write(to: place)
        defer { try? FileManager.default.removeItem(at: place) }
        try body(place.path)
    }
}

extension RecordingItem {
    /// The number of the line, and what came of it.
    fileprivate var summary: String {
        switch self {
        case .delivery(_, let line): "\(line) delivered"
        case .invalidLine(let number, let reason): "\(number) \(reason)"
        }
    }
}
