import Testing

@testable import HandrailFormats
@testable import handrail

@Suite struct TableTextTests {
    @Test func columnsStandBelowEachOther() {
        var table = TableText(
            [.init(title: "RUN", isRightAligned: true), .init(title: "NAME"), .init(title: "")], palette: .plain)
        table.row([.init("7"), .init("restart"), .init("now")])
        table.row([.init("1234"), .init("火"), .init("")])
        #expect(
            table.rendered == """
                 RUN  NAME
                   7  restart  now
                1234  火

                """)
    }

    @Test func whatDoesNotFitIsCutAndTheCutShows() {
        var table = TableText([.init(title: "A", isFlexible: true), .init(title: "B")], palette: .plain)
        table.row([.init(String(repeating: "x", count: 300)), .init("whole")])
        let lines = table.rendered.split(separator: "\n").map(String.init)
        #expect(lines.allSatisfy { TerminalText.width(of: $0) <= Page.width })
        #expect(lines[1].hasSuffix("x…  whole"))
    }
}
