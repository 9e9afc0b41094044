internal import CEL
internal import HandrailCore

/// Decodes the limits, freezes and breakers of a policy.
struct GuardDecoder {
    let reading: Reading
    let facts: CELEnvironment

    func limit(_ node: YAMLNode) -> Limit? {
        let parts = ["rate", "cooldown", "concurrent", "blast-radius"]
        guard let fields = reading.fields(node, "a limit", ["name", "about", "per"] + parts + ["otherwise"]) else {
            return nil
        }
        let name = reading.text(fields.required("name"), "the name of a limit")
        let per = per(fields["per"])
        let rate = fields["rate"].flatMap(self.rate)
        let cooldown = reading.duration(fields["cooldown"], "`cooldown`")
        let concurrent = reading.integer(fields["concurrent"], "`concurrent`", 1...10_000)
        let blast = reading.percent(fields["blast-radius"], "`blast-radius`")
        let otherwise = reading.choice(fields["otherwise"], "`otherwise`", Verdict.self)
        checkStrict(otherwise, fields["otherwise"])
        if !parts.contains(where: { fields[$0] != nil }) {
            reading.error(
                "empty-limit", "this limits nothing: write `rate`, `cooldown`, `concurrent` or `blast-radius`",
                at: node)
        }
        guard let name, let per else { return nil }
        return Limit(
            name: name, per: per, rate: rate, cooldown: cooldown, concurrent: concurrent, blastRadiusPercent: blast,
            otherwise: otherwise ?? .approval, location: reading.location(node))
    }

    func freeze(_ node: YAMLNode) -> Freeze? {
        let keys = ["name", "about", "weekly", "between", "zone", "when", "verdict"]
        guard let fields = reading.fields(node, "a freeze", keys) else { return nil }
        let name = reading.text(fields.required("name"), "the name of a freeze")
        let window = window(fields)
        let zone = zone(fields)
        let when = fields["when"].map { reading.program($0, "`when`", in: facts, as: .bool) }
        let verdict = reading.choice(fields["verdict"], "`verdict`", Verdict.self)
        checkStrict(verdict, fields["verdict"])
        // A condition that does not compile must not turn into no condition.
        if case .some(.none) = when { return nil }
        guard let name, let window, let zone else { return nil }
        return Freeze(
            name: name, window: window, zoneName: zone.name, zone: zone.rules, when: when ?? nil,
            verdict: verdict ?? .approval, location: reading.location(node))
    }

    func breaker(_ node: YAMLNode) -> Breaker? {
        let keys = ["name", "about", "per", "failures", "of", "verdict", "otherwise"]
        guard let fields = reading.fields(node, "a breaker", keys) else { return nil }
        let per = per(fields["per"])
        let failures = reading.integer(fields.required("failures"), "`failures`", 1...1000)
        let of = reading.integer(fields.required("of"), "`of`", 1...1000)
        let verdict = reading.choice(fields["verdict"] ?? fields["otherwise"], "`verdict`", Verdict.self)
        checkStrict(verdict, fields["verdict"] ?? fields["otherwise"])
        let written = fields["name"].map { reading.text($0, "the name of a breaker") }
        guard let per, let failures, let of else { return nil }
        if failures > of, let node = fields["failures"] {
            reading.error("out-of-range", "`failures` is more than `of`: the breaker could never open", at: node)
        }
        let words = reading.list(fields["per"], "`per`").compactMap(\.text).joined(separator: ", ")
        let standard = words.isEmpty ? "breaker" : "breaker per \(words)"
        return Breaker(
            name: (written ?? nil) ?? standard, per: per, failures: failures, of: of, verdict: verdict ?? .approval,
            location: reading.location(node))
    }

    private func checkStrict(_ verdict: Verdict?, _ node: YAMLNode?) {
        guard let node, verdict == .automatic else { return }
        reading.findings.warning(
            "unreachable-rule", "a guard that says `automatic` guards nothing", at: node.span)
    }

    // MARK: - Parts

    /// Nil where an expression is wrong: counted by the others alone, the limit would be another one.
    private func per(_ node: YAMLNode?) -> [CELProgram]? {
        let items = reading.list(node, "`per`")
        if let node, items.isEmpty, node.isNull { return nil }
        let programs = items.compactMap { item in
            let runbook = item.text.map { $0.hasSameBytes(as: "runbook") } ?? false
            return runbook ? runbookName : reading.program(item, "an entry of `per`", in: facts, as: .string)
        }
        return programs.count == items.count ? programs : nil
    }

    private var runbookName: CELProgram? {
        guard case .program(let program) = facts.compile("runbook.name", expecting: .string) else { return nil }
        return program
    }

