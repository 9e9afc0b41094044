import HandrailCore

/// A promise broken outside the product: by the journal, the sealer, the codec or the files. The simulation must notice.
public enum Sabotage: String, CaseIterable, Sendable {
    /// The journal says that it has kept a batch, and keeps it a little later: a crash in between loses it.
    case acknowledgesBeforeKeeping = "journal-acknowledges-before-keeping"
    /// A crash in the middle of a batch keeps one half of it.
    case tears = "journal-tears-batches"
    /// A change of files or executables gives the same digest.
    case sameDigest = "sealer-always-the-same"
    /// What people asked for cannot be read back.
    case dropsRequests = "codec-drops-requests"
    /// A snapshot says that more is in it than is.
    case snapshotAhead = "snapshot-is-ahead"
    /// The engine has no policy but one that allows everything.
    case noPolicy = "policy-allows-everything"
}

extension Workspace {
    /// The same, and a policy that allows everything.
    var withoutPolicy: Workspace {
        let place = FileLocation(file: "sabotage", line: 1, column: 1)
        return Workspace(
            runbooks: runbooks, actions: actions,
            policies: [Policy(name: "sabotage", defaultVerdict: .automatic, location: place)], correlation: correlation,
            topology: topology, roles: roles)
    }
}
