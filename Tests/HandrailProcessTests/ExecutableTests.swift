import Foundation
import HandrailEngine
import HandrailProcess
import Testing

extension ProcessTests {
    /// What is run is what was planned, or nothing.
    struct ExecutableTests {
        private let folder: Folder
        private let executor: ProcessExecutor

        init() throws {
            folder = try Folder()
            executor = ProcessExecutor(.init(executorFolders: [folder.path]))
        }

        private func run(_ executable: ResolvedExecutable) async -> ExecutionReport {
            await executor.observe(
                Invocation(argv: ["greet"], executable: executable, limits: ExecutionLimits(timeout: .seconds(30))))
        }

        /// Resolves a script, changes something, and expects that it is not run, for a reason that names its `PATH`.
        private func check(
            _ reason: String, at location: Testing.SourceLocation = #_sourceLocation,
            after change: (String) throws -> Void
        ) async throws {
            let path = try folder.write("#!/bin/sh\necho hello\n", to: "greet")
            let found = try await executor.resolve("greet")
            try #require(await run(found).text == "hello\n", sourceLocation: location)
            try change(path)
            #expect(await run(found).reason == reason.replacing("PATH", with: path), sourceLocation: location)
        }

        @Test func aChangedByteIsNotRun() async throws {
            try await check("`PATH` has another content than when the plan was made") { path in
                let file = try #require(FileHandle(forWritingAtPath: path))
                try file.seek(toOffset: 15)
                try file.write(contentsOf: Data("J".utf8))
                try file.close()
            }
        }

        @Test func aFileOfTheSameSizeAndTimeIsNotRun() async throws {
            try await check("`PATH` has another content than when the plan was made") { path in
                var before = stat()
                try #require(stat(path, &before) == 0)
                let other = try folder.write("#!/bin/sh\necho jello\n", to: "other")
                var times = [before.st_atim, before.st_mtim]
                try #require(utimensat(AT_FDCWD, other, &times, 0) == 0)
                try #require(rename(other, path) == 0)
            }
        }

        @Test func aSymbolicLinkInItsPlaceIsNotRun() async throws {
            try await check("`PATH` cannot be opened: Too many levels of symbolic links") { path in
                try #require(unlink(path) == 0)
                try #require(symlink("/bin/echo", path) == 0)
            }
        }

        @Test func aDeletedFileIsNotRun() async throws {
            try await check("`PATH` cannot be opened: No such file or directory") { path in
                try #require(unlink(path) == 0)
            }
        }

        @Test func whatMayNoLongerBeExecutedIsNotRun() async throws {
            try await check("`PATH` may not be executed") { path in
                try #require(chmod(path, 0o600) == 0)
            }
        }

        @Test func whatOthersMayChangeByNowIsNotRun() async throws {
            try await check("`PATH` can be changed by everybody") { path in
                try #require(chmod(path, 0o702) == 0)
            }
        }

        @Test func whatSomebodyHasOpenForWritingIsNotRun() async throws {
            let path = try folder.write("#!/bin/sh\necho hello\n", to: "greet")
            let found = try await executor.resolve("greet")
            let writer = open(path, O_WRONLY)
            #expect(await run(found).reason == "somebody has `\(path)` open for writing")
            close(writer)
            #expect(await run(found).text == "hello\n")
        }

        /// A shell reads a script as it goes, so a write into the running file would run half of each.
        @Test func aRunningScriptCannotBeWrittenTo() async throws {
            let go = folder.path + "/go"
            let began = folder.path + "/began"
            let path = try folder.write(
                "#!/bin/sh\n: >'\(began)'\nuntil [ -e '\(go)' ]; do sleep 0.01; done\necho hello\n", to: "greet")
            let found = try await executor.resolve("greet")
            async let report = run(found)
            try await eventually("the script") { access(began, F_OK) == 0 }
            let writer = open(path, O_WRONLY | O_NONBLOCK)
            #expect(writer < 0 && errno == EWOULDBLOCK)
            _ = try folder.write("", to: "go")
            #expect(await report.text == "hello\n")
            let later = open(path, O_WRONLY | O_NONBLOCK)
            #expect(later >= 0, "a writer is still kept out")
            close(later)
        }

