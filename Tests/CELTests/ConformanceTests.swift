import CEL
import Foundation
import Testing

/// Runs the vectors of the CEL specification, which are the data of others and so stay outside of the project.
@Suite struct ConformanceTests {
    /// Extensions of the language that this module implements; core is required of everyone.
    static let implemented: Set<String> = [
        "core", "check:type_deduction", "ext:bindings", "ext:encoders", "ext:math", "ext:optionals", "ext:strings",
        "ext:two_var_comprehensions",
    ]

    @Test func noCoreCaseFails() throws {
        guard let folder = VectorFolder.found else {
            print("CEL conformance: SKIPPED, there are no vectors at \(VectorFolder.expected.path)")
            return
        }
        var tally = Tally()
        for file in try folder.files() {
            for vector in try VectorFile.read(file).tests { tally.count(vector, vector.outcome()) }
        }
        print(tally.report)
        #expect(tally.failures(of: Self.implemented).isEmpty)
    }
}

struct VectorFolder {
    let url: URL

    /// Given by `HANDRAIL_CEL_VECTORS`, else beside the package.
    static var expected: URL {
        if let path = ProcessInfo.processInfo.environment["HANDRAIL_CEL_VECTORS"] {
            return URL(fileURLWithPath: path, isDirectory: true)
        }
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return root.deletingLastPathComponent().appendingPathComponent("shared/cel/dev", isDirectory: true)
    }

    static var found: VectorFolder? {
        FileManager.default.fileExists(atPath: expected.path) ? VectorFolder(url: expected) : nil
    }

    /// All vectors in the folder, and the supplement beside it.
    func files() throws -> [URL] {
        let all = try FileManager.default.contentsOfDirectory(at: url, includingPropertiesForKeys: nil)
        let supplement = url.deletingLastPathComponent().appendingPathComponent("supplement.json")
        let extra = FileManager.default.fileExists(atPath: supplement.path) ? [supplement] : []
        return all.filter { $0.pathExtension == "json" }.sorted { $0.path < $1.path } + extra
    }
}

/// Outcomes by profile.
struct Tally {
    private var counts: [String: (passed: Int, failed: Int, skipped: Int)] = [:]
    private var failures: [(profile: String, line: String)] = []

    mutating func count(_ vector: Vector, _ outcome: Vector.Outcome) {
        var count = counts[vector.profile] ?? (0, 0, 0)
        switch outcome {
        case .passed: count.passed += 1
        case .skipped: count.skipped += 1
        case .failed(let reason):
            count.failed += 1
            failures.append((vector.profile, "\(vector.id): \(vector.expr.prefix(120)): \(reason)"))
        }
        counts[vector.profile] = count
    }

    func failures(of profiles: Set<String>) -> [String] {
        failures.filter { profiles.contains($0.profile) }.map(\.line)
    }

    var report: String {
        let lines = counts.sorted { $0.key < $1.key }.map { profile, count in
            "\(profile): \(count.passed) passed, \(count.failed) failed, \(count.skipped) skipped"
        }
        return (["CEL conformance:"] + lines + failures.map(\.line)).joined(separator: "\n  ")
    }
}

extension Vector {
    enum Outcome {
        case passed
        case skipped
        case failed(String)
    }

    func outcome() -> Outcome {
        guard ConformanceTests.implemented.contains(profile), !declaresFunctions else { return .skipped }
        switch compile() {
        case .issues(let issues):
            return judge(.failure(CELError(message: "issues: \(issues.map(\.message))")))
        case .program(let program):
            if let wanted = expect.deducedType, program.resultType != TypeText.parse(wanted) {
                return .failed("has type \(program.resultType), not \(wanted)")
            }
            if checkOnly == true { return .passed }
            do {
                return judge(.success(try program.evaluate(CELFacts(values))))
            } catch {
                return judge(.failure(error))
            }
        }
    }

    /// Functions cannot be declared here.
    private var declaresFunctions: Bool { (typeEnv ?? []).contains { $0.kind == "function" } }

    private var values: [String: CELValue] { (bindings ?? [:]).mapValues(\.value.value) }

    private func compile() -> CELCompilation {
        let declared = (typeEnv ?? []).compactMap { declaration in
            declaration.type.map { CELVariable(declaration.name, TypeText.parse($0), about: "") }
        }
        let bound = values.keys.filter { name in !declared.contains { $0.name == name } }
            .map { CELVariable($0, .dyn, about: "") }
        let environment = CELEnvironment(
            variables: declared + bound, container: container ?? "", isChecked: disableCheck != true)
        return environment.compile(expr)
    }

    private func judge(_ result: Result<CELValue, CELError>) -> Outcome {
        switch (expect.value, result) {
        case (let value?, .success(let got)): value.isSame(as: got) ? .passed : .failed("got \(got)")
        case (.some, .failure(let error)): .failed("got error: \(error.message)")
        case (nil, .failure(let error)): expect.error != nil ? .passed : .failed("got error: \(error.message)")
        case (nil, .success(let got)): .failed("got \(got), not an error")
        }
    }
}
