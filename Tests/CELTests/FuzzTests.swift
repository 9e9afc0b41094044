import CEL
import Foundation
import Testing

/// Whatever the source, the answer is a value, an error or issues: never a crash, and soon.
@Suite struct FuzzTests {
    static let seed: UInt64 = 20_261_124

    /// The seeds of the long run, `scripts/fuzz-cel`, too. What once crashed is among them.
    static let seeds: [(name: String, source: String)] = {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("CELFuzz/Seeds")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(".cel") }.sorted().compactMap { name in
            (try? Data(contentsOf: folder.appendingPathComponent(name)))
                .map { (name: name, source: String(decoding: $0, as: UTF8.self)) }
        }
    }()

    @Test(arguments: seeds.map(\.name))
    func aSeedIsHarmless(_ name: String) throws {
        exercise(try #require(Self.seeds.first { $0.name == name }).source)
    }

    @Test func thereAreSeeds() { #expect(Self.seeds.count >= 20) }

    @Test func mutatedExpressionsNeverCrash() {
        var random = SplitMix(state: Self.seed)
        print("fuzz seed \(Self.seed)")
        for round in 0..<4_000 {
            var bytes = Array(Self.seeds[round % Self.seeds.count].source.utf8)
            for _ in 0...random.below(6) { mutate(&bytes, &random) }
            exercise(String(decoding: bytes, as: UTF8.self))
        }
    }

    @Test func randomBytesNeverCrash() {
        var random = SplitMix(state: Self.seed)
        for _ in 0..<2_000 {
            let bytes = (0..<random.below(80)).map { _ in UInt8(random.below(256)) }
            exercise(String(decoding: bytes, as: UTF8.self))
        }
    }

    /// What is repeated, how often, between what; by name, since a test prints its arguments.
    static let deepSources: [String: (start: String, part: String, count: Int, end: String)] = [
        "parentheses": ("", "(", 60_000, ""), "lists": ("", "[", 60_000, ""), "maps": ("", "{1:", 20_000, ""),
        "nots": ("", "!", 60_000, "true"), "negations": ("", "-", 60_000, "1"), "sums": ("1", "+1", 30_000, ""),
        "fields": ("a", ".b", 30_000, ""), "indices": ("a", "[0]", 20_000, ""),
        "conditionals": ("true", "?true:true", 6_000, ""), "loops": ("", "x.map(x,", 8_000, ""),
        "tooLong": ("", "a", 70_000, ""), "escapes": ("'", "\\", 60_000, ""), "holes": ("", "${", 30_000, ""),
        "quotedHoles": ("", "${'", 20_000, ""), "unknownNames": ("a", "+ab", 200, ""),
        "nestedLoops": ("", "[1].map(x,", 99, "x" + String(repeating: ")", count: 99)),
        "nestedLists": ("", "[", 99, "1" + String(repeating: "]", count: 99)),
        "nestedConditionals": ("", "(true ? 1 : ", 99, "x" + String(repeating: ")", count: 99)),
        "nestedMaps": ("", "{1: ", 99, "1" + String(repeating: "}", count: 99)),
        "nestedBindings": ("", "cel.bind(x, [[[[1]]]], ", 90, "x == x" + String(repeating: ")", count: 90)),
    ]

    @Test(arguments: deepSources.keys.sorted())
    func deepAndLongSourcesAreRefusedOrEvaluated(_ name: String) throws {
        let source = try #require(Self.deepSources[name])
        exercise(source.start + String(repeating: source.part, count: source.count) + source.end)
    }

    @Test func aLongChainOfOrIsFine() {
        let source = (0..<2_500).map { "target.replicas == \($0)" }.joined(separator: "||")
        #expect(outcome(source) == "true")
    }

    @Test func theDeepestExpressionAllowedIsEvaluatedOnASmallStack() async {
        // Tasks run on threads with smaller stacks than the main one.
        let source = "1" + String(repeating: "+1", count: 120)
        let value = await Task.detached { outcome(source) }.value
        #expect(value == "121")
    }

    private func mutate(_ bytes: inout [UInt8], _ random: inout SplitMix) {
        let pieces = [
            "(", ")", "[", "]", "{", "}", ".", "?", ":", "'", "\"", "\\", "`", "0", "9e9", "u", "in", "&&", "==", "${",
            "é", "\u{0}",
        ]
        let place = random.below(bytes.count + 1)
        switch random.below(4) {
        case 0: bytes.insert(contentsOf: pieces[random.below(pieces.count)].utf8, at: place)
        case 1 where place < bytes.count: bytes.remove(at: place)
        case 2 where place < bytes.count: bytes[place] = UInt8(random.below(256))
        case _:
            let end = min(bytes.count, place + random.below(12))
            let slice = Array(bytes[place..<end])
            bytes.insert(contentsOf: slice, at: random.below(bytes.count + 1))
        }
    }
}

/// Everything that can be done with a source. No outcome is wrong but a crash.
func exercise(_ source: String) {
    for (isChecked, limit) in [(true, 100_000), (true, nil), (false, nil)] {
        let environment = CELEnvironment(variables: World.variables, isChecked: isChecked, costLimit: limit)
        if case .program(let program) = environment.compile(source) {
            _ = environment.worstCaseCost(of: program)
            _ = program.referencedPaths
            _ = try? program.evaluate(World.facts, costLimit: 2_000)
            let explanation = program.explain(World.facts, costLimit: 2_000)
            _ = explanation.steps.map { "\($0.outcome)".utf8.count }
        }
        if case .template(let template) = CELTemplate.compile(source, in: environment) {
            _ = try? template.render(World.facts, costLimit: 2_000)
        }
    }
}

/// A small generator that gives the same numbers for the same seed everywhere.
struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ limit: Int) -> Int { limit <= 0 ? 0 : Int(next() % UInt64(limit)) }
}
