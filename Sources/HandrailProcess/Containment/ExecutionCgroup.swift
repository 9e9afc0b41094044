internal import Glibc

/// The control group of one execution, in each hierarchy of the site.
struct ExecutionCgroup: Sendable {
    private let folders: [String]

    /// Makes it, or finds what an earlier engine left under the name.
    ///
    /// - Parameter name: of the execution; letters, digits and hyphens.
    /// - Returns: nil where there is none in any hierarchy: it would hold nobody.
    init?(_ name: String, in site: CgroupSite) {
        folders = site.folders.map { $0.path + "/" + name }.filter { mkdir($0, 0o755) == 0 || errno == EEXIST }
        if folders.isEmpty { return nil }
    }

    /// - Returns: whether the kernel holds all processes of the group together to the bound.
    func limitProcesses(to count: Int) -> Bool {
        folders.map { SmallFile.write("\(count)", to: $0 + "/pids.max") }.contains(true)
    }

    /// For the child to enter by, before it is another program.
    func entrances() throws(SystemError) -> [OpenEntrance] {
        var entrances: [OpenEntrance] = []
        for folder in folders { entrances.append(try OpenEntrance(folder + "/cgroup.procs")) }
        return entrances
    }

    /// An array can hold no `~Copyable` value.
    final class OpenEntrance: Sendable {
        let descriptor: Descriptor

        init(_ path: String) throws(SystemError) {
            descriptor = try Descriptor.open(path, O_WRONLY)
        }
    }

    var members: Set<pid_t> {
        Set(folders.flatMap { SmallFile.lines(of: $0 + "/cgroup.procs") }.compactMap { pid_t($0) })
    }

    /// Those of its processes that a look at the process table has passed over: it is no snapshot, and a process whose parent ends
    /// meanwhile is found below neither.
    func entries(missingIn entries: [ProcessEntry]) -> [ProcessEntry] {
        members.subtracting(entries.map(\.number)).sorted().compactMap { ProcessEntry(number: $0) }
    }

    /// Kills all of it. With version 2 at one stroke; else no new ones come, and the caller kills the members one by one.
    func kill() {
        for folder in folders {
            SmallFile.write("0", to: folder + "/pids.max")
            SmallFile.write("1", to: folder + "/cgroup.kill")
        }
    }

    /// A group can be removed a moment after its last process was reaped.
    func remove() {
        for folder in folders {
            for _ in 0..<100 where rmdir(folder) != 0 && errno == EBUSY { usleep(1000) }
        }
    }
}
