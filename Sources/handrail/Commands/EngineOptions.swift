internal import ArgumentParser
internal import HandrailEngine

/// What an engine that keeps its state is made from: for `run` and for `serve`.
struct EngineOptions: ParsableArguments {
    @Option(help: "The folder with runbooks/ and policies/.")
    var workspace = "."

    @Flag(help: "Carry out what is automatic or approved. Without it nothing is started.")
    var act = false

    @Option(help: "A folder with a file for each secret, named like it, readable for its owner only.")
    var secrets: String?

    @Option(name: .customLong("pass"), help: "A variable of this environment that commands get as well. Repeatable.")
    var passed: [String] = []

    @Option(help: ArgumentHelp("The Alertmanager in which silences are made.", valueName: "url"))
    var alertmanager: String?

    @Option(help: "How people are told: a command that gets whom and what as arguments.")
    var notifyCommand: String?

    @Option(help: ArgumentHelp("How people are told: JSON that is posted there.", valueName: "url"))
    var notifyWebhook: String?

    @Option(help: ArgumentHelp("The secret that signs what goes to the webhook (HMAC-SHA-256).", valueName: "secret"))
    var notifyKey: String?

    @Option(help: "A file with the Ed25519 key that checkpoints of the journal are signed with.")
    var signingKey: String?

    func acting(in directory: StateDirectory) -> ActingOptions {
        var options = ActingOptions(stateDirectory: directory.path)
        options.workspace = workspace
        options.acts = act
        options.secrets = secrets
        options.passedEnvironment = passed
        options.alertmanager = alertmanager
        options.notifying = NotifyingOptions(command: notifyCommand, webhook: notifyWebhook, webhookKey: notifyKey)
        options.signingKey = signingKey
        return options
    }
}
