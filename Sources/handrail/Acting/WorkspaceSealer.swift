internal import Crypto
internal import HandrailCore
internal import HandrailEngine
internal import HandrailFormats

/// Seals plans with a digest over everything that they rest on.
///
/// SHA-256 over length-prefixed parts: the decision's canonical JSON with the plan in it, each document that had a say
/// (the runbook, its actions, and every policy, topology, correlation, people and source document), each executable's own digest,
/// and the time at which the question expires.
struct WorkspaceSealer: PlanSealer {
    private let documents: [WorkspaceDocument]
    private let codec: JournalCodec
    private let executor: any StepExecutor
    private let authors: RunbookAuthors

    init(_ loaded: LoadedWorkspace, codec: JournalCodec, executor: any StepExecutor, authors: RunbookAuthors) {
        documents = loaded.documents
        self.codec = codec
        self.executor = executor
        self.authors = authors
    }

    func seal(_ record: DecisionRecord) async -> Seal {
        var executables: [String: ResolvedExecutable] = [:]
        var obstacle: String?
        for name in Self.executables(of: record.plan) {
            do {
                executables[name] = try await executor.resolve(name)
            } catch {
                obstacle = obstacle ?? "\(error)"
            }
        }
        var excluded: [Person] = []
        if record.decision.approval.excludesAuthor {
            switch authors.authors(of: record.plan.runbook) {
            case .known(let people): excluded = people
            // Else whoever wrote it could approve it.
            case .unknown(let because): obstacle = obstacle ?? "its author may not approve it, and \(because)"
            }
        }
        return Seal(
            digest: digest(of: record, executables), excluded: excluded, executables: executables, obstacle: obstacle)
    }

    /// Everything that the plan may start, sorted.
    static func executables(of plan: Plan) -> [String] {
        var names: Set<String> = []
        for step in plan.steps where !step.isBuiltIn {
            names.formUnion(([step.argv] + step.capture.map(\.argv)).compactMap(\.first))
            if case .argv(let argv) = step.rehearsal { names.formUnion(argv.prefix(1)) }
            if case .argv(let arguments, parameters: _) = step.undo {
                names.formUnion(arguments.prefix(1).map(\.shown))
            }
        }
        names.formUnion((plan.verification?.probe ?? []).compactMap(\.argv.first))
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    // MARK: - Digest

    private func digest(of record: DecisionRecord, _ executables: [String: ResolvedExecutable]) -> String {
        var hash = DigestOfParts(domain: "handrail.plan/1")
        hash.add(
            codec.encode(TimelineEntry(at: record.at, incident: nil, event: .decided(Self.lasting(record)))).payload)
        for document in documents where concerns(document, record.plan) {
            hash.add(document.kind.rawValue)
            hash.add(document.name)
            hash.add(document.bytes)
        }
        for (name, executable) in executables.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            hash.add(name)
            hash.add(executable.path)
            hash.add(executable.digest)
        }
        hash.add(String((record.at + record.decision.approval.expires).milliseconds))
        return hash.hexadecimal
    }

    private func concerns(_ document: WorkspaceDocument, _ plan: Plan) -> Bool {
        switch document.kind {
        case .runbook: document.name.hasSameBytes(as: plan.runbook)
        case .action: plan.steps.contains { $0.action.hasSameBytes(as: document.name) }
        case .policy, .topology, .correlation, .people, .source: true
        case .test: false
        }
    }

    /// Without what may change while the plan stays what it is: an incident is merged, evidence is shortened.
    private static func lasting(_ record: DecisionRecord) -> DecisionRecord {
        let decision = Decision(
            verdict: record.decision.verdict, reasons: record.decision.reasons, guards: record.decision.guards,
            approval: record.decision.approval)
        return DecisionRecord(
            at: record.at, incident: 0, run: record.run, plan: record.plan, decision: decision, match: record.match,
            bindings: record.bindings, nearMisses: [])
    }
}

/// SHA-256 over parts that cannot run into each other: each is preceded by its length.
struct DigestOfParts {
    private var hash = SHA256()

    init(domain: String) {
        add(domain)
    }

    mutating func add(_ text: String) {
        add(Array(text.utf8))
    }

    mutating func add(_ bytes: [UInt8]) {
        withUnsafeBytes(of: UInt64(bytes.count).bigEndian) { hash.update(bufferPointer: $0) }
        bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
    }

    var hexadecimal: String { hash.finalize().hexadecimal }
}

extension LoadedWorkspace {
    /// Of all documents as they are written.
    var digest: String {
        var hash = DigestOfParts(domain: "handrail.workspace/1")
        for document in documents {
            hash.add(document.kind.rawValue)
            hash.add(document.bytes)
        }
        return hash.hexadecimal
    }
}
