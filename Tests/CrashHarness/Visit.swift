import Foundation

/// A scenario from a fresh state directory to its end, killed once, twice or never on the way.
struct Visit {
    enum Outcome {
        case visited([String])
        /// The process ended before it came to the place.
        case missed
    }

    let scenario: Scenario
    let workplace: Workplace
    let folder: String
    let invariants: Invariants

    init(_ scenario: Scenario, in workplace: Workplace) throws {
        self.scenario = scenario
        self.workplace = workplace
        invariants = Invariants(steps: scenario.steps)
        folder = workplace.workspace(of: scenario) + "/visits/" + UUID().uuidString.prefix(13)
        try Workplace.makeFolder(folder)
        try Workplace.makeFolder(state)
        if scenario.needsRoot {
            // `daemon` is group 1 on every Debian.
            guard chown(state, 0, 1) == 0, chmod(state, 0o2750) == 0 else {
                throw Workplace.Failure(description: "the state directory could not be shared")
            }
        }
        let now = ISO8601DateFormatter().string(from: Date())
        for status in ["firing", "resolved"] {
            let ended = status == "firing" ? "0001-01-01T00:00:00Z" : now
            try Self.payload(status, began: now, ended: ended)
                .write(toFile: path(status), atomically: false, encoding: .utf8)
        }
    }

    func remove() { try? FileManager.default.removeItem(atPath: folder) }

    var state: String { folder + "/state" }
    func path(_ name: String) -> String { "\(folder)/\(name)" }

    private static func payload(_ status: String, began: String, ended: String) -> String {
        """
        {"version":"4","groupKey":"k","status":"\(status)","receiver":"r","groupLabels":{},"commonLabels":{},\
        "commonAnnotations":{},"externalURL":"","alerts":[{"status":"\(status)","labels":{"alertname":"Broken",\
        "service":"shop"},"annotations":{},"startsAt":"\(began)","endsAt":"\(ended)","generatorURL":"",\
        "fingerprint":"00"}]}
        """
    }

    // MARK: - The way through

    /// Nobody disturbs it.
    ///
    /// - Returns: the points that each process reached.
    func undisturbed() throws -> [[KillPoint]] {
        let points = try scenario.passes.enumerated().map { index, pass in
            let log = path("points-\(index)")
            // Whoever plays the process has to be able to write there.
            guard FileManager.default.createFile(atPath: log, contents: nil), chmod(log, 0o666) == 0 else {
                throw Workplace.Failure(description: "the points cannot be noted in \(log)")
            }
            try mustEnd(try carryOut(pass, ["KILL_POINTS_LOG": log]), pass)
            return KillPoint.reached(in: try String(contentsOfFile: log, encoding: .utf8))
        }
        let effects = try effects().map(\.description)
        guard effects == scenario.effects else {
            throw Workplace.Failure(description: "undisturbed it did \(effects), and not \(scenario.effects)")
        }
        let violations = try violationsAtTheEnd(after: nil)
        guard violations.isEmpty, try ending(of: journal(in: state)) == scenario.endings[0] else {
            throw Workplace.Failure(description: "undisturbed it ended otherwise: \(violations)")
        }
        return points
    }

    /// Killed there, looked at as the crash left it, started again, and gone on to the end.
    ///
    /// - Parameters:
    ///   - delay: how long a child that is waited for is let run, in milliseconds.
    ///   - second: while it recovers it is killed once more, at so many points from its start.
    func disturbed(by kill: Kill, delay: Int, second: Int? = nil) throws -> Outcome {
        var violations: [String] = []
        var left = try JournalExport("")
        for (index, pass) in scenario.passes.enumerated() {
            if index == kill.pass {
                if index > 0 { left = try journal(in: state) }
                let killed = try carryOut(
                    pass, ["KILL_POINTS_AT": kill.instruction, "KILL_POINTS_DELAY": "\(delay)"])
                guard killed.isKilled, !killed.isOverdue else {
                    try mustEnd(killed, pass)
                    return .missed
                }
                left = try lookAtWhatIsLeft(by: killed, after: left, &violations)
                if let second { left = try killAgain(pass, at: second, after: left, &violations) }
            }
            try mustEnd(try carryOut(pass), pass)
        }
        violations += try violationsAtTheEnd(after: left)
        return .visited(violations)
    }

    /// While it recovers. It may end before it comes to the place: then it has recovered.
    private func killAgain(
        _ pass: Scenario.Pass, at point: Int, after left: JournalExport, _ violations: inout [String]
    ) throws -> JournalExport {
        let again = try carryOut(pass, ["KILL_POINTS_AT": "any any \(point) before"])
        guard again.isKilled, !again.isOverdue else {
            try mustEnd(again, pass)
            return left
        }
        return try lookAtWhatIsLeft(by: again, after: left, &violations)
    }

    /// Leaves the state as the kill of its first process left it.
    ///
    /// - Returns: the state directory.
    func killed(at instruction: String) throws -> String {
        guard let first = scenario.passes.first, try carryOut(first, ["KILL_POINTS_AT": instruction]).isKilled else {
            throw Workplace.Failure(description: "it never came to `\(instruction)`")
        }
        return state
    }

    // MARK: - Processes

    /// - Parameter killing: what is to happen at its points. Nil: nobody stands before its calls.
    func carryOut(_ pass: Scenario.Pass, _ killing: [String: String]? = nil) throws -> Command.Result {
        var command =
            switch pass {
            case .engine(let payloads): engine(payloads)
            case .approval(let user): try approval(by: user)
            }
        if let killing {
            command.environment["LD_PRELOAD"] = workplace.library
            command.environment["KILL_POINTS_FOLDER"] = state
            command.environment.merge(killing) { $1 }
        }
        return try command.run()
    }

    func mustEnd(_ result: Command.Result, _ pass: Scenario.Pass) throws {
        switch pass {
        case .engine: try mustEnd(result, with: 0, "an engine")
        // No engine is at work: the request is kept for the next.
        case .approval(let user): try mustEnd(result, with: 3, "the approval of \(user)")
        }
    }

    func mustEnd(_ result: Command.Result, with status: Int32, _ what: String) throws {
        guard result.status == status else {
            let why = result.isOverdue ? "took too long" : "ended with \(result.status)"
            throw Workplace.Failure(description: "\(what) \(why): \(result.errors)")
        }
    }

    private func engine(_ payloads: [String]) -> Command {
        var command = Command(program: workplace.program)
        command.arguments =
            ["run", "--act", "--state", state, "--workspace", workplace.workspace(of: scenario)]
            + ["--pass", "EFFECTS", "--notify-command", "tell", "--source", "alertmanager"] + payloads.map(path)
        command.environment = ["EFFECTS": path("effects")]
        return command
    }

    private func approval(by user: String) throws -> Command {
        struct Document: Decodable { let pending: [Question] }
        struct Question: Decodable { let digest: String }
        let document = try handrail(["pending", "--output", "json", "--state", state]).output
        let questions = try JSONDecoder().decode(Document.self, from: Data(document.utf8)).pending
        guard questions.count == 1, let digest = questions.first?.digest else {
            throw Workplace.Failure(description: "\(questions.count) runs are pending, and not one")
        }
        var command = Command(program: workplace.program)
        command.arguments = ["approve", "1", "--digest", digest, "--wait", "1ms", "--state", state]
        command.account = (user, "daemon")
        return command
    }

    func handrail(_ arguments: [String]) throws -> Command.Result {
        let result = try Command(program: workplace.program, arguments: arguments).run()
        try mustEnd(result, with: 0, "handrail \(arguments[0])")
        return result
    }
}
