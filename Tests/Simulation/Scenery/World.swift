import HandrailCore

/// Something that is wrong for a while, and the alerts that say so.
struct Fault {
    let number: Int
    let alerts: [LabelSet]
    /// Nobody who proved who they are speaks of it.
    let isForged: Bool
    /// Its alerts come with a time at which they lapse unless they are renewed.
    let lapses: Bool
    /// Whether the runbook's steps help.
    let isCurable: Bool
    /// Its source speaks of it once, and not again until it is over.
    let isToldOnce: Bool
    /// It comes and goes.
    let flaps: Bool
    /// How often it has come again.
    var returns = 0
    var startsAt: Timestamp
    var healedAt: Timestamp?

    var isOn: Bool { healedAt == nil }
}

/// What the commands of runs find and change.
struct World {
    var faults: [Fault] = []
    /// What a captured value speaks of, by target; 1 where nothing has changed it.
    private(set) var levels: [ExactText: Int] = [:]
    private var lastLevel = 1
    private(set) var lastSilence = 0
    /// Of the files on disk and of the executables: what a plan rests on.
    var filesVersion = "files"
    var executablesVersion = 1

    func level(of target: Target) -> Int { levels[target.key] ?? 1 }

    func faults(behind record: DecisionRecord) -> [Int] {
        let bound = Set(record.bindings.flatMap(\.alerts).map(\.fingerprint))
        return faults.indices.filter { faults[$0].alerts.contains { bound.contains($0.fingerprint) } }
    }

    func isHealthy(for record: DecisionRecord) -> Bool {
        !faults(behind: record).contains { faults[$0].isOn }
    }

    /// A step takes effect.
    ///
    /// - Returns: the faults that it cures.
    mutating func take(_ step: Int, of record: DecisionRecord) -> [Int] {
        let planned = record.plan.steps[step]
        let target = record.plan.targets[planned.target]
        if !planned.capture.isEmpty {
            lastLevel += 1
            levels[target.key] = lastLevel
        }
        let isLast = record.plan.steps.lastIndex { $0.target == planned.target } == step
        guard isLast else { return [] }
        return faults(behind: record).filter { index in
            let fault = faults[index]
            guard fault.isOn, fault.isCurable else { return false }
            guard record.plan.targets.count > 1 else { return true }
            return fault.alerts.contains { $0.labels.contains { $0.value == ExactText(target.id) } }
        }
    }

    /// - Parameter argv: whose last argument is what was captured, where something was.
    mutating func undo(_ step: Int, of record: DecisionRecord, _ argv: [String]) {
        let planned = record.plan.steps[step]
        guard !planned.capture.isEmpty, let level = argv.last.flatMap({ Int($0) }) else { return }
        levels[record.plan.targets[planned.target].key] = level
    }

    mutating func makeSilence() -> String {
        lastSilence += 1
        return "silence-\(lastSilence)"
    }

    /// What a sealer that looks at the world would say.
    func digest(of record: DecisionRecord) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        func mix(_ text: String) {
            for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        }
        for step in record.plan.steps { step.argv.forEach(mix) }
        for target in record.plan.targets { mix(target.description) }
        return "\(filesVersion), executables \(executablesVersion), plan \(String(hash, radix: 16))"
    }
}
