internal import Glibc

/// What had outlived a leader.
struct Survivors: Hashable {
    var killed = 0
    /// They could not be killed in the time that there was.
    var stillLiving = 0
}

/// All that one execution started, however it tried to get away, and the end of it.
///
/// A process belongs to it that is in its control group, its session or its process group, that carries its mark in the
/// environment, or that was seen below such a one. An orphan with none of these (it left the session, cleared its
/// environment and lost its parents, where there is no control group) is a stray of the engine, which adopts orphans: it
/// belongs to the execution if no other is under way, and else waits for the last of them.
struct Containment {
    /// A process that sleeps in the kernel for good cannot be killed.
    private static let patience = Duration.seconds(3)

    /// The process that was spawned. It must stay unreaped as long as this is used, so that its number is its own.
    let leader: ProcessEntry.Identity
    /// `NAME=value`.
    let mark: String
    let cgroup: ExecutionCgroup?

    private var known: Set<ProcessEntry.Identity> = []

    init(leader: ProcessEntry.Identity, mark: String, cgroup: ExecutionCgroup?) {
        self.leader = leader
        self.mark = mark
        self.cgroup = cgroup
    }

    /// Asks the whole group to stop. The stopped ones are woken, for a stopped process handles no signal.
    func askToStop() {
        kill(-leader.number, SIGTERM)
        kill(-leader.number, SIGCONT)
    }

    /// Whether anything but the leader is alive.
    mutating func hasLivingMembers() -> Bool {
        !livingMembers(among: candidates).isEmpty
    }

    /// Remembers who is there, while parents still show whose they are.
    mutating func takeRollCall() {
        _ = livingMembers(among: candidates)
    }

    /// Kills everything but the leader, which must have ended, until nothing is left.
    mutating func killSurvivors() -> Survivors {
        var seen = Set(livingMembers(among: candidates))
        // Whether anybody was seen or not: the group is killed at one stroke, or nobody in it can start another from here on.
        // So what a look finds afterwards can only become less.
        cgroup?.kill()
        let end = ContinuousClock.now + Self.patience
        while true {
            let entries = candidates
            let living = livingMembers(among: entries)
            LiveExecutions.reap(LiveExecutions.strays(among: entries).filter(\.isZombie))
            seen.formUnion(living)
            guard !living.isEmpty, ContinuousClock.now < end else {
                return Survivors(killed: seen.count - living.count, stillLiving: living.count)
            }
            kill(-leader.number, SIGKILL)
            cgroup?.kill()
            for process in living { process.signal(SIGKILL) }
            usleep(1000)
        }
    }

    /// Everything that could belong to it. With a control group the quick look is enough: whoever it passes over would have
    /// to have left the group as well, and whoever is in the group is added.
    private var candidates: [ProcessEntry] {
        guard let cgroup, let descendants = ProcessEntry.descendants() else { return ProcessEntry.all() }
        return descendants + cgroup.entries(missingIn: descendants)
    }

    private mutating func livingMembers(among entries: [ProcessEntry]) -> [ProcessEntry.Identity] {
        let group = cgroup?.members ?? []
        let others = entries.filter { $0.identity != leader && $0.number != getpid() }
        var members = Set(others.filter { isMember($0, of: group) }.map(\.identity))
        if LiveExecutions.isOnlyOne { members.formUnion(LiveExecutions.strays(among: others).map(\.identity)) }
        addDescendants(among: others, to: &members)
        known.formUnion(members)
        return others.filter { !$0.isZombie && members.contains($0.identity) }.map(\.identity)
    }

    private func isMember(_ entry: ProcessEntry, of group: Set<pid_t>) -> Bool {
        guard entry.identity.startedAt >= leader.startedAt else { return false }
        return entry.session == leader.number || entry.group == leader.number || group.contains(entry.number)
            || known.contains(entry.identity) || entry.hasEnvironment(mark)
    }

    private func addDescendants(among entries: [ProcessEntry], to members: inout Set<ProcessEntry.Identity>) {
        let children = Dictionary(grouping: entries, by: \.parent)
        var open = [leader.number] + members.map(\.number)
        while let parent = open.popLast() {
            for child in children[parent, default: []] where members.insert(child.identity).inserted {
                open.append(child.number)
            }
        }
    }
}
