internal import ArgumentParser
internal import Glibc
internal import HandrailFormats
internal import HandrailSQLite

struct AuditVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Looks for entries that were edited, removed, inserted or moved behind Handrail's back.",
        discussion: """
            Names the first bad entry and exits 1. A file that was put back as a whole to how it was earlier shows only \
            against a checkpoint that was exported before and kept elsewhere.

              handrail audit verify
              handrail audit verify --key audit.pub --checkpoints kept-elsewhere.txt
            """)

    @Option(help: "A public Ed25519 key that may have signed checkpoints; may be given several times.")
    var key: [String] = []

    @Option(help: "A file of checkpoints, as `handrail audit export --checkpoints` wrote them.")
    var checkpoints: String?

    @OptionGroup var state: StateOptions
    @OptionGroup var list: ListOptions

    func run() async throws {
        let directory = try state.directory()
        let report: AuditReport
        do {
            let keys = try key.map { try VerifyingKey(contentsOf: $0) }
            let exported = try checkpoints.map(Self.checkpoints(in:)) ?? []
            report = try await JournalAudit(directory: directory.path, keys: keys, exported: exported).report()
        } catch let error as JournalError {
            throw Failure(Failure.unreachable, TerminalText.escaped("\(error)"))
        }
        list.write(
            table: { AuditText(report: report, palette: list.palette).rendered },
            document: { AuditText.document(report) })
        if !report.isIntact { throw Failure(Failure.findings) }
    }

    private static func checkpoints(in path: String) throws -> [Checkpoint] {
        var checkpoints: [Checkpoint] = []
        var number = 0
        guard let file = fopen(path, "re") else {
            let reason = String(cString: strerror(errno))
            throw Failure(Failure.unreachable, "could not open \(StateDirectory.shown(path)): \(reason)")
        }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 4096)
        while fgets(&line, Int32(line.count), file) != nil {
            number += 1
            let bytes = line.prefix { $0 != 0 && $0 != 0x0A }.map { UInt8(bitPattern: $0) }
            guard !bytes.isEmpty else { continue }
            guard let checkpoint = Checkpoint(String(decoding: bytes, as: UTF8.self)) else {
                throw Failure(Failure.findings, "\(StateDirectory.shown(path)):\(number): this is no checkpoint")
            }
            checkpoints.append(checkpoint)
        }
        return checkpoints
    }
}
