internal import Hummingbird
internal import NIOCore

/// Server-sent events as HTML's living standard has them.
enum EventText {
    /// - Parameter isAllowed: asked before each piece; the stream ends where it says no.
    static func body(
        of pieces: AsyncStream<EventHub.Piece>, while isAllowed: @escaping @Sendable () -> Bool
    ) -> ResponseBody {
        ResponseBody { writer in
            try await writer.write(ByteBuffer(string: ": handrail\n\n"))
            for await piece in pieces {
                guard isAllowed() else { break }
                switch piece {
                case .event(let number, let event):
                    try await writer.write(
                        ByteBuffer(string: "id: \(number)\nevent: \(event.name)\ndata: \(event.data)\n\n"))
                case .heartbeat: try await writer.write(ByteBuffer(string: ": beat\n\n"))
                }
            }
            try await writer.finish(nil)
        }
    }
}
