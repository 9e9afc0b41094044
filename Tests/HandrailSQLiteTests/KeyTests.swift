import Foundation
import HandrailCore
import Testing

@testable import HandrailSQLite

struct KeyTests {
    @Test func aKeyComesBackFromItsFiles() throws {
        let directory = try StateDirectory()
        let key = SigningKey.generate()
        try key.write(to: directory.path + "/private.pem")
        try key.verifyingKey.write(to: directory.path + "/public.pem")
        #expect(permissions(of: directory.path + "/private.pem") == 0o600)
        let again = try SigningKey(contentsOf: directory.path + "/private.pem")
        #expect(again.verifyingKey == key.verifyingKey)
        #expect(try VerifyingKey(contentsOf: directory.path + "/public.pem") == key.verifyingKey)
        #expect(throws: JournalError.self) { try key.write(to: directory.path + "/private.pem") }
    }

    /// RFC 8410, section 10.3, and the public key that section 10.1 gives for it.
    private let privatePEM = """
        -----BEGIN PRIVATE KEY-----
        MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
        -----END PRIVATE KEY-----

        """
    private let publicPEM = """
        -----BEGIN PUBLIC KEY-----
        MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
        -----END PUBLIC KEY-----

        """

    @Test func theKeysOfRFC8410AreRead() throws {
        let directory = try StateDirectory()
        let secret = try directory.write(privatePEM, mode: 0o600)
        let open = try directory.write(publicPEM, mode: 0o644)
        #expect(try SigningKey(contentsOf: secret).verifyingKey == VerifyingKey(contentsOf: open))
        #expect(KeyText.pem(of: try VerifyingKey(contentsOf: open).bytes, as: .publicKey) == publicPEM)
        let bare = try directory.write(
            Data(try VerifyingKey(contentsOf: open).bytes).base64EncodedString(), mode: 0o644)
        #expect(try VerifyingKey(contentsOf: bare) == VerifyingKey(contentsOf: open))
    }

    @Test(arguments: ["", "x", "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----", "AAAA", "\0\0"])
    func whatIsNoKeyIsRefused(text: String) throws {
        let directory = try StateDirectory()
        let path = try directory.write(text, mode: 0o600)
        #expect(throws: JournalError.self) { try SigningKey(contentsOf: path) }
        #expect(throws: JournalError.self) { try VerifyingKey(contentsOf: path) }
        #expect(throws: JournalError.self) { try SigningKey(contentsOf: directory.path) }
        #expect(throws: JournalError.self) { try SigningKey(contentsOf: directory.path + "/none") }
    }

    @Test(arguments: [0o640, 0o604, 0o644, 0o660])
    func aPrivateKeyThatOthersCanReadIsRefused(mode: mode_t) throws {
        let directory = try StateDirectory()
        let path = try directory.write(privatePEM, mode: mode)
        #expect(throws: JournalError.self) { try SigningKey(contentsOf: path) }
    }

    @Test func base64AgreesWithFoundation() {
        var random = SeededGenerator(state: 5)
        for count in 0..<70 {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            #expect(bytes.base64 == Data(bytes).base64EncodedString())
            #expect([UInt8](base64: bytes.base64) == bytes)
            #expect([UInt8](hexadecimal: bytes.hexadecimal[...], count: count) == bytes)
        }
        for text in ["A", "AB", "AB=", "AB==B", "A===", "AC==x", "AB==", "====", "AAAA AAAA"] {
            #expect([UInt8](base64: text).map { $0.base64 == text } ?? true)
        }
    }

    @Test func aCheckpointComesBackFromItsLine() async throws {
        let key = SigningKey.generate()
        let signed = try await StateDirectory.filled(10, key: key).checkpoints()[0]
        let unsigned = try await StateDirectory.filled(10).checkpoints()[0]
        #expect(Checkpoint("\(signed)") == signed && Checkpoint("\(unsigned)") == unsigned)
        #expect(signed.isSigned(by: key.verifyingKey) && !unsigned.isSigned(by: key.verifyingKey))
        #expect(!signed.isSigned(by: SigningKey.generate().verifyingKey))
        // A change of anything that the line says is another checkpoint, or none at all.
        for index in "\(signed)".utf8.indices {
            var line = Array("\(signed)".utf8)
            let place = "\(signed)".utf8.distance(from: "\(signed)".utf8.startIndex, to: index)
            line[place] = line[place] == UInt8(ascii: "1") ? UInt8(ascii: "2") : UInt8(ascii: "1")
            let read = Checkpoint(String(decoding: line, as: UTF8.self))
            #expect(read?.isSigned(by: key.verifyingKey) != true, "byte \(place)")
        }
    }
}

struct StateDirectoryLockTests {
    @Test func aSecondEngineIsToldWhoIsThere() throws {
        let directory = try StateDirectory()
        do {
            let lock = try StateDirectoryLock(directory: directory.path)
            let held = #expect(throws: StateDirectoryLock.Held.self) {
                _ = try StateDirectoryLock(directory: directory.path)
            }
            #expect(held?.processID == getpid())
            #expect(held?.description.contains("process \(getpid()) is the engine") == true)
            // A second refusal: the first must not have wiped the process id.
            #expect(throws: held ?? .init(directory: "", processID: 0)) {
                _ = try StateDirectoryLock(directory: directory.path)
            }
            _ = consume lock
        }
        _ = try StateDirectoryLock(directory: directory.path)
    }

    @Test func whoOnlyAsksWhetherThereIsAnEngineKeepsNoneOut() throws {
        let directory = try StateDirectory()
        try Data().write(to: URL(filePath: directory.path + "/engine.lock"))
        let descriptor = open(directory.path + "/engine.lock", O_RDONLY)
        #expect(flock(descriptor, LOCK_SH | LOCK_NB) == 0)
        Thread.detachNewThread {
            usleep(60_000)
            close(descriptor)
        }
        _ = try StateDirectoryLock(directory: directory.path)
    }

    @Test func aFileThatWasLeftBehindLocksNobodyOut() throws {
        let directory = try StateDirectory()
        try Data("999999\n".utf8).write(to: URL(filePath: directory.path + "/engine.lock"))
        _ = try StateDirectoryLock(directory: directory.path)
        #expect(throws: JournalError.self) { _ = try StateDirectoryLock(directory: directory.path + "/none") }
    }

    @Test func theLockGoesWithAProcessThatIsKilled() async throws {
        let directory = try StateDirectory()
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = directory.path as String] in
            let lock = try StateDirectoryLock(directory: path)
            kill(getpid(), SIGKILL)
            _ = consume lock
        }
        let left = try String(contentsOfFile: directory.path + "/engine.lock", encoding: .utf8)
        #expect(!left.isEmpty && left != "\(getpid())\n", "the child did hold it")
        _ = try StateDirectoryLock(directory: directory.path)
    }
}

extension StateDirectory {
    func write(_ text: String, mode: mode_t) throws -> String {
        let file = path + "/\(UUID().uuidString)"
        try Data(text.utf8).write(to: URL(filePath: file))
        chmod(file, mode)
        return file
    }
}
