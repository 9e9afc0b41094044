internal import Glibc
internal import HandrailCore
internal import HandrailEngine
internal import HandrailFormats

/// Builds the real parts from what the command line names.
enum Composition {
    /// - Throws: where a path does not exist.
    static func load(_ paths: [String]) throws -> LoadedWorkspace {
        for path in paths { try mustBeReadable(path) }
        if let root = paths.first, paths.count == 1, isWorkspace(root) { return WorkspaceLoader.load(root: root) }
        return WorkspaceLoader.load(paths: paths)
    }

    private static func mustBeReadable(_ path: String) throws {
        guard access(path, R_OK) != 0 else { return }
        let reason = String(cString: strerror(errno))
        throw Failure(Failure.unreachable, "cannot read `\(TerminalText.escaped(path))`: \(reason)")
    }

    private static func isWorkspace(_ path: String) -> Bool {
        access(path + "/runbooks", F_OK) == 0 || access(path + "/policies", F_OK) == 0 || path == "."
    }

    /// A workspace without errors. Its findings are told otherwise, and nothing is replayed.
    static func workspace(_ path: String) throws -> Workspace {
        try loadedWorkspace(path).workspace
    }

    /// The same, with the files that it was made from.
    static func loadedWorkspace(_ path: String) throws -> UsableWorkspace {
        try mustBeReadable(path)
        let loaded = WorkspaceLoader.load(root: path)
        guard let workspace = loaded.workspace else {
            let text = FindingsText(isColoured: ColourChoice.auto.isOn(for: .error)).render(loaded)
            Console.error.write(text)
            throw Failure(Failure.findings, "the workspace has errors, so nothing was done")
        }
        return UsableWorkspace(workspace: workspace, files: loaded)
    }
}

/// A workspace without errors, and the files that it was made from.
struct UsableWorkspace: Sendable {
    let workspace: Workspace
    let files: LoadedWorkspace
}

/// Reads recordings and replays them.
struct RecordingPlayer {
    let workspace: Workspace
    let options: Replay.Options
    let isStrict: Bool
    let isQuiet: Bool

    func play(_ path: String) throws -> ReplayReport {
        var replay = Replay(recording: path, workspace: workspace, options: options)
        let ignored = Set(workspace.correlation.dedupe.ignoreLabels)
        do {
            var reader = try RecordingReader(
                path: path, identity: AlertIdentity(ignoredLabels: ignored), mappedSources: workspace.sources)
            var progress = ReplayProgress(isShown: !isQuiet && Console.error.isTerminal)
            while let item = try reader.next() {
                switch item {
                case .delivery(let decoded, let line):
                    try note(decoded, line, path)
                    replay.rejectedAlerts(decoded.rejectedCount)
                    replay.passedOverEvents(decoded.passedOverCount)
                    replay.receive(decoded.delivery)
                case .invalidLine(let number, let reason):
                    try noteInvalid(number, reason, path)
                    replay.skippedLine(number, because: reason)
                }
                progress.advance(to: reader.bytesRead, of: reader.totalBytes)
            }
            progress.clear()
        } catch let error as RecordingError {
            throw Failure(Failure.unreachable, error.message)
        }
        return replay.finish()
    }

    private func note(_ decoded: DecodedDelivery, _ line: Int, _ path: String) throws {
        for alert in decoded.rejected {
            try noteInvalid(line, "alert \(alert.index): \(alert.reason)", path)
        }
    }

    private func noteInvalid(_ number: Int, _ reason: String, _ path: String) throws {
        let text = TerminalText.escaped("\(path):\(number): \(reason)")
        if isStrict { throw Failure(Failure.findings, text) }
        if !isQuiet { Console.error.write("handrail: \(text)\n") }
    }
}

/// How far a long recording has been read, on a terminal.
struct ReplayProgress {
    let isShown: Bool
    private var shownPercent = -1
    private static let smallestFileBytes = 4 << 20

    init(isShown: Bool) {
        self.isShown = isShown
    }

    mutating func advance(to bytes: Int, of total: Int?) {
        guard isShown, let total, total >= Self.smallestFileBytes else { return }
        let percent = min(100, bytes / max(1, total / 100))
        guard percent != shownPercent else { return }
        shownPercent = percent
        Console.error.write("\r\(percent)% ")
    }

    func clear() {
        if shownPercent >= 0 { Console.error.write("\r\u{1B}[K") }
    }
}
