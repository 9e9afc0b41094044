import HandrailCore
import Testing

@Suite("Selector parser")
struct SelectorParserTests {
    @Test(arguments: [
        ("WorkerStuck", "alertname=WorkerStuck"),
        (" a:b:c { } ", "alertname=a:b:c"),
        (#"A{x="1",y!='2',z=~`3+`,w!~"4",}"#, "alertname=A x=1 y!=2 z=~3+ w!~4"),
        (#"{"Quoted name", "a label"="v"}"#, "alertname=Quoted name a label=v"),
        (#"{x="\u00e9\x41\101\n\"\\"}"#, "x=éAA\n\"\\"),
        (#"{x='it\'s'}"#, "x=it's"),
        ("{x=`raw\\n`}", "x=raw\\n"),
        (#"{x!=""}"#, "x!="),
    ])
    func aSelectorIsReadAsPrometheusReadsIt(source: String, matchers: String) throws {
        let selector = try SelectorParser.parse(source)
        let shown = selector.matchers.map { "\($0.name)\($0.comparison.rawValue)\($0.value)" }
        #expect(shown.joined(separator: " ") == matchers)
        #expect(selector.source == source)
    }

    @Test(arguments: [
        ("", 0..<0), ("{}", 0..<2), (#"{x=""}"#, 0..<6), (#"{x=~".*"}"#, 0..<9), (#"{x!="a"}"#, 0..<8),
        ("A{", 1..<2), (#"A{x="1""#, 1..<7), (#"A{x="1"#, 4..<6), ("A{x}", 3..<4), ("A{x=1}", 4..<5),
        (#"A{x==="1"}"#, 3..<6), (#"A{"B"}"#, 2..<5), ("A[5m]", 1..<2), ("A B", 2..<3), ("1A", 0..<1),
        (#"A{x="\q"}"#, 5..<7), (#"A{x="\xff"}"#, 4..<10), (#"A{x=~"("}"#, 5..<8), (#"A{,}"#, 2..<3),
        (#"A{x="1" y="2"}"#, 8..<9), (#"A="1""#, 1..<2), (#"A{x="\U00110000"}"#, 5..<15),
    ])
    func aFaultIsFoundWhereItIs(source: String, range: Range<Int>) {
        do throws(SelectorIssue) {
            _ = try SelectorParser.parse(source)
            Issue.record("`\(source)` was accepted")
        } catch {
            #expect(error.range == range, "\(error.message)")
        }
    }
}
