import ArgumentParser
import Foundation
import HandrailCore
import HandrailEngine
import HandrailSQLite
import HandrailServer
import HandrailSigning
import Synchronization
import Testing

@testable import handrail

/// The program that serves, as it is started and told to read again.
@Suite(.serialized, .timeLimit(.minutes(5))) struct ServingTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    private func put(_ name: String, _ text: String) throws {
        let folder = scratch.path("secrets")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let path = folder + "/" + name
        try Data(text.utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    }

    private func signed(_ body: String, _ key: String) throws -> [String] {
        let secret = try #require(SigningSecret(Array(key.utf8)))
        let seconds = WallTime.now.milliseconds / 1000
        let signature = MessageSignature(Array(body.utf8), key: secret, seconds: seconds)
        return ["\(MessageSignature.header): \(signature.text)"]
    }

    private func body(_ number: Int) -> String {
        #"{"version":"4","status":"firing","alerts":[{"status":"firing","labels":{"alertname":"A","n":"\#(number)"},"#
            + #""annotations":{},"startsAt":"2026-11-28T07:00:00Z","endsAt":"0001-01-01T00:00:00Z"}]}"#
    }

    @Test func aSecretIsReplacedWithoutARestart() async throws {
        let (old, new) = ("the first secret of all", "the secret after that")
        try put("HOOK", old)
        let server = try await LiveServer(
            scratch, ["--secrets", scratch.path("secrets"), "--delivery-key", "alertmanager=HOOK"])
        #expect(try await server.deliver(body(1), signed(body(1), old)) == 200)
        // One that is no good leaves the old one in force, and the workspace is read again all the same.
        try put("HOOK", "short")
        server.signal(SIGHUP)
        try await server.wait(for: "the secrets were not reloaded")
        try await server.wait(for: "the workspace was read again")
        #expect(try await server.deliver(body(2), signed(body(2), old)) == 200)
        try put("HOOK", new)
        server.signal(SIGHUP)
        try await server.wait(for: "the secrets were read again")
        #expect(try await server.deliver(body(3), signed(body(3), new)) == 200)
        #expect(try await server.deliver(body(4), signed(body(4), old)) == 401)
        #expect(try await server.stop() == 0)
        let said = try server.said
        #expect(!said.contains(old) && !said.contains(new))
    }

    /// A service manager that reloads what it has just started must not end it.
    @Test func aReloadWhileItStartsDoesNotEndIt() async throws {
        for _ in 0..<3 {
            let state = scratch.path("state")
            try? FileManager.default.removeItem(atPath: state)
            let process = try LiveServer.started(scratch, [])
            // Before its first line nobody could do anything about it.
            while !FileManager.default.fileExists(atPath: state) { usleep(200) }
            for _ in 0..<40 {
                kill(process.processIdentifier, SIGHUP)
                usleep(5_000)
            }
            let log = scratch.path("log")
            for _ in 0..<1500 where try !String(contentsOfFile: log, encoding: .utf8).contains("was read again") {
                try #require(process.isRunning, "it was ended by \(process.terminationStatus)")
                try await Task.sleep(for: .milliseconds(20))
            }
            process.terminate()
            process.waitUntilExit()
            #expect(process.terminationReason == .exit && process.terminationStatus == 0)
        }
    }

    /// What is wrong with the command line is found before anything that was interrupted goes on.
    @Test(arguments: [["--queue", "9223372036854775807"], ["--delivery-key", "alertmanager=NONE"]])
    func whatCannotBeServedIsSaidAtOnce(_ arguments: [String]) async throws {
        let result = try await Program.run(
            ["serve", "--state", scratch.path("state"), "--workspace", Repository.path("")] + arguments)
        #expect(result.code != 0 && !result.errors.contains("Fatal"), "\(result.errors)")
        let journal = try await Program.run(["audit", "show", "--state", scratch.path("state"), "--output", "json"])
        #expect(!journal.output.contains("engine.started"), "\(journal.output)")
    }

    @Test func connectionsLeaveDescriptorsForTheEngine() {
        #expect(OpenFiles.connections(of: 1024, atMost: 16_384) == 512)
        #expect(OpenFiles.connections(of: 65_536, atMost: 16_384) == 16_384)
        #expect(OpenFiles.connections(of: 256, atMost: 16_384) == 128)
        #expect(OpenFiles.connections(of: 0, atMost: 16_384) == 1)
    }

    /// What the unit takes away, or how long it waits, must not stand against what the program does.
    @Test func theUnitFitsTheProgram() throws {
        let unit = try String(contentsOfFile: Repository.path("deploy/handrail.service"), encoding: .utf8)
        let settings = unit.split(separator: "\n").filter { !$0.hasPrefix("#") }
        // inbox/ and answers/ of a group get the bit that passes their group on.
        #expect(!settings.contains { $0.hasPrefix("RestrictSUIDSGID") })
        let stop = try #require(settings.first { $0.hasPrefix("TimeoutStopSec=") }?.split(separator: "=").last)
        let command = try ServeCommand.parse([])
        #expect(Duration.seconds(try #require(Int(stop))) > ServerSettings().stopPatience + command.drain.span)
        let start = try #require(settings.first { $0.hasPrefix("ExecStart=") }).split(separator: " ").dropFirst()
        #expect(start.first == "serve" && (try? ServeCommand.parse(start.dropFirst().map(String.init))) != nil)
    }

    // MARK: - Tokens

    @Test func aTokenFileThatIsMendedCountsAgain() async throws {
        let directory = try StateDirectory.openedForEngine(option: scratch.path("state"))
        let token = try TokenFile(directory).change { book in
            try book.add(role: .viewer, person: nil, source: nil, note: "", at: WallTime.now, life: nil)
        }
        let faults = Mutex([String]())
        let tokens = try LiveTokens(directory) { fault in faults.withLock { $0.append(fault) } }
        let isGood = { tokens.book.holder(of: token, at: WallTime.now) != nil }
        let id = String(try #require(token.split(separator: "_").dropFirst().first))
        #expect(isGood() && tokens.isGood(token: id))
        let path = directory.path + "/tokens.json"
        // Another stamp, and a mode that is not taken: as if there were no descriptor left at that very moment.
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o644, .modificationDate: Date(timeIntervalSinceNow: -60)], ofItemAtPath: path)
        try await Task.sleep(for: .milliseconds(1100))
        #expect(!isGood())
        try await Task.sleep(for: .milliseconds(1100))
        #expect(!isGood())
        #expect(faults.withLock { $0.count } == 1, "it is said once")
        #expect(!tokens.isGood(token: id))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        try await Task.sleep(for: .milliseconds(1100))
        #expect(isGood())
        // Nobody has asked for any of it until now, and nothing is lost.
        let told = tokens.takeChanges().map { change in
            switch change {
            case .tokens(let tokens): tokens.map(\.standing.rawValue).joined()
            case .unreadable: "unreadable"
            }
        }
        #expect(told == ["good", "unreadable", "good"] && tokens.takeChanges() == [])
    }

    /// Who could ask for what, and when, is part of the chain: the file with the tokens is only what its owner says now.
    @Test func theJournalSaysWhoseTokensOpenSomething() async throws {
        let state = ["--state", scratch.path("state")]
        let token = { (arguments: [String]) in
            let made = try await Program.run(["token"] + arguments + state)
            #expect(made.code == 0, "\(made.errors)")
            return made.output
        }
        _ = try await token(["create", "--role", "viewer"])
        let server = try await LiveServer(scratch, [])
        let made = try await token(["create", "--role", "responder", "--person", "ada"])
        let id = String(try #require(made.split(separator: "_").dropFirst().first))
        try await server.wait(for: "token \(id) (ada) was made")
        _ = try await token(["revoke", id])
        try await server.wait(for: "token \(id) (ada) was revoked")
        #expect(try await server.stop() == 0)

        let journal = try await Program.run(["audit", "show", "--output", "json"] + state)
        let standings = journal.output.matches(of: /"standing": ?"([a-z]+)"/).map { String($0.output.1) }
        #expect(standings == ["good", "made", "revoked"], "\(journal.output)")
        #expect(!journal.output.contains(made.trimmingCharacters(in: .newlines)))
        #expect(try await Program.run(["audit", "verify"] + state).code == 0)
    }

    // MARK: - The journal's entries

    /// A thousand entries of 16 MiB are no page.
    @Test func aPageOfEntriesIsBoundedInBytes() async throws {
        let directory = try StateDirectory.openedForEngine(option: scratch.path("state"))
        let journal = try SQLiteJournal(directory: directory.path)
        let text = #"{"text":""# + String(repeating: "a", count: 3 << 20) + #""}"#
        for _ in 0..<4 {
            _ = try await journal.append([JournalRecord(at: WallTime.now, kind: "test", payload: Array(text.utf8))])
        }
        let documents = try await JournalDocuments(directory)
        var after: Int64 = 0
        var pages: [Int] = []
        while true {
            let page = try await documents.document(.entries(after: after, limit: 1000))
            let found = String(decoding: page, as: UTF8.self).matches(of: /"sequence": ?([0-9]+)/)
            guard let last = found.last.flatMap({ Int64($0.output.1) }) else { break }
            pages.append(found.count)
            after = last
        }
        #expect(pages.allSatisfy { $0 <= 2 } && pages.reduce(0, +) >= 4, "\(pages)")
        try await journal.close()
    }
}
