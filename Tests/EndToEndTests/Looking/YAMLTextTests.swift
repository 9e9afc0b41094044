import HandrailFormats
import Testing

@testable import handrail

@Suite struct YAMLTextTests {
    @Test func aDocumentIsReadableAndTheSame() {
        let document: JSONValue = [
            "schema": "handrail.runs/1", "yes": true, "empty": [], "none": [:], "nothing": nil,
            "runs": [
                [
                    "run": 7, "argv": ["restart", "- x: y", "#"],
                    "targets": [["id": "w2"], ["id": "\u{202E}\n\u{1F600}\u{E0001}"]],
                ],
                [["nested", 1.5], []],
            ],
        ]
        #expect(
            YAMLText.render(document) == #"""
                schema: "handrail.runs/1"
                "yes": true
                empty: []
                none: {}
                nothing: null
                runs:
                  - run: 7
                    argv:
                      - "restart"
                      - "- x: y"
                      - "#"
                    targets:
                      - id: "w2"
                      - id: "\u202E\n😀\U000E0001"
                  - - - "nested"
                      - 1.5
                    - []

                """#)
    }

    /// Read back by libyaml, it is the document that went in. (A NUL is fine in YAML too, but not for our reader.)
    @Test(arguments: 0..<300) func whatIsWrittenReadsBack(seed: Int) throws {
        var random = SplitMix64(seed: seed)
        let document = JSONValue.object([.init("document", Self.value(&random, depth: 5))])
        let text = YAMLText.render(document)
        let (documents, findings) = YAMLReader.read(SourceText(path: "a.yaml", bytes: Array(text.utf8)))
        #expect(findings.isEmpty, "seed \(seed):\n\(text)\n\(findings.map(\.rendered))")
        #expect(documents.map(Self.shape) == [Self.shape(document)], "seed \(seed):\n\(text)")
    }

    private static func value(_ random: inout SplitMix64, depth: Int) -> JSONValue {
        switch random.below(depth > 0 ? 7 : 5) {
        case 0: return .null
        case 1: return .bool(random.chance(50))
        case 2: return .integer(Int64.random(in: .min ... .max, using: &random))
        case 3, 4: return .string(text(&random))
        case 5: return .array((0..<random.below(4)).map { _ in value(&random, depth: depth - 1) })
        default:
            return .object(
                (0..<random.below(4)).map { .init("\($0)\(text(&random))", value(&random, depth: depth - 1)) })
        }
    }

    private static func text(_ random: inout SplitMix64) -> String {
        let pieces = [
            "a", " ", "\n", "\t", "\"", "\\", ":", "-", "#", "é", "e\u{301}", "\u{7F}", "\u{202E}", "😀", "null", "1",
        ]
        return (0..<random.below(6)).map { _ in random.pick(pieces) }.joined()
    }

    /// Both trees in one form: YAML's scalars are texts.
    private static func shape(_ value: JSONValue) -> String {
        switch value {
        case .null: "s:null"
        case .bool(let flag): "s:\(flag)"
        case .integer(let number): "s:\(number)"
        case .fraction(let number): "s:\(number)"
        case .string(let text): "s:\(text)"
        case .array(let elements): "[" + elements.map(shape).joined(separator: ",") + "]"
        case .object(let members): "{" + members.map { "\($0.name)=\(shape($0.value))" }.joined(separator: ",") + "}"
        }
    }

    private static func shape(_ node: YAMLNode) -> String {
        switch node.content {
        case .scalar(let scalar): "s:\(scalar.text)"
        case .sequence(let items): "[" + items.map(shape).joined(separator: ",") + "]"
        case .mapping(let entries):
            "{" + entries.map { "\($0.key)=\(shape($0.value))" }.joined(separator: ",") + "}"
        }
    }
}
