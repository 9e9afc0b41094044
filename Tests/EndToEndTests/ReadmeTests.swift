import HandrailEngine
import HandrailFormats
import Testing

@testable import handrail

@Suite struct ReadmeTests {
    @Test func theReplayInTheReadmeIsWhatIsPrinted() throws {
        let report = try Repository.replay("incidents/worker-hang.jsonl", Repository.workspace())
        let text = ReplayText(report, isColoured: false, explains: false).rendered
        #expect(try Repository.readme().contains(text), "README.md shows another replay:\n\(text)")
    }

    @Test func twoReplaysOfOneRecordingAreTheSameToTheByte() throws {
        let workspace = try Repository.workspace()
        for name in ["redis-hang", "storm", "poison-job", "flapping"] {
            let documents = try (0..<2).map { _ in
                let report = try Repository.replay("incidents/\(name).jsonl", workspace, explains: true)
                return ReplayJSON.document(report, style: .compact)
                    + ReplayText(report, isColoured: false, explains: true).rendered
            }
            #expect(documents[0] == documents[1])
        }
    }
}
