/// Looks for whatever was done to a journal behind Handrail's back.
///
/// The file is opened for reading and trusted in nothing; an engine may write to it meanwhile. What is found: an entry that
/// was edited, removed, inserted or moved; an end that was cut off before the last checkpoint; a signature that is not by
/// the keys. What cannot be found without an exported checkpoint: a file that was put back to an earlier state as a whole.
public struct JournalAudit: Sendable {
    private let path: String
    private let keys: [VerifyingKey]
    private let exported: [Checkpoint]

    /// - Parameters:
    ///   - path: of the file.
    ///   - keys: those that may have signed its checkpoints. Without any, signatures prove nothing and are only checked for
    ///     damage.
    ///   - exported: checkpoints that were kept elsewhere.
    public init(path: String, keys: [VerifyingKey] = [], exported: [Checkpoint] = []) {
        self.path = path.hasPrefix("/") ? path : "./" + path
        self.keys = keys
        self.exported = exported
    }

    /// - Parameter directory: the state directory that `journal.sqlite` is in.
    public init(directory: String, keys: [VerifyingKey] = [], exported: [Checkpoint] = []) {
        self.init(path: JournalFile.path(in: directory), keys: keys, exported: exported)
    }

    /// - Throws: ``JournalError`` where the file cannot be opened, or is no journal at all.
    public func report() async throws -> AuditReport {
        let reader = try JournalReader(path: path)
        let report = try await reader.audit(keys: keys, exported: exported)
        try reader.close()
        return report
    }
}

extension JournalReader {
    func audit(keys: [VerifyingKey] = [], exported: [Checkpoint] = []) async throws -> AuditReport {
        try await read {
            var pass = try AuditPass(table: $0, keys: keys, exported: exported)
            return pass.run()
        }
    }
}
