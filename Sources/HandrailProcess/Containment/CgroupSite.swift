internal import Glibc

/// The control groups of one engine: a folder of its own in each hierarchy where it may make one.
///
/// Version 2 kills at one stroke and version 1's `pids` bounds how many processes there are; a system may have both,
/// either or none, and the engine may or may not be allowed to use them. What is not there is done without.
struct CgroupSite: Sendable {
    enum Hierarchy: Sendable {
        /// Version 2, which has `cgroup.kill` since Linux 5.14.
        case unified
        /// Version 1, with the `pids` controller.
        case processes
    }

    struct Folder: Sendable {
        let hierarchy: Hierarchy
        let path: String
    }

    /// Empty where no group can be made.
    let folders: [Folder]

    /// - Parameter instance: tells this engine's groups from those of others: letters, digits and hyphens.
    init(instance: String) {
        folders = Self.ownGroups().compactMap { group in
            let path = group.path + "/handrail-" + instance
            guard mkdir(path, 0o755) == 0 || errno == EEXIST else { return nil }
            if case .unified = group.hierarchy {
                // Refused where the parent holds processes itself; then its children have no bound on processes.
                SmallFile.write("+pids", to: group.path + "/cgroup.subtree_control")
                SmallFile.write("+pids", to: path + "/cgroup.subtree_control")
            }
            return Folder(hierarchy: group.hierarchy, path: path)
        }
    }

    /// A site that contains nothing.
    init() {
        folders = []
    }

    /// Whether `pids.max` can be set in its groups.
    var countsProcesses: Bool {
        folders.contains { folder in
            switch folder.hierarchy {
            case .processes: true
            case .unified:
                SmallFile.lines(of: folder.path + "/cgroup.subtree_control")
                    .contains { $0.split(separator: " ").contains("pids") }
            }
        }
    }

    /// Groups that an engine before this one left, by name.
    var executions: [String] {
        Set(
            folders.flatMap { folder in
                SmallFile.names(in: folder.path).filter { isFolder(folder.path + "/" + $0) }
            }
        )
        .sorted()
    }

    /// Takes the engine's own folders away where they are empty.
    func remove() {
        for folder in folders { rmdir(folder.path) }
    }

    private func isFolder(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    // MARK: Where the engine itself is

    private static func ownGroups() -> [Folder] {
        let memberships = SmallFile.lines(of: "/proc/self/cgroup").compactMap(Membership.init)
        return SmallFile.lines(of: "/proc/self/mountinfo").compactMap { ownGroup(mountedAs: $0, memberships) }
    }

    /// A line such as `36 25 0:31 / /sys/fs/cgroup/pids rw,relatime - cgroup cgroup rw,pids`.
    private static func ownGroup(mountedAs line: Substring, _ memberships: [Membership]) -> Folder? {
        let words = line.split(separator: " ")
        guard let dash = words.firstIndex(of: "-"), dash >= 5, words.count > dash + 3 else { return nil }
        let hierarchy: Hierarchy
        switch words[dash + 1] {
        case "cgroup2": hierarchy = .unified
        case "cgroup" where words[dash + 3].split(separator: ",").contains("pids"): hierarchy = .processes
        default: return nil
        }
        let root = words[3]
        guard let membership = memberships.first(where: { $0.isOf(hierarchy) }),
            // In a container the mount may show a part that the engine is not in.
            root == "/" || membership.path == root || membership.path.hasPrefix(root + "/")
        else { return nil }
        let below = root == "/" ? membership.path : membership.path.dropFirst(root.count)
        return Folder(hierarchy: hierarchy, path: String(words[4]) + (below == "/" ? "" : String(below)))
    }

    /// A line such as `8:pids:/` or `0::/system.slice`.
    private struct Membership {
        let controllers: [Substring]
        let path: Substring

        init?(_ line: Substring) {
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { return nil }
            controllers = parts[1].split(separator: ",")
            path = parts[2]
        }

        func isOf(_ hierarchy: Hierarchy) -> Bool {
            switch hierarchy {
            case .unified: controllers.isEmpty
            case .processes: controllers.contains("pids")
            }
        }
    }
}
