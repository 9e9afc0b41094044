internal import Crypto
internal import HandrailCore

/// `X-Handrail-Signature: t=SECONDS,v1=HEX`, the HMAC-SHA-256 of `SECONDS.BODY`: what our own webhook sends, and what a
/// source sends that can sign and has no token.
struct DeliverySignature: Hashable {
    static let header = "X-Handrail-Signature"
    /// How old, and how far ahead, a signature may be.
    static let window = Duration.seconds(300)

    /// Seconds since 1970.
    let seconds: Int64
    let code: String

    /// Nil where the header is none.
    init?(_ header: String) {
        var seconds: Int64?
        var code: String?
        for part in header.split(separator: ",", omittingEmptySubsequences: false) {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2 else { return nil }
            switch (pair[0].utf8.elementsEqual("t".utf8), pair[0].utf8.elementsEqual("v1".utf8)) {
            case (true, _) where seconds == nil && pair[1].utf8.first != UInt8(ascii: "+"): seconds = Int64(pair[1])
            case (_, true) where code == nil: code = String(pair[1])
            case (true, _), (_, true), (false, false): return nil
            }
        }
        guard let seconds, let code, code.utf8.count == 64 else { return nil }
        self.seconds = seconds
        self.code = code
    }

    init(_ body: [UInt8], key: [UInt8], seconds: Int64) {
        self.seconds = seconds
        var code = HMAC<SHA256>(key: SymmetricKey(data: key))
        code.update(data: Array("\(seconds).".utf8))
        code.update(data: body)
        self.code = code.finalize().hexadecimal
    }

    var text: String { "t=\(seconds),v1=\(code)" }

    func fits(_ body: [UInt8], key: [UInt8]) -> Bool {
        ConstantTime.areEqual(DeliverySignature(body, key: key, seconds: seconds).code, code)
    }

    /// Whether it was made about now.
    func isFresh(at now: Timestamp) -> Bool {
        let (milliseconds, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        guard !overflow else { return false }
        let age = now - Timestamp(milliseconds: milliseconds)
        return age <= Self.window && age >= .zero - Self.window
    }
}

/// Signatures that were seen while they counted, so that nobody sends a delivery of somebody else again.
struct ReplayWindow {
    enum Verdict { case first, seen, full }

    static let mostSignatures = 200_000
    private var seen: Set<String> = []
    /// In order of the time at which they stop to count.
    private var order: [(until: Timestamp, code: String)] = []
    private var oldest = 0

    mutating func note(_ signature: DeliverySignature, at now: Timestamp) -> Verdict {
        forget(at: now)
        guard !seen.contains(signature.code) else { return .seen }
        guard seen.count < Self.mostSignatures else { return .full }
        seen.insert(signature.code)
        // By our clock: it may have been made ahead of it, and counts for the window behind its own time.
        order.append((now + DeliverySignature.window * 2 + .seconds(1), signature.code))
        return .first
    }

    mutating func remove(_ signature: DeliverySignature) {
        seen.remove(signature.code)
    }

    private mutating func forget(at now: Timestamp) {
        while oldest < order.count, order[oldest].until <= now {
            seen.remove(order[oldest].code)
            oldest += 1
        }
        if oldest > 1024, oldest * 2 > order.count {
            order.removeFirst(oldest)
            oldest = 0
        }
    }
}
