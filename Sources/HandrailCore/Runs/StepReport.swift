/// What one command of a run did, as evidence: redacted and bounded.
public struct StepReport: Hashable, Sendable {
    public enum Purpose: String, Hashable, Sendable, CaseIterable {
        case rehearse, capture, perform, probe, undo
    }

    public let run: Int
    /// From 0, in the order of the plan.
    public let step: Int
    public let purpose: Purpose
    /// From 1.
    public let attempt: Int
    public let argv: [String]
    /// `exited 0`, `timed out after 30s`, `was not started: …`.
    public let ending: String
    public let isSuccess: Bool
    public let duration: Duration
    public let output: String
    public let errorOutput: String
    /// Bytes of output that were not kept.
    public let droppedBytes: Int

    public init(
        run: Int, step: Int, purpose: Purpose, attempt: Int, argv: [String], ending: String, isSuccess: Bool,
        duration: Duration, output: String, errorOutput: String, droppedBytes: Int
    ) {
        self.run = run
        self.step = step
        self.purpose = purpose
        self.attempt = attempt
        self.argv = argv
        self.ending = ending
        self.isSuccess = isSuccess
        self.duration = duration
        self.output = output
        self.errorOutput = errorOutput
        self.droppedBytes = droppedBytes
    }
}
