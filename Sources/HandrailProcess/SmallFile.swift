internal import Glibc

/// The kernel's little files below `/proc` and `/sys`.
enum SmallFile {
    /// Nil where it cannot be read: processes come and go, and not every system has every file.
    static func bytes(of path: String, atMost limit: Int = 256 << 10) -> [UInt8]? {
        guard let file = try? Descriptor.open(path, O_RDONLY) else { return nil }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while bytes.count < limit {
            let count = read(file.number, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { return nil }
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        return bytes
    }

    static func lines(of path: String) -> [Substring] {
        bytes(of: path).map { String(decoding: $0, as: UTF8.self).split(separator: "\n") } ?? []
    }

    /// - Returns: whether all of it was accepted.
    @discardableResult
    static func write(_ text: String, to path: String) -> Bool {
        guard let file = try? Descriptor.open(path, O_WRONLY) else { return false }
        return Glibc.write(file.number, text, text.utf8.count) == text.utf8.count
    }

    /// The names in a folder, without `.` and `..`; none where it cannot be read.
    static func names(in folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }
}
