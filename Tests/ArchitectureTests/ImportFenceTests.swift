import Foundation
import Testing

/// Holds the sources against the fences of ARCHITECTURE.md, and against what review would otherwise have to catch.
struct ImportFenceTests {
    @Test func everyModuleImportsOnlyWhatItsFenceAllows() throws {
        let violations = try Repository.sources().flatMap { file in
            SourceRules.strayImports(in: file.source, module: file.module, allowed: Fences.allowed[file.module])
        }
        #expect(violations.isEmpty, "\(violations.listed)")
    }

    @Test func theFencesThemselvesKeepAdaptersApart() {
        #expect(Fences.problems(of: Fences.allowed) == [])
    }

    @Test func noSourceForcesItsWay() throws {
        try checkSources(SourceRules.traps)
    }

    @Test func everyUncheckedSendableCarriesItsProof() throws {
        try checkSources(SourceRules.unprovenSendable)
    }

    @Test func everySourceFileHasAtMostFiveHundredLines() throws {
        try checkSources(SourceRules.excessLength)
    }

    private func checkSources(
        _ rule: (MaskedSource) -> [Violation], at location: Testing.SourceLocation = #_sourceLocation
    ) throws {
        let violations = try Repository.sources().flatMap { rule($0.source) }
        #expect(violations.isEmpty, "\(violations.listed)", sourceLocation: location)
    }

    /// `make test` runs Swift Testing only, so an XCTest would never run.
    @Test func noTestIsWrittenForXCTest() throws {
        let violations = try Repository.tests().flatMap { file in
            SourceRules.imports(of: file.source).filter { $0.module == "XCTest" }
                .map { Violation(path: file.source.path, line: $0.line, message: "`XCTest` is never run here") }
        }
        #expect(violations.isEmpty, "\(violations.listed)")
    }
}

extension [Violation] {
    fileprivate var listed: String { "\n" + map(\.description).joined(separator: "\n") }
}

/// The checkout that this file was compiled in.
private enum Repository {
    struct File {
        let module: String
        let source: MaskedSource
    }

    static func sources() throws -> [File] {
        let files = try scannedSources.get()
        // An empty folder would let every rule pass.
        try #require(files.contains { $0.module == "HandrailCore" })
        return files
    }

    private static let scannedSources = Result { try swiftFiles(below: "Sources") }

    static func tests() throws -> [File] { try swiftFiles(below: "Tests") }

    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func swiftFiles(below folder: String) throws -> [File] {
        let paths = try FileManager.default.subpathsOfDirectory(atPath: root.appending(path: folder).path)
        return try paths.filter { $0.hasSuffix(".swift") }.sorted().map { path in
            let text = try String(contentsOf: root.appending(path: "\(folder)/\(path)"), encoding: .utf8)
            let module = path.prefix { $0 != "/" }
            return File(module: String(module), source: MaskedSource(text, path: "\(folder)/\(path)"))
        }
    }
}
