internal import Crypto
internal import HandrailCore

/// The private Ed25519 key (RFC 8032) that signs checkpoints.
///
/// A key file is PEM, as `openssl genpkey -algorithm ed25519` writes it (PKCS #8, RFC 8410), or the 32 bytes themselves as
/// one line of base64. A file that others than its owner may read is refused.
public struct SigningKey: Sendable {
    private let key: Curve25519.Signing.PrivateKey

    public var verifyingKey: VerifyingKey { VerifyingKey(key: key.publicKey) }

    public static func generate() -> SigningKey { SigningKey(key: Curve25519.Signing.PrivateKey()) }

    private init(key: Curve25519.Signing.PrivateKey) {
        self.key = key
    }

    /// - Throws: ``JournalError`` where the file cannot be read, is open to others or holds no such key.
    public init(contentsOf path: String) throws {
        let text = try KeyFile.read(path, isSecret: true)
        guard let bytes = KeyText.bytes(of: text, as: .privateKey),
            let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes)
        else { throw JournalError.invalidKey(path: path, because: "it holds no private Ed25519 key in PEM or base64") }
        self.key = key
    }

    /// Writes PEM to a new file that only its owner may read.
    ///
    /// - Throws: ``JournalError`` where the file is there already, or cannot be written.
    public func write(to path: String) throws {
        try KeyFile.write(KeyText.pem(of: Array(key.rawRepresentation), as: .privateKey), to: path, mode: 0o600)
    }

    func signature(of message: [UInt8]) throws -> [UInt8] {
        try Array(key.signature(for: message))
    }
}

/// The public half of a ``SigningKey``.
public struct VerifyingKey: Hashable, Sendable {
    /// 32 bytes.
    public let bytes: [UInt8]

    /// Short enough to be compared by eye: the first 8 bytes of the key's SHA-256, in hexadecimal.
    public var name: String { Array(JournalChain.sha256(bytes).prefix(8)).hexadecimal }

    fileprivate init(key: Curve25519.Signing.PublicKey) {
        bytes = Array(key.rawRepresentation)
    }

    /// Nil unless there are 32 bytes.
    init?(bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        self.bytes = bytes
    }

    /// From a file of PEM (SubjectPublicKeyInfo), or the 32 bytes as one line of base64.
    ///
    /// - Throws: ``JournalError`` where the file cannot be read or holds no such key.
    public init(contentsOf path: String) throws {
        let text = try KeyFile.read(path, isSecret: false)
        guard let bytes = KeyText.bytes(of: text, as: .publicKey), let key = VerifyingKey(bytes: bytes) else {
            throw JournalError.invalidKey(path: path, because: "it holds no public Ed25519 key in PEM or base64")
        }
        self = key
    }

    /// Writes PEM to a new file.
    ///
    /// - Throws: ``JournalError`` where the file is there already, or cannot be written.
    public func write(to path: String) throws {
        try KeyFile.write(KeyText.pem(of: bytes, as: .publicKey), to: path, mode: 0o644)
    }

    func accepts(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes) else { return false }
        return key.isValidSignature(signature, for: message)
    }
}
