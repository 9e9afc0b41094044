import HandrailCore
import HandrailFormats
import Testing

@Suite("Findings")
struct FindingTests {
    @Test(arguments: FindingCase.all + FindingCase.acting + FindingCase.sources)
    func aFindingIsShownWithItsPlaceAndWhatWasMeant(example: FindingCase) {
        #expect(SampleFiles.findings(replacing: example.old, with: example.new) == example.expected)
    }

    @Test
    func aLongLineIsCutAroundTheCaret() {
        let padding = String(repeating: "x", count: 300)
        let text = "people: a\nroles: {}\nabout: [\(padding), *here, \(padding)]"
        let shown = rendered(text).split(separator: "\n").map(String.init)
        #expect(shown[0] == "a.yaml:3:311: error: aliases are not used here: write the value where it is needed")
        #expect(shown[1].unicodeScalars.count <= 9 + 102)
        let caret = Self.column(of: "^", in: shown[2])
        #expect(caret != nil && caret == Self.column(of: "*", in: shown[1]))
    }

    @Test
    func theCaretStandsBelowItsWordBehindWideAndCombiningCharacters() {
        let shown = rendered("people: a\nroles: { 火e\u{301}: [x, *a] }")
        #expect(
            shown == """
                a.yaml:2:19: error: aliases are not used here: write the value where it is needed
                     2 | roles: { 火e\u{301}: [x, *a] }
                       |                   ^~
                """)
    }

    @Test
    func aTabIsShownAsSpaces() {
        let shown = rendered("people: a\nroles:\t*a")
        #expect(
            shown == """
                a.yaml:2:8: error: aliases are not used here: write the value where it is needed
                     2 | roles:  *a
                       |         ^~
                """)
    }

    @Test
    func aFindingAboutAFileHasNoLine() {
        let finding = Finding(code: "unreadable", message: "could not open this", file: "runbooks/\u{1B}[31m.yaml")
        #expect(finding.rendered == "runbooks/\\u{1b}[31m.yaml: error: could not open this")
    }

    @Test
    func thePlaceOfAnExpressionIsFoundBehindEscapes() {
        for written in [#""é\u00e9 ${porgram}""#, "'it''s ${porgram}'", #""\x41\n\U0001F600 ${porgram}""#] {
            let text = """
                action: a.b
                effect: none
                parameters: { program: { type: string } }
                dry-run: { none: x }
                run: [reload, \(written)]
                undo: { none: x }
                timeout: 1s
                """
            let location = SampleFiles.load([("a.yaml", text)]).findings.first?.location
            #expect(location?.line == 5)
            let expected = Self.column(of: "p", in: String(text.split(separator: "\n")[4])).map { $0 + 1 }
            #expect(location?.column == expected, "\(written)")
        }
    }

    private static func column(of scalar: Unicode.Scalar, in line: String) -> Int? {
        let scalars = Array(line.unicodeScalars)
        return scalars.firstIndex(of: scalar)
    }

    private func rendered(_ text: String) -> String {
        SampleFiles.load([("a.yaml", text)]).findings.first?.rendered ?? ""
    }
}
