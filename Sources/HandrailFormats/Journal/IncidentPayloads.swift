internal import HandrailCore

extension MembershipReason: PayloadObject {
    func writeMembers(to object: inout JSONWriter) {
        switch self {
        case .opened: object.member("type", "opened")
        case .sharesLabel(let name, let value):
            object.member("type", "sharesLabel")
            object.member("name", name)
            object.member("value", value)
        case .sameService(let service):
            object.member("type", "sameService")
            object.member("service", service)
        case .dependency(let from, let to, let hops):
            object.member("type", "dependency")
            object.member("from", from)
            object.member("to", to)
            object.member("hops", hops)
        case .memberBefore: object.member("type", "memberBefore")
        case .causedByRun(let runbook):
            object.member("type", "causedByRun")
            object.member("runbook", runbook)
        }
    }

    init(_ value: PayloadValue) throws(PayloadError) {
        let type = try value.member("type")
        switch try type.text() {
        case "opened": self = .opened
        case "sharesLabel": self = .sharesLabel(name: try value.text("name"), value: try value.text("value"))
        case "sameService": self = .sameService(try value.text("service"))
        case "dependency":
            self = .dependency(
                from: try value.text("from"), to: try value.text("to"), hops: try value.natural("hops"))
        case "memberBefore": self = .memberBefore
        case "causedByRun": self = .causedByRun(runbook: try value.text("runbook"))
        case let other: throw type.unknown(other)
        }
    }
}

extension Muting: PayloadObject {
    func writeMembers(to object: inout JSONWriter) {
        switch self {
        case .silencedBySource: object.member("type", "silencedBySource")
        case .silenced(let because, let location):
            object.member("type", "silenced")
            object.member("because", because)
            object.member("location", location)
        case .inhibited(let source, let location):
            object.member("type", "inhibited")
            object.member("by", source)
            object.member("location", location)
        case .causedByRun(let runbook):
            object.member("type", "causedByRun")
            object.member("runbook", runbook)
        }
    }

    init(_ value: PayloadValue) throws(PayloadError) {
        let type = try value.member("type")
        switch try type.text() {
        case "silencedBySource": self = .silencedBySource
        case "silenced": self = .silenced(because: try value.text("because"), at: try value.object("location"))
        case "inhibited": self = .inhibited(by: try value.object("by"), at: try value.object("location"))
        case "causedByRun": self = .causedByRun(runbook: try value.text("runbook"))
        case let other: throw type.unknown(other)
        }
    }
}

extension IncidentSummary: PayloadObject {
    func writeMembers(to object: inout JSONWriter) {
        object.member("id", id)
        object.member("openedAt", openedAt)
        object.member("resolvedAt", ifAny: resolvedAt)
        var listed = 0
        if !members.isEmpty {
            object.member("members") { writer in
                let start = writer.bytes.count
                writer.array { array in
                    for member in members.prefix(Self.mostListed)
                    where array.bytes.count - start < Self.mostListedBytes {
                        array.object(member)
                        listed += 1
                    }
                }
            }
        }
        object.member("nearMisses", nearMisses)
        let omitted = omittedMembers + members.count - listed
        if omitted > 0 { object.member("omittedMembers", omitted) }
    }

    /// The journal says of each when it joined. Here they are for whom retention has taken that from.
    private static let mostListed = 1000
    /// As they are written; what is larger by one alert is still far from what an entry may have.
    private static let mostListedBytes = 4 << 20

    init(_ value: PayloadValue) throws(PayloadError) {
        self.init(
            id: try value.natural("id"), openedAt: try value.time("openedAt"),
            resolvedAt: try value.optionalTime("resolvedAt"), members: try value.objects("members"),
            omittedMembers: try value.optionalNatural("omittedMembers") ?? 0,
            nearMisses: try value.objects("nearMisses"))
    }
}

extension IncidentSummary.Member: PayloadObject {
    func writeMembers(to object: inout JSONWriter) {
        object.member("alert", labels)
        object.member("firstSeenAt", firstSeenAt)
        object.member("because", reason)
    }

    init(_ value: PayloadValue) throws(PayloadError) {
        self.init(
            labels: try value.object("alert"), firstSeenAt: try value.time("firstSeenAt"),
            reason: try value.object("because"))
    }
}

extension NearMiss: PayloadObject {
    func writeMembers(to object: inout JSONWriter) {
        object.member("runbook", runbook)
        object.member("because", because)
    }

    init(_ value: PayloadValue) throws(PayloadError) {
        self.init(runbook: try value.text("runbook"), because: try value.text("because"))
    }
}
