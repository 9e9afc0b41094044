internal import HandrailCore
internal import HandrailEngine
internal import HandrailSigning
internal import Synchronization

/// The secrets as the folder had them when it was last read, and a redactor that knows all that there were since the start.
///
/// A secret that was replaced is still in what commands print that were started with it, and in what comes in from servers
/// that do not know the new one yet.
final class LiveSecrets: SecretStore, Redacting {
    /// Of those that were replaced; the oldest are forgotten.
    static let mostFormer = 1000

    /// One reading of the folder, checked, which is not in force yet.
    struct Reading: Sendable {
        let redactor: Redactor
        fileprivate let files: SecretFiles
        fileprivate let signing: [ExactText: SigningSecret]
        fileprivate let former: [Redactor.Secret]
    }

    private let folder: String?
    /// Names of those that something is signed with: they have to be there, and long enough.
    private let signing: [String]
    private let current: Mutex<Reading>

    /// - Throws: where the folder cannot be used, or one of `signing` is not in it.
    init(folder: String?, signing: [String] = []) throws {
        self.folder = folder
        self.signing = signing
        let files = try SecretFiles(folder: folder)
        current = Mutex(
            Reading(
                redactor: files.redactor, files: files, signing: try Self.signing(signing, files), former: []))
    }

    /// Of everything that is or was secret.
    var redactor: Redactor { current.withLock { $0.redactor } }

    // MARK: - Reading again

    /// - Throws: where what is there now cannot be used. What is in force stays.
    func read() throws -> Reading {
        let files = try SecretFiles(folder: folder)
        let signing = try Self.signing(signing, files)
        let before = current.withLock { $0 }
        let replaced = before.files.all.filter { old in !files.all.contains { $0.bytes == old.bytes } }
        let former = (before.former.filter { !replaced.contains($0) } + replaced).suffix(Self.mostFormer)
        return Reading(
            redactor: Redactor(secrets: files.all + former), files: files, signing: signing, former: Array(former))
    }

    /// What is handed out from here on. Its redactor has to be in use everywhere before.
    func use(_ reading: Reading) {
        current.withLock { $0 = reading }
    }

    private static func signing(_ names: [String], _ files: SecretFiles) throws -> [ExactText: SigningSecret] {
        var secrets: [ExactText: SigningSecret] = [:]
        for name in names {
            guard let secret = SigningSecret(try files.content(of: name)) else {
                throw SecretFiles.Refusal(
                    description:
                        "the secret `\(name)` is shorter than \(SigningSecret.shortestBytes) bytes: who has seen one "
                        + "signature could guess it")
            }
            secrets[ExactText(name)] = secret
        }
        return secrets
    }

    // MARK: - Handing out

    func values(of names: [String]) throws -> [String: String] {
        try current.withLock { $0.files }.values(of: names)
    }

    /// One of those that something is signed with.
    func signingSecret(_ name: String) -> SigningSecret? {
        current.withLock { $0.signing[ExactText(name)] }
    }

    func redact(_ output: [UInt8], secrets: [String], isCut: Bool) -> (text: String, isRedacted: Bool) {
        OutputRedactor(redactor: redactor).redact(output, secrets: secrets, isCut: isCut)
    }
}
