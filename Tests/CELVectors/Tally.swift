/// Outcomes by profile.
public struct Tally {
    private var counts: [String: (passed: Int, failed: Int, skipped: Int)] = [:]
    /// One line for each case that failed: its id, the expression, and what came instead.
    public private(set) var failures: [String] = []

    init() {}

    mutating func count(_ entry: VectorFile.Entry) {
        switch entry {
        case .unreadable(let id, let profile, let reason): add(profile, .failed(reason), "\(id): ")
        case .vector(let vector):
            add(vector.profile, vector.outcome(), "\(vector.id): \(vector.expr.prefix(120)): ")
        }
    }

    /// A file that holds no cases fails as one.
    mutating func countUnreadable(file: String, because reason: String) {
        add("(unreadable)", .failed(reason), "\(file): ")
    }

    private mutating func add(_ profile: String, _ outcome: Vector.Outcome, _ name: String) {
        var count = counts[profile] ?? (0, 0, 0)
        switch outcome {
        case .passed: count.passed += 1
        case .skipped: count.skipped += 1
        case .failed(let reason):
            count.failed += 1
            failures.append(name + reason)
        }
        counts[profile] = count
    }

    /// Cases that passed, of all profiles.
    public var passed: Int { counts.values.reduce(0) { $0 + $1.passed } }

    /// A line for each profile, one for all, and the failures.
    public var report: String {
        let total = counts.values.reduce((0, 0, 0)) { ($0.0 + $1.passed, $0.1 + $1.failed, $0.2 + $1.skipped) }
        let rows = counts.sorted { $0.key < $1.key } + [("all", total)]
        let width = rows.map { $0.key.utf8.count }.max() ?? 0
        let lines = rows.map { profile, count in
            profile + String(repeating: " ", count: width - profile.utf8.count)
                + "  \(Self.padded(count.passed)) passed  \(Self.padded(count.failed)) failed"
                + "  \(Self.padded(count.skipped)) skipped"
        }
        let failed = failures.isEmpty ? [] : ["failures:"] + failures.map { "  " + $0 }
        return (["CEL conformance:"] + (lines + failed).map { "  " + $0 }).joined(separator: "\n")
    }

    private static func padded(_ count: Int) -> String {
        let text = String(count)
        return String(repeating: " ", count: max(0, 5 - text.utf8.count)) + text
    }
}
