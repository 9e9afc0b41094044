import AsyncHTTPClient
import Foundation
import HandrailFormats
import NIOCore
import NIOHTTP1

/// Debian's Alertmanager on loopback, in a folder of its own. `scripts/servers` unpacks it.
final class RealAlertmanager: Sendable {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: ".build/servers")

    static var program: String? {
        let places = [root.appending(path: "usr/bin/prometheus-alertmanager").path, "/usr/bin/prometheus-alertmanager"]
        return places.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    struct NotReady: Error {}

    private let folder: URL
    private let process: Process
    let url: String

    init() async throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "alertmanager-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let configuration = folder.appending(path: "alertmanager.yml")
        try "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n".write(
            to: configuration, atomically: true, encoding: .utf8)
        let port = try Self.freePort()
        url = "http://127.0.0.1:\(port)"
        process = Process()
        process.executableURL = URL(filePath: Self.program ?? "")
        process.arguments = [
            "--config.file=\(configuration.path)", "--storage.path=\(folder.path)", "--cluster.listen-address=",
            "--web.listen-address=127.0.0.1:\(port)", "--log.level=error",
        ]
        process.currentDirectoryURL = Self.root
        process.standardError = FileHandle.nullDevice
        try process.run()
        try await waitUntilReady()
    }

    private func waitUntilReady() async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while (try? await get("/-/ready")) == nil {
            guard process.isRunning, ContinuousClock.now < deadline else { throw NotReady() }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    deinit { if process.isRunning { process.terminate() } }

    func stop() async {
        process.terminate()
        while process.isRunning { try? await Task.sleep(for: .milliseconds(20)) }
        try? FileManager.default.removeItem(at: folder)
    }

    func get(_ path: String) async throws -> [UInt8] {
        let response = try await HTTPClient.shared.execute(HTTPClientRequest(url: url + path), timeout: .seconds(5))
        guard response.status == .ok else { throw URLError(.badServerResponse) }
        return Array(try await response.body.collect(upTo: 1 << 20).readableBytesView)
    }

    func silence(_ identifier: String) async throws -> JSONValue {
        try JSONValue(parsing: try await get("/api/v2/silence/\(identifier)"))
    }

    private static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let port = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, length) == 0 ? getsockname(descriptor, address, &length) : -1
            }
        }
        guard port == 0 else { throw POSIXError(.EADDRNOTAVAIL) }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
