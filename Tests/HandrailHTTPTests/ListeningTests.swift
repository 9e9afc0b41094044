import HandrailCore
import NIOCore
import Testing

@testable import HandrailHTTP

@Suite(.timeLimit(.minutes(1))) struct ListeningTests {
    /// A server that was unplugged sends no end.
    @Test func aServerThatFallsSilentIsNoLongerListenedTo() async throws {
        let server = try await LoopbackServer([.dribble(every: .hours(1))])
        let client = HandrailClient(try ServerAddress(server.url), token: "t", silence: .milliseconds(300))
        await #expect(throws: HandrailClient.Problem.self) { try await client.listen { _ in } }
        try await server.stop()
    }
}
