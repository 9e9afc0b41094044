internal import ArgumentParser

struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Verifies, exports, shows and trims the journal.",
        subcommands: [
            AuditVerifyCommand.self, AuditExportCommand.self, AuditShowCommand.self, AuditTrimCommand.self,
        ])
}
