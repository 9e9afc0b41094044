import HandrailCore
import HandrailFormats

/// One workspace with what can go wrong there.
struct Site: Sendable {
    /// A kind of fault: the alerts that it raises.
    struct Trouble: Sendable {
        /// Each a list of labels.
        let alerts: [[(name: String, value: String)]]
        let weight: Int

        func isAbout(_ units: Set<String>) -> Bool {
            alerts.contains { $0.contains { $0.name != "alertname" && units.contains($0.value) } }
        }
    }

    let name: String
    let workspace: Workspace
    /// Of its files.
    let digest: String
    /// A new one, with these files.
    let engine: Engine
    let troubles: [Trouble]
    let people: [Person]

    /// By name: the workspace as it is, and as it is once somebody has edited it.
    static func all(root: String) throws -> [[Site]] {
        let synthetic = try (0..<24).map { variant in
            try [false, true].map { isEdited in
                try load(
                    "synthetic \(variant)\(isEdited ? " edited" : "")",
                    SyntheticFiles(variant: variant, isEdited: isEdited).texts, Troubles.synthetic)
            }
        }
        let real = WorkspaceLoader.load(root: root)
        guard let workspace = real.workspace else { throw Broken(findings: real.findings.map(\.rendered)) }
        let names = ["sample", "sample edited"]
        return synthetic + [names.map { make($0, workspace, Troubles.sample) }]
    }

    private static func load(
        _ name: String, _ files: [(path: String, text: String)], _ troubles: [Trouble]
    ) throws -> Site {
        let loaded = WorkspaceLoader.load(files: files.map { ($0.path, Array($0.text.utf8)) })
        guard let workspace = loaded.workspace else { throw Broken(findings: loaded.findings.map(\.rendered)) }
        return make(name, workspace, troubles)
    }

    private static func make(_ name: String, _ workspace: Workspace, _ troubles: [Trouble]) -> Site {
        let people = Set(workspace.roles.values.flatMap(\.self)).sorted().map { Person($0) }
        return Site(
            name: name, workspace: workspace, digest: "files of \(name)",
            engine: Engine(workspace: workspace, mode: .act, keepsState: true), troubles: troubles,
            people: people + [Person("mallory")])
    }

    struct Broken: Error { let findings: [String] }
}

/// What can go wrong.
enum Troubles {
    static let synthetic: [Site.Trouble] = {
        var all: [Site.Trouble] = []
        for service in ["alpha", "beta", "gamma", "delta", "omega", "sigma"] {
            for name in ["Stuck", "Outdated", "Full", "Lost", "Dirty", "Asleep"] {
                for unit in 1...3 {
                    let id = service == "sigma" && unit == 3 ? "vault" : "\(service)-\(unit)"
                    let severity = unit == 2 ? "high" : "low"
                    let labels = [
                        ("alertname", name), ("service", service), ("unit", id), ("severity", severity),
                    ]
                    all.append(Site.Trouble(alerts: [labels], weight: 2))
                }
            }
            for name in ["Backlog", "Odd", "Noise"] {
                all.append(Site.Trouble(alerts: [[("alertname", name), ("service", service)]], weight: 2))
            }
            let loud = [("alertname", "Loud"), ("service", service), ("unit", "\(service)-1")]
            all += hostileWords.map { Site.Trouble(alerts: [loud + [("words", $0)]], weight: 1) }
        }
        // A service that no topology knows.
        all.append(Site.Trouble(alerts: [[("alertname", "Backlog"), ("service", "nowhere")]], weight: 3))
        let several = (1...3).map { [("alertname", "Stuck"), ("service", "sigma"), ("unit", "sigma-many-\($0)")] }
        all.append(Site.Trouble(alerts: several, weight: 6))
        all.append(Site.Trouble(alerts: [[("alertname", "Blackout"), ("zone", "z1")]], weight: 1))
        return all
    }()

    /// What an alert may say to become more than one argument, or another one than it seems.
    private static let hostileWords = [
        "$(reboot) `id`; true", "two words --now", "-oProxyCommand=sh", "one\nanother", "\u{202E}txt.exe",
        "${unit} {{x}}",
    ]

    static let sample: [Site.Trouble] = {
        var all: [Site.Trouble] = []
        for number in 1...4 {
            let worker = "\(number)"
            all.append(trouble(["alertname": "WorkerStuck", "service": "queue", "worker": worker, "job": "worker"], 3))
            all.append(trouble(["alertname": "WorkerMemoryHigh", "service": "queue", "worker": worker], 2))
            all.append(
                trouble(
                    ["alertname": "CrashLooping", "group": "worker", "process": worker],
                    ["alertname": "InstanceDown", "service": "queue", "worker": worker], 2))
            let server = "b\(number)"
            all.append(
                trouble(
                    ["alertname": "InstanceDown", "job": "web", "server": server],
                    ["alertname": "BackendDown", "proxy": "web", "server": server, "service": "web"], 2))
            all.append(trouble(["alertname": "BackendDown", "proxy": "web", "server": server, "service": "web"], 1))
        }
        all.append(trouble(["alertname": "RedisDown", "service": "redis"], 2))
        all.append(trouble(["alertname": "QueueBacklog", "service": "queue", "queue": "jobs"], 2))
        all.append(
            trouble(
                ["alertname": "Saturation", "service": "web", "proxy": "web"],
                ["alertname": "HighLatency", "service": "web"], 2))
        all.append(trouble(["alertname": "DiskFilling", "instance": "h1", "mountpoint": "/var/log/app"], 2))
        let hosts = (1...24).map { [("alertname", "HostDown"), ("zone", "z1"), ("host", "h\($0)")] }
        all.append(Site.Trouble(alerts: hosts + [[("alertname", "SwitchDown"), ("zone", "z1")]], weight: 2))
        return all
    }()

    private static func trouble(_ alerts: KeyValuePairs<String, String>..., weight: Int) -> Site.Trouble {
        Site.Trouble(alerts: alerts.map { $0.map { ($0.key, $0.value) } }, weight: weight)
    }

    private static func trouble(_ first: KeyValuePairs<String, String>, _ weight: Int) -> Site.Trouble {
        trouble(first, weight: weight)
    }

    private static func trouble(
        _ first: KeyValuePairs<String, String>, _ second: KeyValuePairs<String, String>, _ weight: Int
    ) -> Site.Trouble {
        trouble(first, second, weight: weight)
    }
}
