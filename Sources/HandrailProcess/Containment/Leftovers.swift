internal import Glibc

/// What executions of an engine that died left behind.
enum Leftovers {
    private static let patience = Duration.seconds(3)

    /// Kills it, wherever it can be found: in the control groups of the instance, and by the mark in the environment.
    ///
    static func kill(markPrefix: String, site: CgroupSite) -> Survivors {
        let ours = ownLine(among: ProcessEntry.all())
        let groups = site.executions.compactMap { ExecutionCgroup($0, in: site) }
            .filter { $0.members.isDisjoint(with: ours) }
        var seen = Set(living(in: groups, markPrefix: markPrefix))
        for group in groups { group.kill() }
        var living: [ProcessEntry.Identity] = []
        let end = ContinuousClock.now + patience
        repeat {
            living = self.living(in: groups, markPrefix: markPrefix)
            if living.isEmpty { break }
            seen.formUnion(living)
            for group in groups { group.kill() }
            for process in living { process.signal(SIGKILL) }
            usleep(2000)
        } while ContinuousClock.now < end
        for group in groups { group.remove() }
        return Survivors(killed: seen.count - living.count, stillLiving: living.count)
    }

    private static func living(in groups: [ExecutionCgroup], markPrefix: String) -> [ProcessEntry.Identity] {
        let members = groups.reduce(into: Set<pid_t>()) { $0.formUnion($1.members) }
        let walked = ProcessEntry.all()
        let entries = walked + groups.flatMap { $0.entries(missingIn: walked) }
        let ours = ownLine(among: entries)
        return entries.filter { entry in
            guard !entry.isZombie, !ours.contains(entry.number) else { return false }
            return members.contains(entry.number)
                || ProcessEntry.environment(of: entry.number).contains { $0.starts(with: markPrefix.utf8) }
        }
        .map(\.identity)
    }

    /// This process and its ancestors: an engine may have been started by a runbook of the engine before it.
    private static func ownLine(among entries: [ProcessEntry]) -> Set<pid_t> {
        let parents = Dictionary(entries.map { ($0.number, $0.parent) }, uniquingKeysWith: { first, _ in first })
        var line: Set<pid_t> = []
        var process: pid_t? = getpid()
        while let current = process, current > 0, line.insert(current).inserted { process = parents[current] }
        return line
    }
}
