internal import Glibc
internal import HandrailCore
internal import HandrailEngine

/// What git knows of a workspace's files.
///
/// The repository may be somebody else's, and its configuration names programs that git would run: signature checkers, file
/// system monitors, hooks, transports. None of that is needed to read two objects, and all of it is switched off.
struct GitHistory: Sendable {
    enum Change: Hashable, Sendable {
        case by(name: String, address: String)
        /// One lowercase sentence without a final stop.
        case unknown(because: String)
    }

    private static let timeout = Duration.seconds(10)
    /// More than a file of a workspace may have.
    private static let outputBytes = 2 << 20

    private let workspace: String
    private let executor: any StepExecutor
    /// The folder that the repository is in.
    private let root: String?
    private let git: ResolvedExecutable?

    /// - Parameter workspace: absolute, without symbolic links.
    init(of workspace: String, executor: any StepExecutor) async {
        self.workspace = workspace
        self.executor = executor
        root = Self.root(above: workspace)
        git = try? await executor.resolve("git")
    }

    private static func root(above path: String) -> String? {
        var folder = path[...]
        while true {
            if access(folder + "/.git", F_OK) == 0 { return folder.utf8.isEmpty ? "/" : String(folder) }
            guard let slash = folder.lastIndex(of: "/") else { return nil }
            folder = folder[..<slash]
        }
    }

    /// Who committed a file last.
    ///
    /// - Parameter texts: what was loaded from it. Where the last commit does not hold all of it, somebody has written it since.
    func lastChange(of file: String, holding texts: [[UInt8]]) async -> Change {
        guard git != nil else { return .unknown(because: "there is no git, so nobody knows who wrote `\(file)`") }
        guard root != nil else {
            return .unknown(because: "the workspace is in no git repository, so nobody knows who wrote `\(file)`")
        }
        guard let committed = await output(["cat-file", "blob", "HEAD:./\(file)"]) else {
            return .unknown(because: "git does not say who wrote `\(file)`: it is not committed")
        }
        guard texts.allSatisfy({ committed.firstRange(of: $0) != nil }) else {
            return .unknown(because: "`\(file)` was changed since it was committed, and nobody knows by whom")
        }
        let log = ["log", "-1", "--no-show-signature", "--no-color", "--format=%an%x00%ae", "HEAD", "--", file]
        let fields = await output(log)?.split(separator: 0, omittingEmptySubsequences: false) ?? []
        guard fields.count == 2 else { return .unknown(because: "git does not say who changed `\(file)` last") }
        let address = fields[1].prefix { $0 != 0x0A }
        return .by(name: String(decoding: fields[0], as: UTF8.self), address: String(decoding: address, as: UTF8.self))
    }

    /// Nil where it failed.
    private func output(_ arguments: [String]) async -> [UInt8]? {
        guard let git, let root else { return nil }
        let settings = [
            // Whose repository it is says nothing about who may ask; but of this one only.
            "safe.directory=\(root)", "core.fsmonitor=false", "core.hooksPath=/dev/null", "log.showSignature=false",
            "gpg.program=/bin/false", "protocol.allow=never",
        ]
        let argv =
            ["git", "--no-pager", "--no-replace-objects", "--no-optional-locks", "--literal-pathspecs"]
            + settings.flatMap { ["-c", $0] } + ["-C", workspace] + arguments
        let report = await executor.observe(
            Invocation(
                argv: argv, executable: git,
                limits: ExecutionLimits(timeout: Self.timeout, outputBytes: Self.outputBytes)))
        guard report.ending == .exited(code: 0), report.droppedBytes == 0 else { return nil }
        return report.output
    }
}
