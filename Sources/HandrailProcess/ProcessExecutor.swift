internal import CSpawn
internal import Crypto
internal import Glibc
public import HandrailCore
public import HandrailEngine

/// Runs commands as child processes of this one.
///
/// Each execution has a thread of its own from start to end; a task that waits for it holds up no other. Making one sets
/// two things for the whole program: it adopts orphans (`PR_SET_CHILD_SUBREAPER`), and it does not ignore `SIGCHLD`.
/// No code beside it may wait for *any* child, or start children in sessions of their own.
public final class ProcessExecutor: StepExecutor {
    /// What the children get, and where programs are looked for.
    public struct Options: Sendable {
        /// Debian's, for root.
        public static let systemSearchPath = [
            "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin",
        ]

        /// Searched before the system's: a workspace's own executors, absolute.
        public var executorFolders: [String]
        public var workingDirectory = "/"
        public var home = "/"
        /// The largest file that a child may write.
        public var fileBytes = 1 << 30
        /// Whose children they are, over restarts: `reapLeftovers` finds those of the engine before by it. One engine at a
        /// time may use a directory. Nil where nothing outlives this executor.
        public var stateDirectory: String?
        /// Off, children are held together by session, mark and parentage only.
        public var usesControlGroups = true

        public init(executorFolders: [String] = [], stateDirectory: String? = nil) {
            self.executorFolders = executorFolders
            self.stateDirectory = stateDirectory
        }
    }

    private let settings: ChildSettings
    private let site: CgroupSite
    private let finder: ExecutableFinder

    public init(_ options: Options = Options()) {
        let searchPath = options.executorFolders + Options.systemSearchPath
        settings = ChildSettings(
            instance: Self.instance(for: options.stateDirectory), searchPath: searchPath,
            workingDirectory: options.workingDirectory, home: options.home, fileBytes: options.fileBytes)
        site = options.usesControlGroups ? CgroupSite(instance: settings.instance) : CgroupSite()
        finder = ExecutableFinder(searchPath: searchPath)
        _ = cspawn_become_keeper()
    }

    deinit {
        site.remove()
    }

    /// Whether children are held together by control groups.
    public var usesControlGroups: Bool { !site.folders.isEmpty }

    /// Whether the bound on processes is the kernel's, for all processes of a child together.
    public var countsProcesses: Bool { site.countsProcesses }

    /// - Throws: `ExecutableError`.
    public func resolve(_ name: String) async throws -> ResolvedExecutable {
        let finder = finder
        let found = try await OwnThread.run { Result { () throws(ExecutableError) in try finder.find(name) } }
        return try found.get()
    }

    public func observe(_ invocation: Invocation) async -> ExecutionReport {
        await execute(invocation)
    }

    /// The permit is asked for, not read: who has one was allowed to act.
    public func perform(_ invocation: Invocation, permit: Permit) async -> ExecutionReport {
        await execute(invocation)
    }

    /// Kills what an engine that died left behind. To be called at start, under the state directory's lock, before anything
    /// is run.
    ///
    /// The leaders of its executions died with it; this is for what they had started.
    ///
    /// - Returns: what came of it. While something lives on, nothing should be done: it may act at any time.
    @discardableResult
    public func reapLeftovers() async throws -> Reaped {
        let prefix = settings.markPrefix
        let site = site
        let survivors = try await OwnThread.run { Leftovers.kill(markPrefix: prefix, site: site) }
        return Reaped(killed: survivors.killed, stillLiving: survivors.stillLiving)
    }

    /// Processes that an engine which died had left.
    public struct Reaped: Hashable, Sendable {
        public let killed: Int
        /// They could not be killed: they sleep in the kernel, or are another user's.
        public let stillLiving: Int

        public init(killed: Int = 0, stillLiving: Int = 0) {
            self.killed = killed
            self.stillLiving = stillLiving
        }
    }

    private func execute(_ invocation: Invocation) async -> ExecutionReport {
        let settings = settings
        let site = site
        do {
            let cancellation = try WakeUp()
            return try await withTaskCancellationHandler {
                try await OwnThread.run {
                    Execution.report(of: invocation, settings: settings, site: site, cancelledBy: cancellation)
                }
            } onCancel: {
                cancellation.signal()
            }
        } catch {
            return ExecutionReport(ending: .notStarted(because: "\(error)"))
        }
    }

    /// The same for one directory always, however it is spelled.
    static func instance(for stateDirectory: String?) -> String {
        guard let stateDirectory else { return ChildSettings.randomName() }
        let real = realpath(stateDirectory, nil)
        defer { free(real) }
        let path = real.map { String(cString: $0) } ?? stateDirectory
        let digest = SHA256.hash(data: Array(path.utf8))
        return digest.prefix(8).map { String(256 + Int($0), radix: 16).dropFirst() }.joined()
    }
}
