internal import Crypto
public import HandrailCore

/// `X-Handrail-Signature: t=SECONDS,v1=HEX`, the HMAC-SHA-256 of `SECONDS.BODY`: what our own webhook sends, and what a
/// source sends that can sign and has no token.
public struct MessageSignature: Hashable, Sendable {
    /// The header that it stands in.
    public static let header = "X-Handrail-Signature"
    /// How old, and how far ahead, a signature may be.
    public static let window = Duration.seconds(300)

    /// Since 1970: when it was made.
    public let seconds: Int64
    /// The 32 bytes of the HMAC, however they were written.
    public let code: [UInt8]

    /// Nil where the header is none.
    public init?(_ header: String) {
        var seconds: Int64?
        var code: [UInt8]?
        for part in header.split(separator: ",", omittingEmptySubsequences: false) {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2 else { return nil }
            switch (pair[0].utf8.elementsEqual("t".utf8), pair[0].utf8.elementsEqual("v1".utf8)) {
            case (true, _) where seconds == nil && pair[1].utf8.first != UInt8(ascii: "+"): seconds = Int64(pair[1])
            case (_, true) where code == nil: code = [UInt8](hexadecimal: pair[1], count: SHA256.byteCount)
            case (true, _), (_, true), (false, false): return nil
            }
        }
        guard let seconds, let code else { return nil }
        self.seconds = seconds
        self.code = code
    }

    /// Signs.
    public init(_ body: [UInt8], key: SigningSecret, seconds: Int64) {
        self.seconds = seconds
        code = Array(Self.signer(body, key, seconds).finalize())
    }

    /// As the header has it.
    public var text: String { "t=\(seconds),v1=\(code.hexadecimal)" }

    /// Whether who made it has the key. Takes as long wherever the first difference is.
    public func fits(_ body: [UInt8], key: SigningSecret) -> Bool {
        ConstantTime.areEqual(Self.signer(body, key, seconds).finalize(), code)
    }

    /// Whether it was made about now.
    public func isFresh(at now: Timestamp) -> Bool {
        let (milliseconds, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        guard !overflow else { return false }
        let age = now - Timestamp(milliseconds: milliseconds)
        return age <= Self.window && age >= .zero - Self.window
    }

    private static func signer(_ body: [UInt8], _ key: SigningSecret, _ seconds: Int64) -> HMAC<SHA256> {
        var signer = HMAC<SHA256>(key: key.key)
        signer.update(data: Array("\(seconds).".utf8))
        signer.update(data: body)
        return signer
    }
}

/// What messages are signed with. It cannot be shown, and it cannot be one that is guessed.
public struct SigningSecret: Sendable {
    /// Below this a key can be guessed from one message and its signature.
    public static let shortestBytes = 16

    let key: SymmetricKey

    /// Nil where it is shorter than ``shortestBytes``.
    public init?(_ bytes: [UInt8]) {
        guard bytes.count >= Self.shortestBytes else { return nil }
        key = SymmetricKey(data: bytes)
    }
}
