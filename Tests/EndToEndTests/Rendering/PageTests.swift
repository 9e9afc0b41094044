import Testing

@testable import HandrailFormats
@testable import handrail

@Suite struct PageTests {
    @Test func noLineIsWiderThanThePage() {
        for length in [1, 20, 33, 34, 67, 68, 69, 100, 500] {
            for remark in ["", "short", String(repeating: "remark ", count: 12), String(repeating: "r", count: 150)] {
                for heading in ["heading", String(repeating: "h", count: 60)] {
                    var page = Page()
                    let words = Page.words(of: "one two " + String(repeating: "漢", count: length) + " three")
                    page.row(time: "0:04", heading, depth: 1, words, remark: remark)
                    page.sentence(String(repeating: "word ", count: length))
                    #expect(page.lines.allSatisfy { TerminalText.width(of: $0) <= Page.width })
                }
            }
        }
    }

    @Test func nothingIsLostByWrapping() {
        let words = (1...200).map { String(repeating: "x", count: $0 % 90) + "\($0)" }
        let wrapped = Page.wrap(words, first: 68, rest: 66)
        #expect(wrapped.joined().filter { $0 != " " } == words.joined())
    }

    @Test func aRemarkStandsBehindOrBelow() {
        var page = Page()
        let words = ["QueueBacklog", "queue=payments"]
        page.row(time: "0:04", "joined by", depth: 1, words, remark: "same queue, 4 s later")
        page.row("joined by", depth: 1, [String(repeating: "a", count: 60)], remark: "same queue")
        #expect(
            page.text == """
                 0:04     joined by             QueueBacklog queue=payments        same queue, 4 s later
                          joined by             \(String(repeating: "a", count: 60))
                                                  same queue

                """)
    }

    @Test func coloursChangeNothingElse() {
        var plain = Page()
        var coloured = Page(palette: Palette(isColoured: true))
        for text in ["a", String(repeating: "long words ", count: 20)] {
            plain.row(time: "0:04", "heading", Page.words(of: text), remark: "why", paint: .good)
            coloured.row(time: "0:04", "heading", Page.words(of: text), remark: "why", paint: .good)
        }
        #expect(coloured.text != plain.text)
        #expect(coloured.text.replacing(/\u{1B}\[[0-9]+m/, with: "") == plain.text)
    }
}

@Suite struct TimeTextTests {
    @Test(arguments: [
        (0, "0:00", "0 s"), (350, "0:00", "350 ms"), (4_000, "0:04", "4 s"), (161_999, "2:41", "2 m 41 s"),
        (3_723_000, "1:02:03", "1 h 2 m 3 s"), (90_000_000, "25:00:00", "1 d 1 h"), (-65_000, "-1:05", "1 m 5 s"),
    ])
    func spansRead(milliseconds: Int, clock: String, words: String) {
        #expect(TimeText.clock(.milliseconds(milliseconds)) == clock)
        #expect(TimeText.spaced(.milliseconds(milliseconds)) == words)
    }
}
