internal import Foundation

/// Where cases of the CEL specification lie, which are the data of others and so stay outside of the project.
public struct VectorSource {
    /// A folder, of which every `*.json` is read, or one such file. Absolute, or relative to the working directory.
    public let path: String

    public init(path: String) {
        self.path = path
    }

    /// The folder given by `HANDRAIL_CEL_VECTORS`, else `../shared/cel/dev` beside the package.
    public static var usualFolder: VectorSource {
        if let path = ProcessInfo.processInfo.environment["HANDRAIL_CEL_VECTORS"] { return VectorSource(path: path) }
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return VectorSource(path: root.deletingLastPathComponent().appendingPathComponent("shared/cel/dev").path)
    }

    /// Our supplement to the suite, beside the folder.
    public var supplement: VectorSource {
        let folder = URL(fileURLWithPath: path, isDirectory: true).deletingLastPathComponent()
        return VectorSource(path: folder.appendingPathComponent("supplement.json").path)
    }

    /// In the order of their names; none where there is nothing to read.
    public var files: [String] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return [] }
        guard isFolder.boolValue else { return [path] }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        let folder = URL(fileURLWithPath: path, isDirectory: true)
        return names.filter { $0.hasSuffix(".json") }.sorted().map { folder.appendingPathComponent($0).path }
    }
}

extension Tally {
    /// Runs all cases of some sources.
    public init(running sources: [VectorSource]) {
        self.init()
        for file in sources.flatMap(\.files) {
            do {
                for entry in try VectorFile.read(URL(fileURLWithPath: file)).tests { count(entry) }
            } catch {
                countUnreadable(file: file, because: "\(error)")
            }
        }
    }
}
