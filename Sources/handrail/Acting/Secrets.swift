internal import Glibc
internal import HandrailCore
internal import HandrailEngine

/// Secrets from files, one a secret, named like it.
///
/// A file that anybody but its owner may read is refused: it is no secret. White space at its end does not count.
struct SecretFiles: SecretStore {
    struct Refusal: Error, CustomStringConvertible {
        let description: String
    }

    static let longestBytes = 64 << 10

    /// Nil where there are no secrets.
    private let folder: String?

    init(folder: String?) {
        self.folder = folder
    }

    func values(of names: [String]) throws -> [String: String] {
        var values: [String: String] = [:]
        for name in names { values[name] = String(decoding: try content(of: name), as: UTF8.self) }
        return values
    }

    /// Of all there are, so that everything is rid of them wherever they turn up.
    func redactor() throws -> Redactor {
        let redactor = Redactor(secrets: try all())
        if let short = redactor.findings.first { throw Refusal(description: "\(short): make it longer") }
        return redactor
    }

    private func all() throws -> [Redactor.Secret] {
        guard let folder else { return [] }
        guard let directory = opendir(folder) else {
            let reason = String(cString: strerror(errno))
            throw Refusal(description: "the folder of secrets cannot be read: \(reason)")
        }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return try names.sorted().map { Redactor.Secret(name: $0, bytes: try content(of: $0)) }
    }

    func content(of name: String) throws -> [UInt8] {
        guard let folder else {
            throw Refusal(description: "the secret `\(name)` is not known: no folder of secrets was given")
        }
        let descriptor = open("\(folder)/\(name)", O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw Refusal(description: "the secret `\(name)` cannot be read: \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= Self.longestBytes
        else { throw Refusal(description: "the secret `\(name)` is not a file of at most \(Self.longestBytes) bytes") }
        guard status.st_mode & 0o077 == 0 else {
            throw Refusal(description: "the secret `\(name)` may be read by others than its owner: chmod 600 it")
        }
        guard let bytes = DescriptorContent.bytes(of: descriptor, atMost: Self.longestBytes),
            bytes.count <= Self.longestBytes
        else { throw Refusal(description: "the secret `\(name)` could not be read to its end") }
        return try Self.trimmed(bytes, name)
    }

    private static func trimmed(_ bytes: [UInt8], _ name: String) throws -> [UInt8] {
        var bytes = bytes
        while let last = bytes.last, last == 0x0A || last == 0x0D || last == 0x20 { bytes.removeLast() }
        guard !bytes.isEmpty, !bytes.contains(0) else {
            throw Refusal(description: "the secret `\(name)` is empty, or holds a NUL")
        }
        return bytes
    }
}

/// Takes all secrets that are known out of what children print.
struct OutputRedactor: Redacting {
    let redactor: Redactor

    func redact(_ output: [UInt8], secrets: [String]) -> (text: String, isRedacted: Bool) {
        // Secrets given to a child come from the same folder, and are all known.
        let redacted = redactor.redact(output)
        return (String(decoding: redacted, as: UTF8.self), redacted != output)
    }
}
