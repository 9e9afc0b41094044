internal import HandrailCore

/// Decodes the `correlation:` document. What it leaves out keeps the standard value.
struct CorrelationDecoder {
    let reading: Reading

    /// A workspace has one correlation at most: two would disagree about what an incident is.
    func decode(_ documents: [Document]) -> Correlation {
        guard let first = documents.first else { return .standard }
        for other in documents.dropFirst() {
            reading.error(
                "second-correlation", "a workspace has one correlation document", at: other.nameNode,
                notes: ["the first one is at \(reading.location(first.node))"])
        }
        let keys = ["correlation", "about", "dedupe", "group", "flap", "storm", "inhibit", "silence"]
        guard let fields = reading.fields(first.node, "a correlation", keys) else { return .standard }
        return Correlation(
            dedupe: fields["dedupe"].flatMap(dedupe) ?? Correlation.Dedupe(),
            group: fields["group"].flatMap(group) ?? Correlation.Group(),
            flap: fields["flap"].flatMap(flap) ?? Correlation.Flap(),
            storm: fields["storm"].flatMap(storm) ?? Correlation.Storm(),
            inhibit: reading.list(fields["inhibit"], "`inhibit`").compactMap(inhibition),
            silences: reading.list(fields["silence"], "`silence`").compactMap(silence))
    }

    private func dedupe(_ node: YAMLNode) -> Correlation.Dedupe? {
        guard let fields = reading.fields(node, "`dedupe`", ["ignore-labels", "window", "stale-after"]) else {
            return nil
        }
        let standard = Correlation.Dedupe()
        let ignored = fields["ignore-labels"].map { reading.texts($0, "`ignore-labels`").exact }
        if let labels = fields["ignore-labels"], ignored?.contains("alertname") == true {
            reading.error("ignored-alertname", "the label `alertname` cannot be ignored", at: labels)
        }
        return Correlation.Dedupe(
            ignoreLabels: ignored ?? standard.ignoreLabels,
            window: reading.duration(fields["window"], "`window`") ?? standard.window,
            staleAfter: reading.duration(fields["stale-after"], "`stale-after`") ?? standard.staleAfter)
    }

    private func group(_ node: YAMLNode) -> Correlation.Group? {
        guard let fields = reading.fields(node, "`group`", ["window", "life", "entity", "hops"]) else { return nil }
        let standard = Correlation.Group()
        let window = reading.duration(fields["window"], "`window`") ?? standard.window
        let life = reading.duration(fields["life"], "`life`") ?? standard.life
        if let node = fields["life"] ?? fields["window"], life < window {
            reading.error("out-of-range", "`life` is shorter than `window`", at: node)
        }
        return Correlation.Group(
            window: window, life: life,
            entity: fields["entity"].map { reading.texts($0, "`entity`").exact } ?? standard.entity,
            hops: reading.integer(fields["hops"], "`hops`", 0...10) ?? standard.hops)
    }

    private func flap(_ node: YAMLNode) -> Correlation.Flap? {
        guard let fields = reading.fields(node, "`flap`", ["half-life", "damp-at", "release-at"]) else { return nil }
        let standard = Correlation.Flap()
        let dampAt = reading.number(fields["damp-at"], "`damp-at`", 1...1000) ?? standard.dampAt
        let releaseAt = reading.number(fields["release-at"], "`release-at`", 0.01...1000) ?? standard.releaseAt
        if let node = fields["release-at"] ?? fields["damp-at"], releaseAt >= dampAt {
            reading.error("out-of-range", "`release-at` must be below `damp-at`", at: node)
        }
        return Correlation.Flap(
            halfLife: reading.duration(fields["half-life"], "`half-life`") ?? standard.halfLife, dampAt: dampAt,
            releaseAt: releaseAt)
    }

    private func storm(_ node: YAMLNode) -> Correlation.Storm? {
        guard let fields = reading.fields(node, "`storm`", ["alerts-per-10s", "or-services", "cooldown"]) else {
            return nil
        }
        let standard = Correlation.Storm()
        return Correlation.Storm(
            alertsPer10s: reading.integer(fields["alerts-per-10s"], "`alerts-per-10s`", 1...1_000_000)
                ?? standard.alertsPer10s,
            servicesPercent: reading.percent(fields["or-services"], "`or-services`") ?? standard.servicesPercent,
            cooldown: reading.duration(fields["cooldown"], "`cooldown`") ?? standard.cooldown)
    }

    private func inhibition(_ node: YAMLNode) -> Correlation.Inhibition? {
        guard let fields = reading.fields(node, "an inhibition", ["source", "target", "equal", "about"]) else {
            return nil
        }
        let source = reading.selector(fields.required("source"), "`source`")
        let target = reading.selector(fields.required("target"), "`target`")
        let equal = reading.texts(fields["equal"], "`equal`").exact
        guard let source, let target else { return nil }
        return Correlation.Inhibition(source: source, target: target, equal: equal, location: reading.location(node))
    }

    private func silence(_ node: YAMLNode) -> Correlation.Silence? {
        guard let fields = reading.fields(node, "a silence", ["match", "from", "until", "because"]) else { return nil }
        let match = reading.selector(fields.required("match"), "`match`")
        let from = reading.timestamp(fields.required("from"), "`from`")
        let until = reading.timestamp(fields.required("until"), "`until`")
        let because = reading.text(fields.required("because"), "`because`")
        guard let match, let from, let until, let because else { return nil }
        if until <= from, let node = fields["until"] {
            reading.error("out-of-range", "`until` is not after `from`", at: node)
        }
        return Correlation.Silence(
            match: match, from: from, until: until, because: because, location: reading.location(node))
    }
}
