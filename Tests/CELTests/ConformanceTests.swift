import CELVectors
import Foundation
import Testing

/// Runs the vectors of the CEL specification where they are at hand, as `make cel-conformance` does.
@Suite struct ConformanceTests {
    @Test func noCaseOfTheSpecificationFails() {
        let folder = VectorSource.usualFolder
        guard !folder.files.isEmpty else {
            print("CEL conformance: SKIPPED, there are no vectors at \(folder.path)")
            return
        }
        let tally = Tally(running: [folder, folder.supplement])
        print(tally.report)
        #expect(tally.failures.isEmpty)
        #expect(tally.passed > 0)
    }

    /// The runner can fail: what is wrong, missing or unreadable is never counted as passed.
    @Test func aWrongAnswerIsAFailure() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cel-\(UUID())/vectors")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder.deletingLastPathComponent()) }
        let cases = """
            {"tests": [
              {"id": "right", "profile": "core", "expr": "1 + 1", "expect": {"value": {"int": "2"}}},
              {"id": "wrong", "profile": "core", "expr": "1 + 1", "expect": {"value": {"int": "3"}}},
              {"id": "type", "profile": "core", "expr": "1 + 1", "expect": {"value": {"uint": "2"}}},
              {"id": "noError", "profile": "core", "expr": "1 + 1", "expect": {"error": []}},
              {"id": "noFunction", "profile": "ext:math", "expr": "math.cube(2)", "expect": {"error": ["range"]}},
              {"id": "unbound", "profile": "core", "expr": "cube(2)", "expect": {"error": ["unbound function"]}},
              {"id": "deduced", "profile": "check:type_deduction", "expr": "[1]", "expect": {"deduced_type": "list(uint)"}},
              {"id": "unreadable", "profile": "core", "expr": "1", "expect": {"value": {"message": {}}}},
              {"id": "later", "profile": "ext:network", "expr": "ip('::1')", "expect": {"value": {"bool": true}}}
            ]}
            """
        try Data(cases.utf8).write(to: folder.appendingPathComponent("cases.json"))
        try Data("no JSON".utf8).write(to: folder.appendingPathComponent("broken.json"))
        let tally = Tally(running: [VectorSource(path: folder.path)])
        let failed = tally.failures.map { String($0.prefix { $0 != ":" }) }
        #expect(failed.dropFirst() == ["wrong", "type", "noError", "noFunction", "deduced", "unreadable"])
        #expect(failed.first?.hasSuffix("broken.json") == true)
        #expect(tally.passed == 2)
        #expect(tally.report.contains("ext:network               0 passed      0 failed      1 skipped"))
    }
}
