import Testing

@testable import CEL

@Suite struct VocabularyTests {
    private static let entries = CELVocabulary.groups.flatMap(\.entries)

    @Test func everyFunctionHasAnEntryAndEveryEntryAFunction() {
        let listed = Self.entries.flatMap(\.functions)
        #expect(listed.sorted() == FunctionLibrary.byName.keys.sorted())
    }

    @Test func everyMacroHasAnEntry() {
        let usages = Self.entries.map(\.usage).joined(separator: " ")
        for form in [
            "all", "exists", "exists_one", "filter", "map", "transformList", "transformMap", "transformMapEntry",
        ] {
            #expect(usages.contains(".\(form)("), "\(form)")
        }
    }

    @Test func anEntryIsOneLine() {
        for entry in Self.entries {
            #expect(entry.usage.utf8.count <= 36, "\(entry.usage)")
            #expect(
                !entry.about.isEmpty && !entry.about.contains("\n") && !entry.about.hasSuffix("."), "\(entry.usage)")
        }
    }
}
