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
        guard let bytes = DescriptorContent.bytes(of: descriptor, atMost: longestBytes) else {
            let reason = String(cString: strerror(errno))
            throw Failure(Failure.unreachable, "cannot read `\(TerminalText.escaped(path))`: \(reason)")
        }
        guard bytes.count <= longestBytes else {
            throw Failure(Failure.unreachable, "`\(TerminalText.escaped(path))` is longer than \(longestBytes) bytes")
        }
        return bytes
    }
}
