/// The alerts of one pattern by their values of `same`, each worked out once.
struct KeyedAlerts {
    /// Distinct, in the order of the alerts.
    let keys: [[ExactText?]]
    let alerts: [[ExactText?]: [BoundAlert]]
    /// Whether some entry of `same` leaves the pattern unconstrained.
    let isOpen: Bool
    private let index: Int?
    private let names: [ExactText?]

    /// - Parameters:
    ///   - index: of the pattern, where the alerts' traits know their keys for it.
    ///   - names: of the labels by entry of `same`; nil where the entry leaves the pattern unconstrained.
    init(_ alerts: [BoundAlert], of index: Int? = nil, by names: [ExactText?]) {
        self.index = index
        self.names = names
        isOpen = names.contains(nil)
        var keys: [[ExactText?]] = []
        var grouped: [[ExactText?]: [BoundAlert]] = [:]
        // Neighbours often agree, and then need no look-up of their own.
        var (start, shared) = (0, [ExactText?]())
        func close(before end: Int) {
            guard start < end else { return }
            grouped[shared, default: []] += alerts[start..<end]
            if grouped.count > keys.count { keys.append(shared) }
        }
        for (place, alert) in alerts.enumerated() {
            let key = Self.key(of: alert, index, names)
            if start == place || key != shared {
                close(before: place)
                (start, shared) = (place, key)
            }
        }
        close(before: alerts.count)
        self.keys = keys
        self.alerts = grouped
    }

    /// A missing label equals the empty text; nil where the pattern is not constrained.
    func key(of alert: BoundAlert) -> [ExactText?] { Self.key(of: alert, index, names) }

    private static func key(of alert: BoundAlert, _ index: Int?, _ names: [ExactText?]) -> [ExactText?] {
        index.flatMap { alert.key(of: $0) } ?? alert.labels.values(of: names)
    }
}

extension SameLabel {
    /// The label that has to agree; nil where the pattern is not constrained.
    func name(in pattern: String) -> ExactText? {
        switch self {
        case .label(let name): name
        case .renamed(let names): names[pattern]
        }
    }
}

extension LabelSet {
    /// A missing label equals the empty text; nil where no name is given.
    func values(of names: [ExactText?]) -> [ExactText?] {
        names.map { name in name.map { self[$0] ?? "" } }
    }
}