        /// The name that was resolved is what a link pointed to; where the link points later is nobody's concern.
        @Test func aLinkIsFollowedWhenThePlanIsMade() async throws {
            let path = try folder.write("#!/bin/sh\necho hello\n", to: "greet-1")
            let link = folder.path + "/greet"
            try #require(symlink("greet-1", link) == 0)
            let found = try await executor.resolve("greet")
            #expect(found.path == path)
            try #require(unlink(link) == 0 && symlink("/bin/false", link) == 0)
            #expect(await run(found).text == "hello\n")
        }

        @Test func aScriptFindsItself() async throws {
            let path = try folder.write("#!/bin/sh\nsed -n 1p \"$0\"; readlink -f \"$0\"; echo $#\n", to: "greet")
            #expect(await run(try await executor.resolve("greet")).lines == ["#!/bin/sh", path, "0"])
        }

        @Test(arguments: [
            ("#!/nowhere/interpreter -x\n", "asks for the interpreter `/nowhere/interpreter`, which does not exist"),
            ("echo hello\n", "is neither a program nor a script whose first line names its interpreter"),
            ("", "is neither a program nor a script whose first line names its interpreter"),
            ("#!/etc/passwd\n", ", or the interpreter that it asks for, may not be executed"),
        ])
        func whatNothingCanRunIsNotStarted(content: String, reason: String) async throws {
            let path = try folder.write(content, to: "greet")
            let said = try #require(await run(try await executor.resolve("greet")).reason)
            #expect(said.hasPrefix("`\(path)`") && said.hasSuffix(reason), "\(said)")
        }

        @Test func anAbsentWorkingDirectoryIsSaid() async throws {
            var options = ProcessExecutor.Options()
            options.workingDirectory = "/nowhere"
            let executor = ProcessExecutor(options)
            let invocation = Invocation(argv: ["true"], executable: try await executor.resolve("true"), limits: .short)
            #expect(
                await executor.observe(invocation).reason
                    == "the working directory `/nowhere` cannot be opened: No such file or directory")
        }

        // MARK: Finding

        @Test func theDigestIsThatOfTheContent() async throws {
            _ = try folder.write("abc", to: "greet")
            let found = try await executor.resolve("greet")
            // FIPS 180-2, appendix B.1.
            #expect(found.digest == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        }

        @Test func theWorkspaceComesBeforeTheSystem() async throws {
            #expect(try await executor.resolve("true").path == "/usr/bin/true")
            let own = try folder.write("#!/bin/sh\n", to: "true")
            #expect(try await executor.resolve("true").path == own)
            #expect(try await executor.resolve("/bin/true").path == "/usr/bin/true")
        }

        @Test(arguments: ["", ".", "..", "bin/true", "./true", "../true", "true\0", "no-such-program"])
        func whatNamesNoProgramIsRefused(name: String) async throws {
            await #expect(throws: ExecutableError.self) { try await executor.resolve(name) }
        }

        private enum Kind: CaseIterable {
            case folder, pipe, notExecutable, groupMayWrite, foldersGroupMayWrite
        }

        @Test(arguments: Kind.allCases)
        private func whatOthersCouldChangeOrNobodyCanRunIsRefused(kind: Kind) async throws {
            let path = folder.path + "/greet"
            let expected: ExecutableError
            switch kind {
            case .folder:
                try #require(mkdir(path, 0o700) == 0)
                expected = .notRegular(path: path)
            case .pipe:
                try #require(mkfifo(path, 0o700) == 0)
                expected = .notRegular(path: path)
            case .notExecutable:
                _ = try folder.write("#!/bin/sh\n", to: "greet", mode: 0o600)
                expected = .notExecutable(path: path)
            case .groupMayWrite:
                _ = try folder.write("#!/bin/sh\n", to: "greet", mode: 0o720)
                expected = .changeable(path: path, by: "its group")
            case .foldersGroupMayWrite:
                _ = try folder.write("#!/bin/sh\n", to: "greet")
                try #require(chmod(folder.path, 0o720) == 0)
                expected = .changeable(path: folder.path, by: "its group")
            }
            await #expect(throws: expected) { try await executor.resolve(path) }
        }

        @Test(.enabled(if: geteuid() == 0)) func whatAnotherUserCouldChangeIsRefused() async throws {
            let path = try folder.write("#!/bin/sh\n", to: "greet")
            try #require(chown(folder.path, 12345, 0) == 0)
            await #expect(throws: ExecutableError.changeable(path: folder.path, by: "user 12345")) {
                try await executor.resolve(path)
            }
        }
    }
}
