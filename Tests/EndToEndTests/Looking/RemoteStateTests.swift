import Foundation
import HandrailHTTP
import Testing

@testable import handrail

@Suite struct RemoteStateTests {
    /// `watch` comes back to a server that has no place for it at the moment, and not to one that does not know its token.
    @Test(arguments: [
        (HandrailClient.Problem.refused(status: 401, because: "x"), Failure.findings),
        (.refused(status: 403, because: "x"), Failure.findings),
        (.refused(status: 409, because: "x"), Failure.findings),
        (.refused(status: 429, because: "x"), Failure.unreachable),
        (.refused(status: 503, because: "x"), Failure.unreachable), (.unreachable(because: "x"), Failure.unreachable),
    ])
    func whatPassesByItselfIsNoRefusal(problem: HandrailClient.Problem, code: Int32) throws {
        let scratch = try Scratch()
        try "token".write(toFile: scratch.path("token"), atomically: true, encoding: .utf8)
        let remote = try RemoteState(server: "http://127.0.0.1:9", tokenFile: scratch.path("token"))
        #expect(remote.failure(problem).code == code)
    }
}
