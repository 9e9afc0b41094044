import Foundation
import Glibc
import HandrailCore
import HandrailEngine
import HandrailFormats
import HandrailProcess
import Testing

@testable import handrail

/// Who wrote a plan, from real repositories. Whatever is not certain is unknown, and unknown refuses.
@Suite struct RunbookAuthorsTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
        for folder in ["shop", "shop/runbooks", "shop/policies"] { #expect(mkdir(scratch.path(folder), 0o755) == 0) }
        try write(Self.runbook, to: "runbooks/mend.yaml")
        try write(Self.action, to: "runbooks/actions.yaml")
        try write(Self.policy, to: "policies/shop.yaml")
    }

    private static let runbook = """
        runbook: mend
        about: Something in the shop is broken.
        owner: shop-oncall
        signature: { when: { broken: Broken } }
        target: { kind: process, id: shop, service: shop }
        steps: [{ action: shop.change }]
        verify: { resolved: [broken], within: 10m, otherwise: hold }

        """
    private static let action = """
        action: shop.change
        effect: disruptive
        dry-run: [tool, plan]
        run: [tool, do]
        undo: [tool, undo]
        timeout: 60s

        """
    private static let policy = """
        policy: shop
        default: automatic
        restrict:
          - { name: production, when: 'target.environment == "production"', verdict: approval,
              because: Customers notice., approval: { from: [sre], count: 1, expires: 30m, exclude: [author] } }
        ---
        topology: shop
        services: { shop: { environment: production, replicas: 1 } }
        ---
        people: shop
        roles: { sre: [ada, grace] }

        """

    private func write(_ text: String, to name: String) throws {
        try text.write(toFile: scratch.path("shop/" + name), atomically: false, encoding: .utf8)
    }

    @discardableResult
    private func git(_ arguments: [String], as author: String = "ada") throws -> Int32 {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/git")
        process.arguments =
            ["-C", scratch.path, "-c", "user.name=\(author) somebody", "-c", "user.email=\(author)@example.org"]
            + arguments
        process.environment = ["HOME": scratch.path, "GIT_CONFIG_NOSYSTEM": "1"]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }

    private func commit(_ files: [String] = ["shop"], as author: String) throws {
        #expect(try git(["add"] + files) == 0)
        #expect(try git(["commit", "-q", "-m", "x"], as: author) == 0)
    }

    private func authors() async throws -> RunbookAuthors.Authors {
        let path = scratch.path("shop")
        let loaded = try Composition.loadedWorkspace(path)
        let real = try #require(realpath(path, nil))
        defer { free(real) }
        let authors = await RunbookAuthors.ofRunbooks(
            in: loaded, workspace: String(cString: real), executor: ProcessExecutor())
        return authors.authors(of: "mend")
    }

    private func expectUnknown(_ words: String, at location: Testing.SourceLocation = #_sourceLocation) async throws {
        let found = try await authors()
        guard case .unknown(let because) = found, because.contains(words) else {
            Issue.record("\(found)", sourceLocation: location)
            return
        }
    }

    @Test func theAuthorsOfTheRunbookAndOfItsActionsAreKnown() async throws {
        #expect(try git(["init", "-q"]) == 0)
        try commit(as: "ada")
        #expect(try await authors() == .known([Person("ada")]))
        try write(Self.action + "# changed\n", to: "runbooks/actions.yaml")
        try commit(as: "grace")
        #expect(try await authors() == .known([Person("ada"), Person("grace")]))
    }

    @Test func withoutARepositoryNobodyKnows() async throws {
        try await expectUnknown("is in no git repository")
    }

    @Test func whatIsNotCommittedHasNoAuthor() async throws {
        #expect(try git(["init", "-q"]) == 0)
        try await expectUnknown("it is not committed")
        try commit(["shop/runbooks/mend.yaml", "shop/policies"], as: "ada")
        try await expectUnknown("`runbooks/actions.yaml`")
    }

    @Test func whatWasChangedSinceItsCommitHasNoAuthor() async throws {
        #expect(try git(["init", "-q"]) == 0)
        try commit(as: "ada")
        try write(Self.action.replacing("60s", with: "50s"), to: "runbooks/actions.yaml")
        try await expectUnknown("was changed since it was committed")
        // Added to the index, and committed by nobody.
        #expect(try git(["add", "shop"]) == 0)
        try await expectUnknown("was changed since it was committed")
    }

    @Test func anAuthorWhomPeopleDoesNotListIsUnknown() async throws {
        #expect(try git(["init", "-q"]) == 0)
        try commit(as: "mallory")
        try await expectUnknown("`people:` lists neither `mallory somebody` nor `mallory@example.org`")
    }

    @Test func aBrokenRepositoryIsUnknown() async throws {
        #expect(try git(["init", "-q"]) == 0)
        try commit(as: "ada")
        #expect(FileManager.default.createFile(atPath: scratch.path(".git/HEAD"), contents: Data("x".utf8)))
        try await expectUnknown("git does not say")
    }

    /// A repository's own configuration may name programs. None of them runs.
    @Test func nothingThatTheRepositoryNamesIsStarted() async throws {
        #expect(try git(["init", "-q"]) == 0)
        let program = scratch.path("program")
        try "#!/bin/sh\ntouch '\(scratch.path("started"))'\nexit 1\n".write(
            toFile: program, atomically: false, encoding: .utf8)
        #expect(chmod(program, 0o755) == 0)
        try commit(as: "ada")
        // As if it were signed, so that a check has something to check.
        #expect(try git(["-c", "gpg.program=\(scratch.path("sign"))", "config", "log.showSignature", "true"]) == 0)
        for setting in ["gpg.program", "gpg.openpgp.program", "core.fsmonitor", "core.pager", "core.sshCommand"] {
            #expect(try git(["config", setting, program]) == 0)
        }
        try signLastCommit()
        #expect(try git(["log", "-1"]) == 0)
        #expect(access(scratch.path("started"), F_OK) == 0, "this shows nothing where git would start none anyway")
        #expect(unlink(scratch.path("started")) == 0)
        #expect(try await authors() == .known([Person("ada")]))
        #expect(access(scratch.path("started"), F_OK) != 0)
    }

    /// A commit with a header that looks like a signature.
    private func signLastCommit() throws {
        let script = """
            cd '\(scratch.path)' && c=$(git cat-file commit HEAD) && h=$(printf '%s\\n' "$c" | sed \
            '/^committer /a gpgsig -----BEGIN PGP SIGNATURE-----\\n \\n x\\n -----END PGP SIGNATURE-----' | \
            git hash-object -t commit -w --stdin) && git update-ref HEAD $h
            """
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", script]
        process.environment = ["HOME": scratch.path, "PATH": "/usr/bin:/bin"]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    @Test(.enabled(if: geteuid() == 0)) func aRepositoryOfSomebodyElseIsReadAllTheSame() async throws {
        #expect(try git(["init", "-q"]) == 0)
        try commit(as: "ada")
        let names = FileManager.default.enumerator(atPath: scratch.path)?.compactMap { $0 as? String } ?? []
        for name in names + [""] { #expect(lchown(scratch.path(name), 1, 1) == 0) }
        #expect(try await authors() == .known([Person("ada")]))
    }

    // MARK: - The seal

    @Test func aPlanWhoseAuthorIsUnknownIsNotSealed() async throws {
        let loaded = try Composition.loadedWorkspace(scratch.path("shop"))
        let record = Sample.record()
        let excluding = DecisionRecord(
            at: record.at, incident: 1, plan: record.plan,
            decision: Decision(
                verdict: .approval, reasons: record.decision.reasons, guards: [],
                approval: Approval(from: ["sre"], count: 1, expires: .seconds(60), excludesAuthor: true)),
            bindings: [], nearMisses: [])
        func seal(_ authors: RunbookAuthors, _ record: DecisionRecord) async -> Seal {
            await WorkspaceSealer(
                loaded.files, codec: JournalCodec(identity: AlertIdentity()), executor: AnyExecutor(), authors: authors
            ).seal(record)
        }
        let runbook = ExactText(record.plan.runbook)
        let unknown = await seal(RunbookAuthors([runbook: .unknown(because: "it is not committed")]), excluding)
        #expect(unknown.obstacle == "its author may not approve it, and it is not committed")
        #expect(await seal(RunbookAuthors(), excluding).obstacle != nil)
        let known = await seal(RunbookAuthors([runbook: .known([Person("ada")])]), excluding)
        #expect(known.obstacle == nil && known.excluded == [Person("ada")])
        // Where policy does not ask, nobody is asked for.
        #expect(await seal(RunbookAuthors(), record).obstacle == nil)
    }
}

private struct AnyExecutor: StepExecutor {
    func resolve(_ name: String) async throws -> ResolvedExecutable {
        ResolvedExecutable(path: "/usr/bin/\(name)", digest: "d")
    }

    func observe(_ invocation: Invocation) async -> ExecutionReport {
        ExecutionReport(ending: .notStarted(because: "nothing is started here"))
    }

    func perform(_ invocation: Invocation, permit: Permit) async -> ExecutionReport {
        ExecutionReport(ending: .notStarted(because: "nothing is started here"))
    }
}
