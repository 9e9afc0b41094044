internal import Glibc

/// Writes a recording as Alertmanager would have sent it in a long storm; the same arguments make the same bytes.
///
/// Deliveries are grouped webhooks of 20 alerts, 600 to 800 bytes an alert, over `distinct` label sets that recur in a
/// shuffled order: each fires and, the next time it occurs, resolves.
enum GeneratedRecording {
    struct WriteError: Error, CustomStringConvertible {
        let description: String
    }

    private static let alertsPerDelivery = 20

    /// - Parameter distinct: how many different label sets recur; at least 1.
    static func write(alerts: Int, distinct: Int, seed: UInt64, to path: String) throws(WriteError) {
        guard let file = fopen(path, "w") else {
            throw WriteError(description: "could not write `\(path)`: \(String(cString: strerror(errno)))")
        }
        var random = SplitMix64(state: seed)
        var isFiring = [Bool](repeating: false, count: max(1, distinct))
        var isComplete = true
        for first in stride(from: 0, to: alerts, by: alertsPerDelivery) {
            let count = min(alertsPerDelivery, alerts - first)
            let numbers = (0..<count).map { _ in random.next(below: max(1, distinct)) }
            for number in numbers { isFiring[number].toggle() }
            let line = line(of: numbers, isFiring: isFiring, second: first / 100)
            isComplete = isComplete && fwrite(line, 1, line.utf8.count, file) == line.utf8.count
        }
        guard fclose(file) == 0, isComplete else {
            throw WriteError(description: "could not write all of `\(path)`")
        }
    }

    private static func line(of numbers: [Int], isFiring: [Bool], second: Int) -> String {
        let alerts = numbers.map { alert($0, isFiring: isFiring[$0], second: second) }.joined(separator: ",")
        let status = numbers.contains { isFiring[$0] } ? "firing" : "resolved"
        return """
            {"receivedAt":"\(time(second + 5))","source":"alertmanager","headers":{"Host":"127.0.0.1:19500",\
            "User-Agent":"Alertmanager/0.25.0","Content-Type":"application/json"},"body":{"receiver":"grouped",\
            "status":"\(status)","alerts":[\(alerts)],"groupLabels":{"cluster":"lab"},"commonLabels":{"cluster":"lab"},\
            "commonAnnotations":{},"externalURL":"http://127.0.0.1:19093","version":"4",\
            "groupKey":"{}/{}:{cluster=\\"lab\\"}","truncatedAlerts":0}}

            """
    }

    /// The five rules that the lab's alerts come from, spread over hosts.
    private static func alert(_ number: Int, isFiring: Bool, second: Int) -> String {
        let rule = rules[number % rules.count]
        let host = number / rules.count
        let end = isFiring ? "0001-01-01T00:00:00Z" : time(second)
        return """
            {"status":"\(isFiring ? "firing" : "resolved")","labels":{"alertname":"\(rule.name)","cluster":"lab",\
            "component":"\(rule.component)","host":"z\(host % 7)-h\(host)","instance":"10.\(host >> 16 & 255).\
            \(host >> 8 & 255).\(host & 255):9100","job":"\(rule.job)","service":"\(rule.service)-\(host % 40)",\
            "severity":"\(rule.severity)","zone":"z\(host % 7)"},"annotations":{"runbook":"\(rule.component)-stuck",\
            "summary":"\(rule.summary) on z\(host % 7)-h\(host)"},"startsAt":"\(time(second - 60))","endsAt":"\(end)",\
            "generatorURL":"http://127.0.0.1:19090/graph?g0.expr=\(rule.expression)&g0.tab=1",\
            "fingerprint":"\(hexadecimal(UInt64(number) &* 0x9E37_79B9_7F4A_7C15))"}
            """
    }

    private struct Rule {
        let name, component, job, service, severity, summary, expression: String
    }

    private static let rules = [
        Rule(
            name: "InstanceDown", component: "web", job: "web", service: "web", severity: "critical",
            summary: "web target is down", expression: "up+%3D%3D+0"),
        Rule(
            name: "BackendDown", component: "web", job: "haproxy", service: "edge", severity: "critical",
            summary: "haproxy has the backend out of service",
            expression: "haproxy_server_status%7Bproxy%3D%22web%22%2Cserver%3D~%22b%5B1-4%5D%22%7D+%3D%3D+0"),
        Rule(
            name: "CrashLooping", component: "process", job: "lab", service: "queue", severity: "critical",
            summary: "the process keeps crashing",
            expression: "sum+by+%28group%2C+process%29+%28supervisor_process_state%7Bgroup%21%3D%22switch%22%2Cstate"
                + "%3D~%22BACKOFF%7CFATAL%22%7D%29+%3E+0+or+changes%28supervisor_process_start_time_seconds%5B20s%5D%29+%3E+2"
        ),
        Rule(
            name: "WorkerStuck", component: "worker", job: "worker", service: "queue", severity: "critical",
            summary: "the worker made no progress for 6.956s",
            expression: "time%28%29+-+worker_last_progress_timestamp_seconds+%3E+5"),
        Rule(
            name: "DiskFilling", component: "disk", job: "node", service: "host", severity: "warning",
            summary: "/run/lab/data is 76.11% full",
            expression: "1+-+node_filesystem_avail_bytes%7Bmountpoint%3D~%22.%2A%2Fdata%22%7D+%2F+"
                + "node_filesystem_size_bytes%7Bmountpoint%3D~%22.%2A%2Fdata%22%7D+%3E+0.7"),
    ]

    /// Seconds after 2026-11-01T00:00:00Z, as Alertmanager writes a time. Wraps after 28 days, 242 million alerts.
    private static func time(_ second: Int) -> String {
        let clamped = max(0, second)
        let day = 1 + clamped / 86400 % 28
        return "2026-11-\(padded(day))T\(padded(clamped / 3600 % 24)):\(padded(clamped / 60 % 60)):"
            + "\(padded(clamped % 60)).\(100 + clamped % 900)Z"
    }

    private static func padded(_ number: Int) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }

    private static func hexadecimal(_ word: UInt64) -> String {
        let digits = String(word, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}

/// A small generator of random numbers that is the same everywhere.
private struct SplitMix64 {
    var state: UInt64

    mutating func next(below bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return Int((word ^ word >> 31) % UInt64(bound))
    }
}
