import Foundation

/// Randomness that is the same on every machine: a seed that failed once fails again.
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: Int) {
        state = UInt64(truncatingIfNeeded: seed) &* 0x9E37_79B9_7F4A_7C15 &+ 0x5851_F42D_4C95_7F2D
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ count: Int) -> Int { Int.random(in: 0..<max(1, count), using: &self) }

    mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[below(elements.count)]
    }
}

/// What any file may suffer.
enum ByteDamage {
    static func flip(_ bytes: inout [UInt8], _ random: inout SplitMix64) {
        guard !bytes.isEmpty else { return }
        for _ in 0...random.below(6) {
            let place = random.below(bytes.count)
            if random.chance(50) {
                bytes[place] ^= 1 << UInt8(random.below(8))
            } else {
                bytes[place] = UInt8(random.below(256))
            }
        }
    }

    static func insert(_ piece: [UInt8], into bytes: inout [UInt8], _ random: inout SplitMix64) {
        bytes.insert(contentsOf: piece, at: random.below(bytes.count + 1))
    }

    static func truncate(_ bytes: inout [UInt8], _ random: inout SplitMix64) {
        bytes.removeLast(random.below(bytes.count + 1))
    }
}

/// Prints every seed before it is used if asked to, since a trap leaves no other trace:
/// `HANDRAIL_HOSTILE_TRACE=1 swift test --filter Hostile`.
enum HostileTrace {
    private static let isOn = ProcessInfo.processInfo.environment["HANDRAIL_HOSTILE_TRACE"] != nil

    static func note(_ kind: String, seed: Int) {
        if isOn { FileHandle.standardError.write(Data("\(kind): seed \(seed)\n".utf8)) }
    }
}

/// The most memory that this process has held at once.
enum PeakMemory {
    static let mostGrowth = 512 << 20

    /// Nil where the system does not tell.
    static func bytes() -> Int? {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else { return nil }
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return line?.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) }.map { $0 << 10 }
    }
}

/// Whether text can be printed without moving the cursor, changing colours or reordering what is read.
enum Harmless {
    /// The first scalar that must not be printed. A newline is fine.
    static func fault(in text: String) -> Unicode.Scalar? {
        text.unicodeScalars.first { scalar in
            switch scalar.value {
            case 0x0A: false
            case 0..<0x20, 0x7F...0x9F, 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: true
            default: false
            }
        }
    }
}

extension Repository {
    static func bytes(_ relative: String) throws -> [UInt8] {
        try [UInt8](Data(contentsOf: root.appendingPathComponent(relative)))
    }
}
