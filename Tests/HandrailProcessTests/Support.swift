import Foundation
import HandrailEngine
import HandrailProcess
import Testing

/// All tests of this module: one after the other, for what counts as a stray depends on what else runs.
@Suite(.serialized) struct ProcessTests {}

/// How an executor holds children together.
enum Hold {
    case controlGroups
    case sessionsOnly

    /// Those that can be had here. What cannot is said by a test that is skipped, and not played by the other.
    static let available: [Hold] = canMakeGroups ? [.controlGroups, .sessionsOnly] : [.sessionsOnly]

    /// Whether the engine may make control groups.
    static let canMakeGroups: Bool = {
        let executor = ProcessExecutor()
        return executor.usesControlGroups
    }()

    func executor(_ options: ProcessExecutor.Options = .init()) -> ProcessExecutor {
        var options = options
        options.usesControlGroups = self == .controlGroups
        return ProcessExecutor(options)
    }
}

/// A folder that only this user can change, gone when the value is.
final class Folder: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/handrail-process.XXXXXX".utf8CString)
        let made = try #require(mkdtemp(&template))
        path = String(cString: made)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func write(_ text: String, to name: String, mode: mode_t = 0o700) throws -> String {
        let file = path + "/" + name
        try Data(text.utf8).write(to: URL(filePath: file))
        try #require(chmod(file, mode) == 0)
        return file
    }
}

/// The misbehaving program, copied to where nobody else can change it.
struct TestChild: Sendable {
    let folder: Folder
    let path: String
    /// In the argv of everything that it starts, so that whatever lives on can be found.
    let mark = "mark-\(UUID().uuidString)"

    init() throws {
        folder = try Folder()
        path = folder.path + "/child"
        let runner = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let built = URL(filePath: runner).deletingLastPathComponent().appending(path: "process-test-child").path
        try FileManager.default.copyItem(atPath: built, toPath: path)
        try #require(chmod(path, 0o700) == 0)
    }

    func invocation(
        _ arguments: [String], on executor: ProcessExecutor, environment: [String: String] = [:],
        limits: ExecutionLimits = ExecutionLimits(timeout: .seconds(30))
    ) async throws -> Invocation {
        Invocation(
            argv: ["child"] + arguments, executable: try await executor.resolve(path), environment: environment,
            limits: limits)
    }

    func run(
        _ arguments: [String], on executor: ProcessExecutor, environment: [String: String] = [:],
        limits: ExecutionLimits = ExecutionLimits(timeout: .seconds(30))
    ) async throws -> ExecutionReport {
        await executor.observe(
            try await invocation(arguments, on: executor, environment: environment, limits: limits))
    }

    /// Processes that are alive and have the mark among their arguments.
    var living: [Int32] {
        let numbers = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return numbers.compactMap { Int32($0) }.filter { number in
            FileManager.default.contents(atPath: "/proc/\(number)/cmdline").map {
                String(decoding: $0, as: UTF8.self).contains(mark)
            } ?? false
        }
    }
}

/// A control group of version 1 whose processes do not run, until the value is gone.
final class Freezer: Sendable {
    private static let root = "/sys/fs/cgroup/freezer"
    static let isUsable = access(root + "/tasks", W_OK) == 0

    private let path = root + "/handrail-test-\(UUID().uuidString)"

    init() throws {
        try #require(mkdir(path, 0o755) == 0)
    }

    deinit {
        thaw()
        for _ in 0..<100 where rmdir(path) != 0 { usleep(10_000) }
    }

    func freeze(_ process: Int32) throws {
        try "\(process)".write(toFile: path + "/cgroup.procs", atomically: false, encoding: .utf8)
        try "FROZEN".write(toFile: path + "/freezer.state", atomically: false, encoding: .utf8)
        for _ in 0..<500 where try state() != "FROZEN" { usleep(1000) }
        try #require(try state() == "FROZEN")
    }

    func thaw() {
        try? "THAWED".write(toFile: path + "/freezer.state", atomically: false, encoding: .utf8)
    }

    private func state() throws -> String {
        try String(contentsOfFile: path + "/freezer.state", encoding: .utf8).trimmingCharacters(in: .newlines)
    }
}

/// Waits for something that is going to happen; fails where it does not.
func eventually(
    _ what: String, at location: Testing.SourceLocation = #_sourceLocation, _ condition: () throws -> Bool
) async throws {
    let end = ContinuousClock.now + .seconds(20)
    while try !condition() {
        try #require(ContinuousClock.now < end, "\(what) never happened", sourceLocation: location)
        try await Task.sleep(for: .milliseconds(5))
    }
}

extension ExecutionReport {
    var text: String { String(decoding: output, as: UTF8.self) }
    var lines: [String] { text.split(separator: "\n").map(String.init) }

    var reason: String? {
        guard case .notStarted(let reason) = ending else { return nil }
        return reason
    }
}

extension ExecutionLimits {
    /// Long enough for a child to do its mischief, on a machine that is busy.
    static let short = ExecutionLimits(timeout: .seconds(2), grace: .milliseconds(300))
}
