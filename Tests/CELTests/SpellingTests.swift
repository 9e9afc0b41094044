import CEL
import Testing

@Suite struct SpellingTests {
    @Test func aSwappedPairOfLettersIsNear() {
        #expect(Spelling.nearest("prodcution", among: ["staging", "production"]) == "production")
    }

    @Test func differenceInCaseIsNear() {
        #expect(Spelling.nearest("CRITICAL", among: ["critical", "warning"]) == "critical")
    }

    @Test func aStrangerIsNotNear() {
        #expect(Spelling.nearest("banana", among: ["production", "staging"]) == nil)
        #expect(Spelling.nearest("a", among: ["b"]) == nil)
    }

    @Test func amongEquallyNearTheOrderOfCandidatesDoesNotMatter() {
        #expect(Spelling.nearest("tent", among: ["test", "text"]) == "test")
        #expect(Spelling.nearest("tent", among: ["text", "test"]) == "test")
    }
}
