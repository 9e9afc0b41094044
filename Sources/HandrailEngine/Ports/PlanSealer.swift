public import HandrailCore

/// What a plan rests on, frozen.
public struct Seal: Hashable, Sendable {
    /// SHA-256 over argv, targets, the files of the runbook, its actions and the policies, the executables and the expiry;
    /// hexadecimal. A change of any byte of these is another digest.
    public let digest: String
    /// Who can't approve the plan, as policy asks: its author.
    public let excluded: [Person]
    /// By the name that a file gives.
    public let executables: [String: ResolvedExecutable]
    /// Why the plan cannot be carried out as it is; nil where it can.
    public let obstacle: String?

    public init(
        digest: String, excluded: [Person] = [], executables: [String: ResolvedExecutable] = [:],
        obstacle: String? = nil
    ) {
        self.digest = digest
        self.excluded = excluded
        self.executables = executables
        self.obstacle = obstacle
    }
}

/// Looks at the world that a plan rests on. The same plan, files and executables give the same seal.
public protocol PlanSealer: Sendable {
    func seal(_ record: DecisionRecord) async -> Seal
}
