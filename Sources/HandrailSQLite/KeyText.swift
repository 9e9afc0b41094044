internal import Glibc

/// Ed25519 keys as PEM. Around the 32 bytes, RFC 8410 leaves no choice; so the DER before them is a constant.
enum KeyText {
    enum Kind {
        case privateKey
        case publicKey

        fileprivate var label: String {
            switch self {
            case .privateKey: "PRIVATE KEY"
            case .publicKey: "PUBLIC KEY"
            }
        }

        /// What comes before the key: version, algorithm 1.3.101.112, and the octet string within an octet string; or the
        /// algorithm and a bit string.
        fileprivate var prefix: [UInt8] {
            let algorithm: [UInt8] = [0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70]
            return switch self {
            case .privateKey: [0x30, 0x2E, 0x02, 0x01, 0x00] + algorithm + [0x04, 0x22, 0x04, 0x20]
            case .publicKey: [0x30, 0x2A] + algorithm + [0x03, 0x21, 0x00]
            }
        }
    }

    private static let keyBytes = 32

    static func pem(of key: [UInt8], as kind: Kind) -> String {
        "-----BEGIN \(kind.label)-----\n\((kind.prefix + key).base64)\n-----END \(kind.label)-----\n"
    }

    static func bytes(of text: String, as kind: Kind) -> [UInt8]? {
        let lines = text.split(whereSeparator: \.isNewline).map { String($0) }
        if lines.count == 1 {
            return [UInt8](base64: lines[0]).flatMap { $0.count == keyBytes ? $0 : nil }
        }
        guard lines.first == "-----BEGIN \(kind.label)-----", lines.last == "-----END \(kind.label)-----",
            let encoded = [UInt8](base64: lines.dropFirst().dropLast().joined()),
            encoded.count == kind.prefix.count + keyBytes, encoded.starts(with: kind.prefix)
        else { return nil }
        return Array(encoded.suffix(keyBytes))
    }
}

/// Small files that hold a key.
enum KeyFile {
    private static let longestBytes = 4096

    static func read(_ path: String, isSecret: Bool) throws(JournalError) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure(path) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw JournalError.invalidKey(path: path, because: "it is not a file")
        }
        guard !isSecret || status.st_mode & 0o077 == 0 else {
            throw JournalError.invalidKey(
                path: path, because: "others than its owner have access to it; `chmod 600` it")
        }
        var buffer = [UInt8](repeating: 0, count: longestBytes)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        guard count >= 0 else { throw failure(path) }
        return String(decoding: buffer[..<count], as: UTF8.self)
    }

    static func write(_ text: String, to path: String, mode: mode_t) throws(JournalError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw failure(path) }
        let count = Glibc.write(descriptor, text, text.utf8.count)
        let isWritten = count == text.utf8.count && fsync(descriptor) == 0
        guard close(descriptor) == 0, isWritten else {
            throw JournalError.invalidKey(path: path, because: "it could not be written whole")
        }
    }

    private static func failure(_ path: String) -> JournalError {
        .invalidKey(path: path, because: String(cString: strerror(errno)))
    }
}
