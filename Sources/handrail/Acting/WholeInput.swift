internal import Glibc
internal import HandrailFormats

/// A whole file, or the standard input to its end.
enum WholeInput {
    static let longestBytes = 64 << 20

    static func bytes(of path: String) throws -> [UInt8] {
        let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let reason = String(cString: strerror(errno))
            throw Failure(Failure.unreachable, "cannot open `\(TerminalText.escaped(path))`: \(reason)")
        }
        defer { if descriptor != STDIN_FILENO { close(descriptor) } }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                let reason = String(cString: strerror(errno))
                throw Failure(Failure.unreachable, "cannot read `\(TerminalText.escaped(path))`: \(reason)")
            }
            guard count > 0 else { return bytes }
            bytes += buffer.prefix(count)
            guard bytes.count <= longestBytes else {
                throw Failure(
                    Failure.unreachable, "`\(TerminalText.escaped(path))` is longer than \(longestBytes) bytes")
            }
        }
    }
}
