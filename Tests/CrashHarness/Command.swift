import Foundation

/// A process from its start to its end.
struct Command {
    struct Result {
        /// Its exit code; of a process that a signal ended, the signal, negative.
        let status: Int32
        let output: String
        let errors: String
        /// It was killed for taking too long.
        let isOverdue: Bool

        var isKilled: Bool { status == -SIGKILL }
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Far more than anything here takes, on a machine that others use as well.
    private static let patience = 120.0

    let program: String
    var arguments: [String] = []
    var environment: [String: String] = [:]
    /// An account to run it as, and the group; only root can.
    var account: (user: String, group: String)?

    func run() throws -> Result {
        let process = Process()
        if let account {
            process.executableURL = URL(filePath: "/usr/bin/setpriv")
            process.arguments =
                ["--reuid", account.user, "--regid", account.group, "--clear-groups", program] + arguments
        } else {
            process.executableURL = URL(filePath: program)
            process.arguments = arguments
        }
        process.environment = ["PATH": "/usr/bin:/bin"].merging(environment) { $1 }
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let number = process.processIdentifier
        let alarm = DispatchWorkItem { kill(number, SIGKILL) }
        DispatchQueue.global().asyncAfter(deadline: .now() + Self.patience, execute: alarm)
        let began = Date()
        let texts = Self.contents(of: output, errors)
        process.waitUntilExit()
        alarm.cancel()
        let isSignalled = process.terminationReason == .uncaughtSignal
        return Result(
            status: isSignalled ? -process.terminationStatus : process.terminationStatus, output: texts.0,
            errors: texts.1, isOverdue: isSignalled && Date().timeIntervalSince(began) >= Self.patience)
    }

    /// Both at once: who writes much to one waits until it is read.
    private static func contents(of output: Pipe, _ errors: Pipe) -> (String, String) {
        let text = Box()
        let group = DispatchGroup()
        DispatchQueue.global().async(group: group) { text.data = errors.fileHandleForReading.readDataToEndOfFile() }
        let first = output.fileHandleForReading.readDataToEndOfFile()
        group.wait()
        return (String(decoding: first, as: UTF8.self), String(decoding: text.data, as: UTF8.self))
    }

    /// Proof for `@unchecked Sendable`: written before the group is left, and read after it was waited for.
    private final class Box: @unchecked Sendable {
        var data = Data()
    }
}
