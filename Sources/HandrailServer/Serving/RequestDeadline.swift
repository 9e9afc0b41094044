internal import NIOCore
internal import NIOHTTPTypes

/// Closes a connection whose request does not arrive whole in time, however many drops of it come meanwhile, and one whose
/// client does not read on. Answers may take as long as they like.
final class RequestDeadline: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let patience: TimeAmount
    /// For the rest of a request, or for the next one.
    private var arriving: Scheduled<Void>?
    /// For the client to read.
    private var leaving: Scheduled<Void>?
    /// Requests that have begun to arrive and are not answered: a client need not wait for one answer to ask again.
    private var unanswered = 0

    init(patience: TimeAmount) {
        self.patience = patience
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { expectRequest(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        expectRequest(context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        arriving?.cancel()
        leaving?.cancel()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        // From the head on there is time for the body.
        case .head:
            unanswered += 1
            expectRequest(context)
        case .body: break
        case .end:
            arriving?.cancel()
            arriving = nil
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) {
            unanswered = max(0, unanswered - 1)
            // The next request may be waited for.
            if arriving == nil, unanswered == 0 { expectRequest(context) }
        }
        context.write(data, promise: promise)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        leaving?.cancel()
        leaving = context.channel.isWritable ? nil : deadline(context)
        context.fireChannelWritabilityChanged()
    }

    private func expectRequest(_ context: ChannelHandlerContext) {
        arriving?.cancel()
        arriving = deadline(context)
    }

    private func deadline(_ context: ChannelHandlerContext) -> Scheduled<Void> {
        let channel = context.channel
        return context.eventLoop.scheduleTask(in: patience) { channel.close(promise: nil) }
    }
}
