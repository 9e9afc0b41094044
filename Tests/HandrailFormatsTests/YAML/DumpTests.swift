import HandrailFormats
import HandrailCore
import Testing
import Foundation
@Suite("dump") struct DumpTests {
  @Test func dump() throws {
    var d: [String: String] = [:]
    for c in FindingCase.all { d[c.name] = SampleFiles.findings(replacing: c.old, with: c.new); print("=== \(c.name)\n\(d[c.name]!)") }
    try JSONSerialization.data(withJSONObject: d).write(to: URL(fileURLWithPath: "/tmp/dev-yaml/gen/out.json"))
  }
}
