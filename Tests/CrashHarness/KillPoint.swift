/// A place where a process changes the world, or learns of it, as `KillPoints` tells them apart.
public struct KillPoint: Hashable, Sendable, CustomStringConvertible {
    /// Where about it the process is killed.
    public enum Phase: String, Hashable, Sendable {
        case before, within, exec, after
    }

    /// What people call it.
    public enum Category: String, Hashable, Sendable, CaseIterable {
        /// A page of the journal's write-ahead log.
        case append
        /// The flush of that log.
        case commit
        /// The journal's making, its checkpoint, and the lock.
        case store
        /// Requests that are taken and their answers.
        case answer
        case spawn
        case undo
        case wait
        case signal
    }

    let kind: String
    let file: String
    /// From 1, among its like.
    let number: Int
    /// What a child becomes.
    let argv: [String]

    public var description: String {
        argv.isEmpty ? "\(kind) \(file) \(number)" : "\(kind) \(file) \(number) (\(argv.joined(separator: " ")))"
    }

    /// A write can be torn, a child can be there and not be a program yet, and can be waited for; the rest is done or not.
    var phases: [Phase] {
        switch kind {
        case "write", "wait": [.before, .within, .after]
        case "spawn": [.before, .within, .exec, .after]
        default: [.before, .after]
        }
    }

    public var category: Category {
        switch (kind, file) {
        case ("spawn", _): argv.dropFirst().first == "undo" ? .undo : .spawn
        case ("wait", _), ("reap", _): .wait
        case ("signal", _): .signal
        case ("sync", "journal.sqlite-wal"): .commit
        case (_, "journal.sqlite-wal"): .append
        case (_, "answers"), (_, "inbox"), (_, "refused"): .answer
        default: .store
        }
    }

    /// Those that a process reached, in their order.
    static func reached(in log: String) -> [KillPoint] {
        let lines = log.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        let programs = lines.filter { $0.first == "exec" && $0.count > 1 }
        let argv = Dictionary(programs.map { ($0[1], Array($0.dropFirst(2))) }, uniquingKeysWith: { $1 })
        return lines.compactMap { words in
            guard words.count == 3, words[0] != "exec", let number = Int(words[2]) else { return nil }
            let program = words[1] == "child" && words[0] != "signal" ? argv[words[2]] : nil
            return KillPoint(kind: words[0], file: words[1], number: number, argv: program ?? [])
        }
    }
}

/// One way to kill one process of a scenario.
public struct Kill: Hashable, Sendable, CustomStringConvertible {
    /// Which of the scenario's processes.
    let pass: Int
    let point: KillPoint
    let phase: KillPoint.Phase

    public var description: String { "process \(pass + 1), \(phase.rawValue) \(point)" }

    /// For the environment of the process.
    var instruction: String { "\(point.kind) \(point.file) \(point.number) \(phase.rawValue)" }
}
