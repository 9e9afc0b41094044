/// One label of an alert, as Prometheus means it: any UTF-8 in name and value.
public struct Label: Hashable, Sendable {
    public let name: ExactText
    public let value: ExactText

    public init(name: ExactText, value: ExactText) {
        self.name = name
        self.value = value
    }
}

/// The labels of one alert and the identity that follows from them.
///
/// A class, because sources intern it: an alert that is delivered a thousand times shares one set, and two sets that are
/// the same object need no comparison. Immutable, so sharing it is safe.
public final class LabelSet: Hashable, Sendable {
    /// Sorted by the bytes of the name; no name occurs twice; no value is empty, since an empty label is a missing label.
    public let labels: [Label]
    public let fingerprint: Fingerprint
    /// The alert's identity leaves these labels out. Kept so that a fingerprint hit can be checked byte by byte.
    private let identity: AlertIdentity

    /// - Parameter labels: in any order. Of labels with the same name the first one counts, as in Alertmanager's maps.
    public init(_ labels: [Label], identity: AlertIdentity) {
        var kept: [Label] = []
        kept.reserveCapacity(labels.count)
        // Sorting by offset as well keeps the first of several equal names in front.
        let sorted = labels.enumerated().sorted { left, right in
            left.element.name == right.element.name
                ? left.offset < right.offset : left.element.name < right.element.name
        }
        for (_, label) in sorted where kept.last?.name != label.name {
            kept.append(label)
        }
        kept.removeAll { $0.value.isEmpty }
        self.labels = kept
        self.identity = identity
        fingerprint = identity.fingerprint(of: kept)
    }

    /// The value of a label, or nil where the alert does not carry it.
    public subscript(name: ExactText) -> ExactText? {
        for label in labels where label.name == name {
            return label.value
        }
        return nil
    }

    /// The same kind of identity over other labels.
    func replacing(_ labels: [Label]) -> LabelSet {
        LabelSet(labels, identity: identity)
    }

    public var alertname: ExactText { self["alertname"] ?? "" }

    /// Whether both are one alert for dedupe: the bytes decide, a fingerprint alone never does.
    public func isSameAlert(as other: LabelSet) -> Bool {
        self === other || identity.identifyingLabels(labels).elementsEqual(identity.identifyingLabels(other.labels))
    }

    public static func == (left: LabelSet, right: LabelSet) -> Bool {
        left === right || (left.fingerprint == right.fingerprint && left.labels == right.labels)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(fingerprint)
    }
}
