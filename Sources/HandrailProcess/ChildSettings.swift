/// What every child of one executor has in common.
struct ChildSettings: Sendable {
    private static let markName = "HANDRAIL_EXECUTION"

    /// Tells the children of this engine from those of others.
    let instance: String
    let searchPath: [String]
    let workingDirectory: String
    let home: String
    /// The largest file that a child may write.
    let fileBytes: Int

    /// What every child finds unless its invocation says otherwise.
    var environment: [String: String] {
        ["PATH": searchPath.joined(separator: ":"), "LANG": "C.UTF-8", "HOME": home]
    }

    /// Every child and what it starts inherits this, so that it can be found again by whoever may read environments.
    func mark(of identifier: String) -> (name: String, value: String) {
        (Self.markName, "\(instance).\(identifier)")
    }

    /// How the marks of all its executions begin, as in an environment.
    var markPrefix: String { "\(Self.markName)=\(instance)." }

    func newIdentifier() -> String { Self.randomName() }

    /// 64 random bits in hexadecimal.
    static func randomName() -> String { String(UInt64.random(in: 0...UInt64.max), radix: 16) }
}
