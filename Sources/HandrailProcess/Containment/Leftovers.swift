internal import Glibc

/// What executions of an engine that died left behind.
enum Leftovers {
    /// Kills it, wherever it can be found: in the control groups of the instance, and by the mark in the environment.
    ///
    /// - Returns: how many processes there were.
    static func kill(markPrefix: String, site: CgroupSite) -> Int {
        var killed: Set<ProcessEntry.Identity> = []
        let ours = ownLine(among: ProcessEntry.all())
        let groups = site.executions.map { ExecutionCgroup($0, in: site) }.filter { $0.members.isDisjoint(with: ours) }
        for _ in 0..<1000 {
            let living = living(in: groups, markPrefix: markPrefix)
            if living.isEmpty { break }
            killed.formUnion(living)
            for group in groups { group.kill() }
            for process in living { process.signal(SIGKILL) }
            usleep(2000)
        }
        for group in groups { group.remove() }
        return killed.count
    }

    private static func living(in groups: [ExecutionCgroup], markPrefix: String) -> [ProcessEntry.Identity] {
        let members = groups.reduce(into: Set<pid_t>()) { $0.formUnion($1.members) }
        let entries = ProcessEntry.all()
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
