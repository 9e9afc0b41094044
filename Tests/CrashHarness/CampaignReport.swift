/// What came of it.
public struct CampaignReport: Sendable {
    public struct Finding: Sendable, CustomStringConvertible {
        let kill: Kill
        let violations: [String]
        let folder: String

        public var description: String {
            "\(kill)\n" + violations.map { "    \($0)\n" }.joined() + "    left in \(folder)\n"
        }
    }

    public let scenario: String
    /// By process: those that every run comes by, and those that only some do.
    private let steady: [[KillPoint]]
    private let varying: [[KillPoint]]
    public private(set) var visited = 0
    /// Of them, those that were killed again while they recovered.
    public private(set) var visitedTwice = 0
    /// Kills at steady points that no attempt came by.
    public private(set) var missed: [Kill] = []
    /// Kills at varying points that no attempt came by.
    public private(set) var passedBy: [Kill] = []
    public private(set) var findings: [Finding] = []
    public internal(set) var duration = Duration.zero

    init(scenario: String, steady: [[KillPoint]], varying: [[KillPoint]]) {
        self.scenario = scenario
        self.steady = steady
        self.varying = varying
    }

    /// Points, times the ways to be killed there.
    var steadyKills: [Kill] { Self.kills(at: steady) }
    var varyingKills: [Kill] { Self.kills(at: varying) }

    private static func kills(at points: [[KillPoint]]) -> [Kill] {
        points.enumerated().flatMap { pass, points in
            points.flatMap { point in point.phases.map { Kill(pass: pass, point: point, phase: $0) } }
        }
    }

    /// Nothing was found, and no place that is always there was left out.
    public var isFine: Bool { findings.isEmpty && missed.isEmpty }

    mutating func add(_ kill: Kill, _ result: Campaign.Result) {
        switch result {
        case .visited(let isTwice):
            visited += 1
            if isTwice { visitedTwice += 1 }
        case .missed where steady[kill.pass].contains(kill.point): missed.append(kill)
        case .missed: passedBy.append(kill)
        case .found(let violations, let folder):
            visited += 1
            findings.append(Finding(kill: kill, violations: violations, folder: folder))
        }
    }

    // MARK: - As a table

    public static var heading: String {
        row(
            "scenario",
            ["points", "varying"] + KillPoint.Category.allCases.map(\.rawValue)
                + ["kills", "visited", "twice", "missed", "found", "time"])
    }

    public var row: String {
        let points = steady.flatMap(\.self) + varying.flatMap(\.self)
        let byCategory = KillPoint.Category.allCases.map { category in points.count { $0.category == category } }
        let kills = steadyKills.count + varyingKills.count
        let numbers =
            [points.count, varying.flatMap(\.self).count] + byCategory
            + [kills, visited, visitedTwice, missed.count, findings.count]
        return Self.row(scenario, numbers.map(String.init) + ["\(duration.components.seconds) s"])
    }

    private static func row(_ name: String, _ cells: [String]) -> String {
        func padding(_ text: String, _ width: Int) -> String {
            String(repeating: " ", count: max(0, width - text.count))
        }
        return name + padding(name, 26) + cells.map { padding($0, 8) + $0 }.joined()
    }
}
