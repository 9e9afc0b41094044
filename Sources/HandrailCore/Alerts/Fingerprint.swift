/// The alert's identity for dedupe: a 128-bit keyed hash of its labels.
///
/// Keyed, so that nobody who can choose labels can choose collisions.
public struct Fingerprint: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let high: UInt64
    public let low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    public static func < (left: Fingerprint, right: Fingerprint) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }

    /// 32 lowercase hexadecimal digits.
    public var description: String { hexadecimal(high) + hexadecimal(low) }

    private func hexadecimal(_ word: UInt64) -> String {
        let digits = String(word, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }

    /// Half of it is hash enough: it is the output of a keyed hash already.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(low)
    }
}

/// What makes two alerts the same one: the key of the hash, and the labels that do not count.
public struct AlertIdentity: Hashable, Sendable {
    public let key: SipHash128.Key
    public let ignoredLabels: Set<ExactText>

    /// A label that alone is the identity of an alert that carries it.
    ///
    /// For sources whose notice of the end says less than the notice of the beginning: what is left out of the one cannot be
    /// part of what both share. A label, so that an alert that is read back from the journal is the same one.
    public static let keyLabel: ExactText = "__identity__"

    public init(key: SipHash128.Key = .forReplay, ignoredLabels: Set<ExactText> = []) {
        self.key = key
        self.ignoredLabels = ignoredLabels
    }

    /// - Parameter labels: sorted by name.
    func fingerprint(of labels: [Label]) -> Fingerprint {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256)
        for label in identifyingLabels(labels) {
            append(label.name, to: &bytes)
            append(label.value, to: &bytes)
        }
        return SipHash128.hash(bytes, key: key)
    }

    /// - Parameter labels: sorted by name.
    func identifyingLabels(_ labels: [Label]) -> [Label] {
        // Usually the first name comes after it in the order of bytes, and that is all that is looked at.
        for label in labels {
            if label.name == Self.keyLabel { return [label] }
            if Self.keyLabel < label.name { break }
        }
        return ignoredLabels.isEmpty ? labels : labels.filter { !ignoredLabels.contains($0.name) }
    }

    /// Length first: `ab`+`c` and `a`+`bc` must differ.
    private func append(_ text: ExactText, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: UInt64(text.string.utf8.count).littleEndian) { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: text.string.utf8)
    }
}
