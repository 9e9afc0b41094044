import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import Testing

/// An HTTP server on loopback that answers as it is told, and remembers what it was sent.
final class LoopbackServer: Sendable {
    struct Request: Sendable {
        var head: HTTPRequestHead
        var body: [UInt8] = []
    }

    enum Behaviour: Sendable {
        case answer(status: Int, headers: [(String, String)], body: String)
        /// Takes the request and closes the connection.
        case hangUp
        /// Begins to answer, and goes on and on with a byte at a time.
        case dribble(every: TimeAmount)
    }

    private let channel: any Channel
    private let box: Box

    /// - Parameter behaviours: one a request; the last one stays.
    init(_ behaviours: [Behaviour]) async throws {
        let box = Box(behaviours)
        self.box = box
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.pipeline.configureHTTPServerPipeline().flatMapThrowing {
                    try channel.pipeline.syncOperations.addHandler(Handler(box: box))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    var url: String { "http://127.0.0.1:\(channel.localAddress?.port ?? 0)" }
    var requests: [Request] { box.state.withLock { $0.requests } }

    func stop() async throws { try await channel.close() }

    /// What the handlers of all connections share.
    private final class Box: Sendable {
        let state: Mutex<(requests: [Request], behaviours: [Behaviour])>

        init(_ behaviours: [Behaviour]) { state = Mutex(([], behaviours)) }

        func take(_ request: Request) -> Behaviour {
            state.withLock { state in
                state.requests.append(request)
                return state.behaviours.count > 1 ? state.behaviours.removeFirst() : state.behaviours[0]
            }
        }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        let box: Box
        var request: Request?

        init(box: Box) { self.box = box }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): request = Request(head: head)
            case .body(let buffer): request?.body += buffer.readableBytesView
            case .end:
                guard let request else { return }
                self.request = nil
                answer(box.take(request), context)
            }
        }

        private func answer(_ behaviour: Behaviour, _ context: ChannelHandlerContext) {
            switch behaviour {
            case .hangUp: context.close(promise: nil)
            case .dribble(let pause):
                let head = HTTPResponseHead(version: .http1_1, status: .ok)
                context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
                let channel = context.channel
                context.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: pause) { task in
                    guard channel.isActive else { return task.cancel() }
                    let byte = HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(string: " ")))
                    channel.writeAndFlush(byte, promise: nil)
                }
            case .answer(let status, let headers, let body):
                var fields = HTTPHeaders(headers)
                fields.replaceOrAdd(name: "content-length", value: "\(body.utf8.count)")
                let head = HTTPResponseHead(
                    version: .http1_1, status: HTTPResponseStatus(statusCode: status), headers: fields)
                context.write(wrapOutboundOut(.head(head)), promise: nil)
                context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: body)))), promise: nil)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            }
        }
    }
}

/// A port of loopback where nothing listens, and nothing else can until this is closed.
final class DeafPort: Sendable {
    let url: String
    private let descriptor: CInt

    init() throws {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, length) == 0 ? getsockname(descriptor, address, &length) : -1
            }
        }
        self.descriptor = descriptor
        url = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
        try #require(result == 0, "no port: errno \(errno)")
    }

    func close() { _ = Glibc.close(descriptor) }
}
