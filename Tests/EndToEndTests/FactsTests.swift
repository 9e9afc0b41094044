import CEL
import Foundation
import HandrailCore
import HandrailFormats
import Testing

@testable import handrail

@Suite struct FactsTests {
    private static func text(_ contexts: [FactContext], topology: Topology? = nil) -> String {
        FactsText(FactSheet(contexts, topology: topology), palette: .plain).rendered
    }

    @Test func everyFactFieldAndFunctionIsListedWithinAHundredColumns() throws {
        let text = Self.text(FactContext.allCases, topology: try Repository.workspace().topology)
        #expect(text.split(separator: "\n").allSatisfy { $0.unicodeScalars.count <= 100 })
        for variable in FactDeclarations.policy().variables {
            #expect(text.contains("\n  \(variable.name) "), "\(variable.name)")
            guard case .object(let object) = variable.type else { continue }
            for field in object.fields { #expect(text.contains("\n  \(object.name).\(field.name) "), "\(field.name)") }
        }
        for entry in CELVocabulary.groups.flatMap(\.entries) { #expect(text.contains(entry.usage), "\(entry.usage)") }
        let words = text.split { $0 == " " || $0 == "\n" }.joined(separator: " ")
        #expect(words.contains("none, additive, disruptive, destructive"))
        #expect(words.contains("100,000 steps"))
    }

    @Test func theEnvironmentsAreThoseOfTheTopology() throws {
        let topology = try Repository.workspace().topology
        let known = Self.text([.rule], topology: topology)
        #expect(known.contains("production,"))
        let line = Self.text([.rule]).split(separator: "\n").first { $0.contains("target.environment") }
        #expect(line?.contains("string") == true)
    }

    @Test func aContextListsOnlyItsOwnFacts() {
        let text = Self.text([.target])
        #expect(text.contains("PATTERN"))
        #expect(!text.contains("blast"))
    }

    @Test func theJSONHoldsTheSame() throws {
        let sheet = FactSheet(FactContext.allCases, topology: nil)
        let data = Data(FactsJSON.document(sheet).utf8)
        let document = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(document["schema"] as? String == "handrail.facts/1")
        let contexts = try #require(document["contexts"] as? [[String: Any]])
        #expect(contexts.compactMap { $0["name"] as? String } == ["rule", "where", "target", "step", "argv", "source"])
        let records = try #require(contexts.first?["records"] as? [[String: Any]])
        let target = try #require(records.first { $0["name"] as? String == "target" })
        let fields = try #require(target["fields"] as? [[String: Any]])
        let population = try #require(fields.first { $0["name"] as? String == "population" })
        #expect(population["optional"] as? Bool == true)
        #expect(population["type"] as? String == "int")
        let vocabulary = try #require(document["vocabulary"] as? [[String: Any]])
        #expect(vocabulary.count == CELVocabulary.groups.count)
    }
}
