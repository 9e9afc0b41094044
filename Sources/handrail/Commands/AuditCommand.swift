internal import ArgumentParser

struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Verifies, exports and shows the journal.",
        subcommands: [AuditVerifyCommand.self, AuditExportCommand.self, AuditShowCommand.self])
}
