internal import Glibc

/// Finds and reads the files of a workspace.
struct WorkspaceFiles {
    struct File {
        /// As findings name it.
        let path: String
        let bytes: [UInt8]
    }

    private static let folders = ["runbooks", "policies"]
    private static let maximumDepth = 16
    private static let maximumFiles = 10_000

    /// A folder is known by this, whatever path leads to it.
    private struct Identity: Hashable {
        let device: UInt64
        let number: UInt64
    }

    private let findings: FindingList
    private var files: [File] = []

    private init(_ findings: FindingList) {
        self.findings = findings
    }

    /// Everything below `runbooks/` and `policies/` that ends with `.yaml` or `.yml`, by path.
    static func below(_ root: String, _ findings: FindingList) -> [File] {
        var reader = WorkspaceFiles(findings)
        for folder in folders {
            let path = root.isEmpty || root == "." ? folder : "\(root)/\(folder)"
            var status = stat()
            guard stat(path, &status) == 0 || errno != ENOENT else { continue }
            reader.readFolder(path, shown: folder, within: [])
        }
        return reader.sorted
    }

    /// Files as they were named; of a folder, everything below it.
    static func named(_ paths: [String], _ findings: FindingList) -> [File] {
        var reader = WorkspaceFiles(findings)
        for path in paths {
            var status = stat()
            if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
                reader.readFolder(path, shown: path, within: [])
            } else {
                reader.readFile(path, shown: path)
            }
        }
        return reader.sorted
    }

    private var sorted: [File] {
        files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    // MARK: - Folders

    private mutating func readFolder(_ path: String, shown: String, within ancestors: [Identity]) {
        guard let folder = opendir(path) else { return refuse(shown, "unreadable", couldNot("open")) }
        defer { closedir(folder) }
        var status = stat()
        guard fstat(dirfd(folder), &status) == 0 else { return refuse(shown, "unreadable", couldNot("read")) }
        let identity = Identity(device: UInt64(status.st_dev), number: UInt64(status.st_ino))
        guard !ancestors.contains(identity) else {
            return refuse(shown, "symlink-loop", "the folder leads back to one that it lies in")
        }
        guard ancestors.count < Self.maximumDepth else {
            return refuse(shown, "too-many-files", "folders are nested more than \(Self.maximumDepth) deep")
        }
        for name in names(in: folder, shown) {
            guard files.count < Self.maximumFiles else {
                return refuse(shown, "too-many-files", "there are more than \(Self.maximumFiles) files")
            }
            readEntry("\(path)/\(name)", shown: "\(shown)/\(name)", within: ancestors + [identity])
        }
    }

    private func names(in folder: OpaquePointer, _ shown: String) -> [String] {
        var names: [String] = []
        while let entry = readdir(folder) {
            let bytes = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            guard bytes.first != UInt8(ascii: ".") else { continue }
            if let name = String(validating: bytes, as: UTF8.self) {
                names.append(name)
            } else {
                refuse(shown, "unreadable", "the folder holds a name that is not UTF-8")
            }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private mutating func readEntry(_ path: String, shown: String, within ancestors: [Identity]) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            // What is no file of ours may be broken.
            if Self.isYAML(path) || errno == ELOOP { refuse(shown, "unreadable", couldNot("open")) }
            return
        }
        if status.st_mode & S_IFMT == S_IFDIR {
            readFolder(path, shown: shown, within: ancestors)
        } else if Self.isYAML(path) {
            readFile(path, shown: shown)
        }
    }

    private static func isYAML(_ path: String) -> Bool { path.hasSuffix(".yaml") || path.hasSuffix(".yml") }

    // MARK: - Files

    private mutating func readFile(_ path: String, shown: String) {
        // Without O_NONBLOCK, opening a pipe would wait for somebody to write into it.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return refuse(shown, "unreadable", couldNot("open")) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return refuse(shown, "unreadable", couldNot("read")) }
        guard status.st_mode & S_IFMT == S_IFREG else { return refuse(shown, "unreadable", "this is not a file") }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        // One byte more than allowed is enough to know.
        while bytes.count <= YAMLReader.maximumBytes {
            let count = read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return refuse(shown, "unreadable", couldNot("read")) }
            if count == 0 { break }
            bytes += chunk.prefix(count)
        }
        files.append(File(path: shown, bytes: bytes))
    }

    private func couldNot(_ verb: String) -> String {
        let reason = String(cString: strerror(errno))
        return "could not \(verb) this: \(reason.prefix(1).lowercased())\(reason.dropFirst())"
    }

    private func refuse(_ shown: String, _ code: String, _ message: String) {
        findings.markIncomplete()
        findings.add(Finding(code: code, message: message, file: shown))
    }
}