    /// `3 per 1h`
    private func rate(_ node: YAMLNode) -> Limit.Rate? {
        guard let text = reading.text(node, "`rate`") else { return nil }
        let words = text.split(separator: " ")
        if words.count == 3, words[1] == "per", let runs = Int(words[0]), 1...100_000 ~= runs,
            case .duration(let window) = DurationText.parse(String(words[2])), window > .zero
        {
            return Limit.Rate(runs: runs, window: window)
        }
        reading.error(
            "not-a-rate", "`rate` is such as `3 per 1h`, and \(quoted(text)) is none", at: node,
            suggestion: Self.rate(like: text))
        return nil
    }

    /// `3/h` and `3 per hour` are what people try first.
    private static func rate(like text: String) -> String? {
        let words = text.split { $0 == " " || $0 == "/" }.map(String.init).filter { $0 != "per" }
        let windows = [
            "s": "1s", "second": "1s", "m": "1m", "minute": "1m", "h": "1h", "hour": "1h", "d": "1d", "day": "1d",
        ]
        guard words.count == 2, let runs = Int(words[0]), runs > 0 else { return nil }
        if let window = windows[words[1]] { return "\(runs) per \(window)" }
        guard case .duration = DurationText.parse(words[1]) else { return nil }
        return "\(runs) per \(words[1])"
    }

    private func zone(_ fields: Fields) -> (name: String, rules: ZoneRules)? {
        guard let node = fields["zone"] else {
            if fields["between"] == nil {
                fields.missing("zone", because: "a weekly window needs a zone such as `Europe/London` or `UTC`")
                return nil
            }
            return ZoneRules.named("UTC").map { ("UTC", $0) }
        }
        guard let name = reading.text(node, "`zone`") else { return nil }
        if let rules = ZoneRules.named(name) { return (name, rules) }
        let common = [
            "UTC", "Europe/London", "Europe/Berlin", "Europe/Paris", "Europe/Zurich", "Europe/Amsterdam",
            "America/New_York", "America/Chicago", "America/Los_Angeles", "America/Sao_Paulo", "Asia/Tokyo",
            "Asia/Kolkata", "Asia/Singapore", "Asia/Shanghai", "Australia/Sydney",
        ]
        reading.error(
            "unknown-zone", "this machine knows no time zone \(quoted(name))", at: node,
            suggestion: Suggestion.nearest(name, among: common))
        return nil
    }

    private func window(_ fields: Fields) -> Freeze.Window? {
        if let weekly = fields["weekly"] {
            if let entry = fields.entry("between") {
                reading.error("conflicting-keys", "a freeze is either `weekly` or `between`", at: entry.keyNode)
            }
            return reading.text(weekly, "`weekly`").flatMap { self.weekly($0, at: weekly) }
        }
        guard let between = fields["between"] else {
            fields.missing("weekly", because: "a freeze has a `weekly` window, or `between: {from, until}`")
            return nil
        }
        guard let ends = reading.fields(between, "`between`", ["from", "until"]) else { return nil }
        let from = reading.timestamp(ends.required("from"), "`from`")
        let until = reading.timestamp(ends.required("until"), "`until`")
        guard let from, let until else { return nil }
        if until <= from { reading.error("out-of-range", "`until` is not after `from`", at: between) }
        return .between(from, until)
    }

    private func weekly(_ text: String, at node: YAMLNode) -> Freeze.Window? {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map(WeeklyTime.minute)
        guard ends.count == 2, let from = ends[0], let to = ends[1] else {
            reading.error(
                "not-a-window", "`weekly` is such as `Fri 16:00 - Mon 08:00`, and \(quoted(text)) is none", at: node)
            return nil
        }
        guard from != to else {
            reading.error("not-a-window", "the window begins and ends at the same time", at: node)
            return nil
        }
        return .weekly(fromMinute: from, toMinute: to)
    }
}

/// `Fri 16:00`
private enum WeeklyTime {
    /// Minutes since Monday 00:00. `24:00` is the next day's beginning.
    static func minute(_ text: Substring) -> Int? {
        let words = text.split(separator: " ")
        guard words.count == 2, let day = day(words[0]) else { return nil }
        let clock = words[1].split(separator: ":", omittingEmptySubsequences: false)
        guard clock.count == 2, clock.allSatisfy({ $0.utf8.count == 2 }), let hour = number(clock[0]),
            let minute = number(clock[1]), minute < 60, hour < 24 || (hour == 24 && minute == 0)
        else { return nil }
        return (day * 1440 + hour * 60 + minute) % 10_080
    }

    private static func day(_ word: Substring) -> Int? {
        let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
        let word = word.lowercased()
        return days.firstIndex { $0 == word || $0.prefix(3) == word }
    }

    private static func number(_ digits: Substring) -> Int? {
        digits.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(digits) : nil
    }
}
