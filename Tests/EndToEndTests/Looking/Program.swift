import Foundation
import Testing

/// A folder for one test, removed with it. Others can go through it.
final class Scratch: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "handrail-\(UUID().uuidString.prefix(12))"
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func path(_ name: String) -> String { path + "/" + name }
}

/// The program as it was built, run as a process of its own.
enum Program {
    struct Result: Sendable {
        let code: Int32
        let output: String
        let errors: String
    }

    static func path() throws -> String {
        let runner = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return URL(filePath: runner).deletingLastPathComponent().appending(path: "handrail").path
    }

    /// - Parameters:
    ///   - user: an account to run it as, with `group` and no other; only root can do that.
    static func run(
        _ arguments: [String], as user: String? = nil, group: String? = nil, program: String? = nil,
        environment: [String: String] = [:], input: String = ""
    ) async throws -> Result {
        let program = try program ?? path()
        let process = Process()
        if let user {
            process.executableURL = URL(filePath: "/usr/bin/setpriv")
            process.arguments =
                ["--reuid", user, "--regid", group ?? user, "--clear-groups", program] + arguments
        } else {
            process.executableURL = URL(filePath: program)
            process.arguments = arguments
        }
        process.environment = ["PATH": "/usr/bin:/bin"].merging(environment) { $1 }
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        let written = Pipe()
        process.standardInput = written
        return try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                do {
                    try process.run()
                    try written.fileHandleForWriting.write(contentsOf: Data(input.utf8))
                    try written.fileHandleForWriting.close()
                    let text = output.fileHandleForReading.readDataToEndOfFile()
                    let errorText = errors.fileHandleForReading.readDataToEndOfFile()
                    process.waitUntilExit()
                    continuation.resume(
                        returning: Result(
                            code: process.terminationStatus, output: String(decoding: text, as: UTF8.self),
                            errors: String(decoding: errorText, as: UTF8.self)))
                } catch {
                    continuation.resume(throwing: error)
                }
            }
        }
    }
}
