internal import HandrailCore
internal import HandrailEngine

/// Who wrote a runbook last, as git knows it.
struct RunbookAuthors: Sendable {
    /// By runbook.
    private let known: [ExactText: [Person]]

    init(_ known: [ExactText: [Person]] = [:]) {
        self.known = known
    }

    func authors(of runbook: String) -> [Person] { known[ExactText(runbook)] ?? [] }

    /// Git knows names and addresses; `people:` knows names. An author is whoever is called like the one, or like the
    /// other up to the `@`.
    static func person(name: String, address: String, among people: Set<ExactText>) -> Person {
        let account = address.split(separator: "@", maxSplits: 1).first.map(String.init) ?? name
        return people.contains(ExactText(account)) ? Person(account) : Person(name)
    }
}

extension RunbookAuthors {
    private static let timeout = Duration.seconds(10)

    /// Asks git who changed each runbook's file last, and only where a policy wants to know.
    static func ofRunbooks(
        in loaded: UsableWorkspace, workspace: String, executor: any StepExecutor
    ) async throws -> RunbookAuthors {
        let policies = loaded.workspace.policies
        let approvals = policies.flatMap { $0.allow + $0.restrict }.compactMap(\.approval)
        guard approvals.contains(where: \.excludesAuthor) else { return RunbookAuthors() }
        guard let git = try? await executor.resolve("git") else {
            Console.error.write("handrail: there is no git, so nobody knows who wrote the runbooks\n")
            return RunbookAuthors()
        }
        let people = Set(loaded.workspace.roles.values.flatMap(\.self).map { ExactText($0) })
        var known: [ExactText: [Person]] = [:]
        for runbook in loaded.workspace.runbooks {
            let author = await author(of: runbook.location.file, in: workspace, git, executor)
            known[ExactText(runbook.name)] = author.map { [person(name: $0.name, address: $0.address, among: people)] }
        }
        return RunbookAuthors(known)
    }

    private static func author(
        of file: String, in workspace: String, _ git: ResolvedExecutable, _ executor: any StepExecutor
    ) async -> (name: String, address: String)? {
        // Whose repository it is says nothing about who may ask.
        let argv = [
            "git", "-c", "safe.directory=*", "-C", workspace, "log", "-1", "--format=%an%x00%ae", "--", file,
        ]
        let report = await executor.observe(
            Invocation(argv: argv, executable: git, limits: ExecutionLimits(timeout: timeout)))
        let fields = report.output.split(separator: 0, omittingEmptySubsequences: false)
        guard report.ending == .exited(code: 0), fields.count == 2 else { return nil }
        let address = fields[1].prefix { $0 != 0x0A }
        return (String(decoding: fields[0], as: UTF8.self), String(decoding: address, as: UTF8.self))
    }
}
