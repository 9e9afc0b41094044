import HandrailCore
import HandrailFormats
import Testing

/// Files that somebody made to break the reader, and files that an editor broke.
@Suite("Hostile files")
struct HostileFileTests {
    private static let seed: UInt64 = 20_261_124

    @Test(arguments: 0..<8 as Range<UInt64>)
    func aMutatedWorkspaceNeverCrashes(part: UInt64) {
        var random = SeededGenerator(state: Self.seed &+ part)
        for round in 0..<40 {
            let files = SampleFiles.all.map { file in
                (path: file.path, bytes: Self.mutated(Array(file.text.utf8), &random))
            }
            let loaded = WorkspaceLoader.load(files: files)
            #expect((loaded.workspace == nil) == (loaded.errorCount > 0), "seed \(Self.seed), \(part), \(round)")
            for finding in loaded.findings {
                let isPlain = finding.rendered.unicodeScalars.allSatisfy {
                    $0 == "\n" || (!$0.properties.isBidiControl && $0.value >= 32)
                }
                #expect(isPlain, "seed \(Self.seed), \(part), \(round)")
                #expect(finding.location.line >= 1 && finding.location.column >= 1)
                #expect(finding.endColumn >= finding.location.column)
            }
        }
    }

    private static let fragments: [[UInt8]] =
        [
            "{", "}", "[", "]", ": ", "- ", "\n", "\n---\n", "\t", "&a ", "*a", "!!x ", "|\n", ">-\n", "'", "\"", "#",
            "%",
            "? ", "<<: ", "\\u0000", "\u{202E}", "${", "}", "\r", "\u{85}", "999999999999999999999", "~", "...\n",
            "\u{FEFF}",
        ].map { Array($0.utf8) } + [[0xFF], [0xC3], [0x00], [0xED, 0xA0, 0x80]]

    private static func mutated(_ bytes: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            let place = Int.random(in: 0...bytes.count, using: &random)
            let end = min(bytes.count, place + Int.random(in: 0...12, using: &random))
            switch Int.random(in: 0...3, using: &random) {
            case 0: bytes.removeSubrange(place..<end)
            case 1: bytes.insert(contentsOf: bytes[place..<end], at: Int.random(in: 0...bytes.count, using: &random))
            case 2: bytes.insert(contentsOf: fragments.randomElement(using: &random) ?? [], at: place)
            default: bytes.replaceSubrange(place..<end, with: fragments.randomElement(using: &random) ?? [])
            }
        }
        return bytes
    }

    /// Each close to a mebibyte: what takes time that grows with the square of it would not end today.
    @Test(
        .timeLimit(.minutes(2)),
        arguments: [
            ("[", "["), ("{", "{a: "), ("- ", "- "), ("? ", "? "), ("---\n", "---\n"), ("a: [", "x, "),
            ("a:\n", " - x\n"), ("people: x\n", "? a\n: b\n"), ("a: \"", "\\n"), ("#", "#"), ("a: '", "''"),
            ("&", "&a "), ("a: ", "!t "), ("people: {", "*a : *b, "), ("a: |\n", " x\n"),
            ("people: x\nroles: { r: [", "p, "), ("topology: t\nservices: {", "a: {}, "),
            ("runbook: r\nsignature: { when: { a: '{", "a=\"1\","), ("action: a\nrun: [", "\"${x}\", "),
        ])
    func aLargeFileEndsSoon(start: String, repeated: String) {
        let text = start + String(repeating: repeated, count: ((1 << 20) - 100) / repeated.utf8.count)
        _ = WorkspaceLoader.load(files: [("a.yaml", Array(text.utf8))]).findings.map(\.rendered)
    }

    @Test(.timeLimit(.minutes(2)))
    func manyDifferentUnknownKeysEndSoon() {
        let text = "people: x\n" + (0..<60_000).map { "key\($0): x\n" }.joined()
        let loaded = WorkspaceLoader.load(files: [("a.yaml", Array(text.utf8))])
        #expect(loaded.findings.count == 1001)
        #expect(loaded.findings.last?.code == "too-many-findings")
    }

    @Test
    func aFileOfMoreThanAMebibyteIsRefused() {
        let bytes = [UInt8](repeating: UInt8(ascii: " "), count: (1 << 20) + 1)
        #expect(WorkspaceLoader.load(files: [("a.yaml", bytes)]).findings.map(\.code) == ["file-too-large"])
    }
}

/// SplitMix64: the same numbers everywhere for a seed.
private struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
