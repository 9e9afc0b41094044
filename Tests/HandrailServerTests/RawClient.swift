import Dispatch
import Glibc

@testable import HandrailServer

func clockMilliseconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
}

/// A connection as bytes: it can say things that no client says. Blocks, so it is used from threads of its own.
final class RawClient: Sendable {
    private let descriptor: Int32

    init?(port: Int, patience: Int = 20) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        var patience = timeval(tv_sec: patience, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else {
            close(descriptor)
            return nil
        }
    }

    deinit { close(descriptor) }

    /// False once the other side has gone.
    @discardableResult func send(_ bytes: some Sequence<UInt8>) -> Bool {
        let bytes = Array(bytes)
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress?.advanced(by: sent), bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    @discardableResult func send(_ text: String) -> Bool { send(text.utf8) }

    /// All until the other side closes, or the patience is over; at most `limit`.
    ///
    /// - Parameter pause: in microseconds, after each MiB.
    /// - Parameter end: or until the bytes hold this.
    func readAll(limit: Int = 1 << 20, pause: UInt32 = 0, until end: String? = nil) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while bytes.count < limit {
            if let end, String(decoding: bytes, as: UTF8.self).contains(end) { break }
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            if pause > 0, (bytes.count + count) >> 20 > bytes.count >> 20 { usleep(pause) }
            bytes += buffer[..<count]
        }
        return bytes
    }

    /// One answer: its head, and as much of the body as its length says.
    func readAnswer() -> HTTPAnswer? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            if let answer = HTTPAnswer(bytes) { return answer }
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            bytes += buffer[..<count]
        }
    }
}

struct HTTPAnswer {
    let status: Int
    let head: String
    let body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }

    /// Nil where it is not whole.
    init?(_ bytes: [UInt8]) {
        guard let end = bytes.indices.first(where: { bytes[$0...].starts(with: [13, 10, 13, 10]) }) else { return nil }
        head = String(decoding: bytes[..<end], as: UTF8.self)
        let words = head.prefix { $0 != "\r\n" }.split(separator: " ")
        guard words.count >= 2, let status = Int(words[1]) else { return nil }
        self.status = status
        let length = head.lowercased().split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
            .flatMap { Int($0.dropFirst(15).filter { $0 != " " }) }
        let rest = bytes[(end + 4)...]
        guard rest.count >= length ?? 0 else { return nil }
        body = Array(rest.prefix(length ?? rest.count))
    }
}

extension RunningServer {
    /// One request on a connection of its own, from a thread of its own.
    func ask(
        _ method: String, _ path: String, token: String? = nil, headers: [String] = [], body: [UInt8]? = nil
    ) async -> HTTPAnswer? {
        let port = port
        return await onThread {
            guard let client = RawClient(port: port) else { return nil }
            var lines = ["\(method) \(path) HTTP/1.1", "Host: x", "Connection: close"] + headers
            if let token { lines.append("Authorization: Bearer \(token)") }
            if let body { lines += ["Content-Length: \(body.count)", "Content-Type: application/json"] }
            client.send(lines.joined(separator: "\r\n") + "\r\n\r\n")
            if let body { client.send(body) }
            return client.readAnswer()
        }
    }

    func deliver(_ body: [UInt8], to source: String = "alertmanager") async -> HTTPAnswer? {
        await ask("POST", "/v1/deliveries/\(source)", token: tokens[.source], body: body)
    }
}

/// Runs what blocks where it blocks nobody else.
func onThread<Result: Sendable>(_ work: @escaping @Sendable () -> Result) async -> Result {
    await withCheckedContinuation { continuation in
        DispatchQueue(label: "blocking").async { continuation.resume(returning: work()) }
    }
}
