public import HandrailCore

/// An executable as it was found when the plan was made.
public struct ResolvedExecutable: Hashable, Sendable {
    /// Absolute, without symbolic links.
    public let path: String
    /// SHA-256 of its content, in hexadecimal.
    public let digest: String

    public init(path: String, digest: String) {
        self.path = path
        self.digest = digest
    }
}

/// What a child process may use. Each bound is enforced from outside the child.
public struct ExecutionLimits: Hashable, Sendable {
    /// Until it is told to stop.
    public var timeout: Duration
    /// From being told to stop until it, and all that it started, is killed.
    public var grace: Duration
    /// Of each output stream; what comes after is read, counted and dropped.
    public var outputBytes: Int
    public var openFiles: Int
    /// Address space of each process.
    public var memoryBytes: Int
    /// All processes of the child together, where a cgroup can be made.
    public var processes: Int

    public init(
        timeout: Duration, grace: Duration = .seconds(2), outputBytes: Int = 64 << 10, openFiles: Int = 256,
        memoryBytes: Int = 1 << 30, processes: Int = 64
    ) {
        self.timeout = timeout
        self.grace = grace
        self.outputBytes = outputBytes
        self.openFiles = openFiles
        self.memoryBytes = memoryBytes
        self.processes = processes
    }
}

/// One command, ready to be run as it is: no shell, no search along a path, nothing left to be worked out.
public struct Invocation: Hashable, Sendable {
    /// The first is what the file calls the executable; the child sees it as its name.
    public let argv: [String]
    /// What is really run. A file whose content has another digest by then is not run.
    public let executable: ResolvedExecutable
    /// All that the child's environment holds, beside `PATH`, `LANG` and `HOME`, which it may set otherwise, and a mark by
    /// which the executor finds its children. Secrets arrive here.
    public let environment: [String: String]
    public let limits: ExecutionLimits

    public init(
        argv: [String], executable: ResolvedExecutable, environment: [String: String] = [:], limits: ExecutionLimits
    ) {
        self.argv = argv
        self.executable = executable
        self.environment = environment
        self.limits = limits
    }
}

public enum ExecutionEnding: Hashable, Sendable {
    case exited(code: Int32)
    case killed(signal: Int32)
    /// It was stopped when its time was over.
    case timedOut
    /// It was stopped because somebody asked for it.
    case terminated
    /// Another server was asked, and nobody knows whether it did it.
    case unanswered(because: String)
    /// Nothing was started, for certain.
    case notStarted(because: String)
}

/// What came of one command. Output is as the child wrote it: not redacted, not escaped.
public struct ExecutionReport: Hashable, Sendable {
    public let ending: ExecutionEnding
    public let output: [UInt8]
    public let errorOutput: [UInt8]
    /// Of both streams, beyond the limit.
    public let droppedBytes: Int
    public let duration: Duration
    /// Processes that had outlived their parent and were killed.
    public let survivors: Int
    /// Processes of it that could not be killed: they sleep in the kernel, or are another user's.
    public let stillLiving: Int

    public init(
        ending: ExecutionEnding, output: [UInt8] = [], errorOutput: [UInt8] = [], droppedBytes: Int = 0,
        duration: Duration = .zero, survivors: Int = 0, stillLiving: Int = 0
    ) {
        self.ending = ending
        self.output = output
        self.errorOutput = errorOutput
        self.droppedBytes = droppedBytes
        self.duration = duration
        self.survivors = survivors
        self.stillLiving = stillLiving
    }
}

/// Runs commands. Cancelling the task ends the command and all that it started.
public protocol StepExecutor: Sendable {
    /// Finds an executable: an absolute path, or a name along the engine's fixed search path.
    ///
    /// - Throws: where there is none, it may not be executed, or anybody but its owner and root could change it.
    func resolve(_ name: String) async throws -> ResolvedExecutable

    /// For what only reads: a dry-run, a capture, a probe.
    func observe(_ invocation: Invocation) async -> ExecutionReport

    /// For what may change the world. The permit is proof that policy or people allowed this attempt.
    func perform(_ invocation: Invocation, permit: Permit) async -> ExecutionReport
}
