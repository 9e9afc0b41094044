import HandrailCore
import Testing

@testable import HandrailFormats

@Suite("Label interner")
struct LabelInternerTests {
    @Test func aRepeatedDeliverySharesItsLabels() throws {
        var decoder = SourceDecoder(identity: AlertIdentity())
        let first = try decode(JSONSamples.webhook, with: &decoder)
        #expect(decoder.interner.hits == 0)
        #expect(decoder.interner.misses == 4)
        let second = try decode(JSONSamples.webhook, with: &decoder)
        #expect(decoder.interner.hits == 4)
        #expect(decoder.interner.misses == 4)
        for (one, other) in zip(first.delivery.alerts, second.delivery.alerts) {
            #expect(one.labels === other.labels)
            #expect(one.annotations === other.annotations)
        }
    }

    @Test(arguments: [
        #"{}"#, #"{ }"#, #"{"a":"}"}"#, #"{"a":"\"}"}"#, #"{"a":"\\"}"#, #"{"a":"b" }"#, #"{"a":"\"}","b":"{\"}"}"#,
        #"{"é":"\u00e9"}"#,
    ])
    func labelsThatMisleadTheGuessAreReadRightAndRemembered(labels: String) throws {
        var decoder = SourceDecoder(identity: AlertIdentity())
        let text = JSONSamples.webhook(of: [JSONSamples.alert(labels: labels), JSONSamples.alert(labels: labels)])
        let alerts = try decode(text, with: &decoder).delivery.alerts
        #expect(alerts.count == 2)
        #expect(alerts[0].labels === alerts[1].labels)
        #expect(decoder.interner.hits == 1)
        guard case .object(let members) = try JSONValue(parsing: labels) else { return }
        let expected = members.map { Label(name: ExactText($0.name), value: ExactText($0.value.string)) }
        #expect(alerts[0].labels.labels == expected)
    }

    @Test func labelsOfOneAlertAreNotTakenForAnothers() throws {
        var decoder = SourceDecoder(identity: AlertIdentity())
        for number in 0..<2000 {
            let text = JSONSamples.webhook(of: [JSONSamples.alert(labels: #"{"n":"\#(number % 1000)"}"#)])
            #expect(try decode(text, with: &decoder).delivery.alerts[0].labels["n"] == ExactText("\(number % 1000)"))
        }
        // A chain of collisions is cut short, and the hash differs in every process: now and then one is not kept.
        #expect(950...1000 ~= decoder.interner.hits)
    }

    @Test func labelsThatAreRefusedAreNotRemembered() throws {
        var decoder = SourceDecoder(identity: AlertIdentity())
        let text = JSONSamples.webhook(of: [JSONSamples.alert(labels: #"{"a":1}"#)])
        for _ in 0..<2 { #expect(try decode(text, with: &decoder).rejectedCount == 1) }
        #expect(decoder.interner.hits == 0)
    }

    /// In one shard, and in several.
    @Test(arguments: [100, 3 * 4096])
    func theCacheIsBoundedAndKeepsWhatIsInUse(entries: Int) {
        var limits = ByteCache<Token>.Limits()
        limits.entries = entries
        limits.bytesOfOneEntry = 64
        var cache = ByteCache<Token>(limits: limits)
        let used = Token()
        insert(used, "used", &cache)
        for number in 0..<10 * entries {
            insert(Token(), "key \(number)", &cache)
            // Not each time, since that takes long.
            guard number % (entries / 50) == 0 else { continue }
            #expect(find("used", &cache) === used)
            #expect(find("key \(number)", &cache) != nil)
            #expect(cache.count <= 2 * entries)
        }
        #expect(cache.count > entries / 2)
        #expect(find("key 0", &cache) == nil)
        insert(Token(), String(repeating: "x", count: 65), &cache)
        #expect(find(String(repeating: "x", count: 65), &cache) == nil)
    }

    @Test(arguments: [1000, 2 << 20])
    func theCacheIsBoundedInBytes(bytes: Int) {
        var limits = ByteCache<Token>.Limits()
        limits.bytes = bytes
        var cache = ByteCache<Token>(limits: limits)
        for number in 0..<bytes / 20 { insert(Token(), "key \(number)" + String(repeating: "x", count: 90), &cache) }
        #expect((bytes / 200...bytes / 50).contains(cache.count))
    }

    private final class Token {}

    private func insert(_ token: Token, _ key: String, _ cache: inout ByteCache<Token>) {
        Array(key.utf8).withUnsafeBufferPointer { cache.insert(token, for: $0, hash: cache.hash($0)) }
    }

    private func find(_ key: String, _ cache: inout ByteCache<Token>) -> Token? {
        Array(key.utf8).withUnsafeBufferPointer { cache.value(for: $0, hash: cache.hash($0)) }
    }

    private func decode(_ text: String, with decoder: inout SourceDecoder) throws -> DecodedDelivery {
        try decoder.decode(
            Array(text.utf8), as: .alertmanager, receivedAt: JSONSamples.receivedAt, source: "test",
            isAuthenticated: true)
    }
}

extension JSONValue {
    fileprivate var string: String {
        if case .string(let text) = self { text } else { "" }
    }
}
