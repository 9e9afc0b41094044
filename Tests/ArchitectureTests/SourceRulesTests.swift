import Testing

/// The rules can fail: each is shown what it must find, and what it must leave alone.
struct SourceRulesTests {
    @Test(arguments: [
        ("import Foundation", ["Foundation"]),
        ("public import HandrailCore\ninternal import Glibc", ["HandrailCore", "Glibc"]),
        ("@testable import CEL", ["CEL"]),
        ("@preconcurrency private import struct Foundation.Date; import A", ["Foundation", "A"]),
        ("import\tGlibc.stdio // import B", ["Glibc"]),
        ("#if canImport(Darwin)\nimport Darwin\n#endif", ["Darwin"]),
        ("/* import A */\n// import B\nlet text = \"\"\"\n    import C\n    \"\"\"", []),
        ("let importance = important", []),
    ])
    func importsAreFound(code: String, modules: [String]) {
        #expect(SourceRules.imports(of: MaskedSource(code)).map(\.module) == modules)
    }

    @Test func anImportBeyondTheFenceIsReportedWithItsLine() {
        let source = MaskedSource("public import CEL\nimport Foundation\n", path: "Sources/HandrailCore/Alert.swift")
        let violations = SourceRules.strayImports(in: source, module: "HandrailCore", allowed: ["CEL"])
        #expect(
            violations.map(\.description) == [
                "Sources/HandrailCore/Alert.swift:2: error: `HandrailCore` must not import `Foundation`"
            ])
    }

    @Test func aModuleWithoutAFenceIsReported() {
        let violations = SourceRules.strayImports(in: MaskedSource("let a = 1"), module: "New", allowed: nil)
        #expect(violations.map(\.message) == ["module `New` has no fence; write down what it may import"])
    }

    @Test(arguments: [
        "let a = try! load()", "let a = b as! C", "let a = b!", "let a = b!.c", "let a = b[0]!", "let a = b()!",
        "let a = b! == c", "var a: Int!", "let a = \"\\(b!)\"", "let a = #\"\\#(b!)\"#", "let a = \"//\" + b!",
        "let a = \"\"\"\n    \\(b.map { \"\\($0!)\" })\n    \"\"\"", "let a = x / b! / c", "/* c /* d */ */ let a = b!",
        "let a = [b?.c!]", "let a = `default`!",
    ])
    func trapsAreFound(code: String) {
        #expect(SourceRules.traps(in: MaskedSource(code)).count == 1)
    }

    @Test(arguments: [
        "let a = !b", "let a = b != c", "let a = b!=c", "let a = (!b)", "if a && !b {}", "// b!", "/* try! */",
        "let a = \"b!\"", "let a = #\"b!\"#", "let a = \"\"\"\n    b!\n    \"\"\"", "let a = \"\\\"b!\"",
        "let a = try? b()",
        "let a = /b!/", "let a = #/b!/#", "let a = \"\\(b) c!\"", "infix operator !", "let a = \"\\(b(\")\"))!\"",
    ])
    func whatDoesNotTrapIsLeftAlone(code: String) {
        #expect(SourceRules.traps(in: MaskedSource(code)) == [])
    }

    @Test(arguments: [
        "final class A: @unchecked Sendable {}",
        "/// A connection.\nfinal class A: @unchecked Sendable {}",
        "// Proof: of something else.\nlet a = 1\n\nfinal class A: @unchecked Sendable {}",
        "// Proof: of something else.\nlet a = 1\n/// B.\nfinal class A: @unchecked Sendable {}",
        "let a = \"proof\"; extension A: @unchecked Sendable {}",
    ])
    func uncheckedSendableWithoutAProofIsFound(code: String) {
        #expect(SourceRules.unprovenSendable(in: MaskedSource(code)).count == 1)
    }

    @Test(arguments: [
        "/// A connection.\n///\n/// Proof: every use holds the lock.\nfinal class A: @unchecked Sendable {}",
        "// Proof: it is immutable.\n@usableFromInline\nfinal class A:\n    B, @unchecked Sendable\n{}",
        "// @unchecked Sendable is never needed here.", "struct A: Sendable {}",
    ])
    func aProofOfSendableIsAccepted(code: String) {
        #expect(SourceRules.unprovenSendable(in: MaskedSource(code)) == [])
    }

    @Test(arguments: [(500, 0), (501, 1)])
    func aFileIsTooLongFromItsFiveHundredAndFirstLine(lines: Int, violations: Int) {
        let text = String(repeating: "let a = 1\n", count: lines)
        #expect(SourceRules.excessLength(of: MaskedSource(text)).count == violations)
    }

    @Test(
        arguments: [
            (["HandrailSQLite": ["HandrailProcess"]], "adapter `HandrailSQLite` may import adapter `HandrailProcess`"),
            (["HandrailCore": ["HandrailServer"]], "`HandrailCore` may import `HandrailServer`, which stands on it"),
            (["CEL": ["CYAML"]], "`CEL` may import `CYAML`"),
            (["CEL": ["Foundation"]], "`CEL` may import `Foundation`"),
        ] as [([String: Set<String>], String)])
    func aFenceThatIsTooWideIsReported(fences: [String: Set<String>], problem: String) {
        #expect(Fences.problems(of: fences) == [problem])
    }
}
