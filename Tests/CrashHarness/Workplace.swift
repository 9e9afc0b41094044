import Foundation

/// What all visits share: the programs, as every account can reach them, and a workspace for each scenario.
public struct Workplace: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let folder: String
    let program: String
    let library: String

    /// - Parameter products: the folder that `handrail` and `libKillPoints.so` were built in.
    public init(products: String) throws {
        // Links resolved, as the kernel names files.
        let temporary = URL(filePath: NSTemporaryDirectory()).resolvingSymlinksInPath().path
        folder = "\(temporary)/handrail-crash-\(UUID().uuidString.prefix(8))"
        try Self.makeFolder(folder)
        program = folder + "/handrail"
        library = folder + "/libKillPoints.so"
        try FileManager.default.copyItem(atPath: products + "/handrail", toPath: program)
        try FileManager.default.copyItem(atPath: products + "/libKillPoints.so", toPath: library)
    }

    /// Removes everything, with what findings have left.
    public func remove() { try? FileManager.default.removeItem(atPath: folder) }

    static func makeFolder(_ path: String) throws {
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
    }

    func workspace(of scenario: Scenario) -> String {
        folder + "/" + scenario.name.filter { $0.isLetter }
    }

    func prepare(_ scenario: Scenario) throws {
        let path = workspace(of: scenario)
        for folder in [path, path + "/runbooks", path + "/runbooks/bin", path + "/visits"] {
            try Self.makeFolder(folder)
        }
        try scenario.workspace.write(toFile: path + "/runbooks/shop.yaml", atomically: false, encoding: .utf8)
        for (name, text) in [("tool", Scenario.executor), ("tell", Scenario.notifier)] {
            let file = path + "/runbooks/bin/" + name
            try text.write(toFile: file, atomically: false, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file)
        }
    }
}
