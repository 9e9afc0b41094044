internal import HandrailCore
internal import HandrailEngine
internal import HandrailFormats

/// Who changed a runbook, or an action that it uses, last: as git knows it.
struct RunbookAuthors: Sendable {
    enum Authors: Hashable, Sendable {
        case known([Person])
        /// One lowercase sentence without a final stop.
        case unknown(because: String)
    }

    /// By runbook.
    private let known: [ExactText: Authors]

    init(_ known: [ExactText: Authors] = [:]) {
        self.known = known
    }

    func authors(of runbook: String) -> Authors {
        known[ExactText(runbook)] ?? .unknown(because: "nobody has looked who wrote `\(runbook)`")
    }

    /// Git knows names and addresses; `people:` knows names. An author is whoever is called like the one, or like the
    /// other up to the `@`; nil where that is nobody.
    static func person(name: String, address: String, among people: Set<ExactText>) -> Person? {
        let account = address.split(separator: "@", maxSplits: 1).first.map(String.init) ?? name
        return [account, name].first { people.contains(ExactText($0)) }.map { Person($0) }
    }
}

extension RunbookAuthors {
    /// Asks git who changed each runbook's files last, and only where a policy wants to know. Whatever is not certain is unknown.
    static func ofRunbooks(
        in loaded: UsableWorkspace, workspace: String, executor: any StepExecutor
    ) async -> RunbookAuthors {
        let policies = loaded.workspace.policies
        let approvals = policies.flatMap { $0.allow + $0.restrict }.compactMap(\.approval)
        guard approvals.contains(where: \.excludesAuthor) else { return RunbookAuthors() }
        let git = await GitHistory(of: workspace, executor: executor)
        let people = Set(loaded.workspace.roles.values.flatMap(\.self).map { ExactText($0) })
        var files: [ExactText: Authors] = [:]
        var known: [ExactText: Authors] = [:]
        for runbook in loaded.workspace.runbooks {
            let documents = documents(of: runbook, in: loaded)
            for file in Set(documents.map { ExactText($0.file) }).sorted() where files[file] == nil {
                let texts = loaded.files.documents.filter { file == ExactText($0.file) }.map(\.bytes)
                files[file] = await author(of: file.string, holding: texts, git, people)
            }
            known[ExactText(runbook.name)] = together(documents.compactMap { files[ExactText($0.file)] })
        }
        return RunbookAuthors(known)
    }

    /// What says what is done: the runbook, and each action that it uses.
    private static func documents(of runbook: Runbook, in loaded: UsableWorkspace) -> [WorkspaceDocument] {
        let actions = runbook.steps.map(\.action) + [runbook.verification?.probe?.step.action].compactMap(\.self)
        return loaded.files.documents.filter { document in
            switch document.kind {
            case .runbook: document.name.hasSameBytes(as: runbook.name)
            case .action: actions.contains { $0.hasSameBytes(as: document.name) }
            case .policy, .topology, .correlation, .people, .test, .source: false
            }
        }
    }

    private static func author(
        of file: String, holding texts: [[UInt8]], _ git: GitHistory, _ people: Set<ExactText>
    ) async -> Authors {
        switch await git.lastChange(of: file, holding: texts) {
        case .unknown(let because): return .unknown(because: because)
        case .by(let name, let address):
            guard let person = person(name: name, address: address, among: people) else {
                let because = "`people:` lists neither `\(name)` nor `\(address)`, who changed `\(file)` last"
                return .unknown(because: because)
            }
            return .known([person])
        }
    }

    private static func together(_ authors: [Authors]) -> Authors {
        var people: Set<Person> = []
        for author in authors {
            switch author {
            case .known(let known): people.formUnion(known)
            case .unknown: return author
            }
        }
        return people.isEmpty ? .unknown(because: "it stands in no file") : .known(people.sorted())
    }
}
