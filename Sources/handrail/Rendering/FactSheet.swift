internal import CEL
internal import HandrailCore

/// What `handrail facts` shows, before it is text or JSON.
struct FactSheet {
    struct Section {
        let context: FactContext
        let facts: [Fact]
        /// The records that these facts are made of, in the order in which they are met.
        let records: [Record]
    }

    struct Record {
        let name: String
        let fields: [Fact]
    }

    /// A variable, or a field of a record.
    struct Fact {
        let name: String
        let type: CELType
        let isOptional: Bool
        let size: CELSize
        let about: String
    }

    let sections: [Section]

    init(_ contexts: [FactContext], topology: Topology?) {
        let services = topology?.services ?? []
        let environments = Self.distinct(services.compactMap(\.environment))
        let tiers = Self.distinct(services.compactMap(\.tier))
        sections = contexts.map { context in
            let variables = context.facts(environments: environments, tiers: tiers).variables
            var records: [CELObjectType] = []
            for variable in variables { Self.gather(variable.type, into: &records) }
            return Section(
                context: context,
                facts: variables.map {
                    Fact(name: $0.name, type: $0.type, isOptional: false, size: $0.size, about: $0.about)
                },
                records: records.map(Self.record))
        }
    }

    private static func record(_ type: CELObjectType) -> Record {
        Record(
            name: type.name,
            fields: type.fields.map {
                Fact(name: $0.name, type: $0.type, isOptional: $0.isOptional, size: $0.size, about: $0.about)
            })
    }

    private static func gather(_ type: CELType, into records: inout [CELObjectType]) {
        switch type {
        case .object(let object):
            guard !records.contains(where: { $0.name.hasSameText(as: object.name) }) else { return }
            records.append(object)
            for field in object.fields { gather(field.type, into: &records) }
        case .list(let element), .optional(let element): gather(element, into: &records)
        case .map(let key, let value):
            gather(key, into: &records)
            gather(value, into: &records)
        case .dyn, .nothing, .null, .bool, .int, .uint, .double, .string, .bytes, .timestamp, .duration, .type,
            .enumeration:
            break
        }
    }

    private static func distinct(_ words: [String]) -> [String] {
        var seen: Set<ExactText> = []
        return words.filter { seen.insert(ExactText($0)).inserted }
    }
}

extension FactSheet.Fact {
    /// The values of an enumeration, where it is one.
    var values: [String]? {
        if case .enumeration(let enumeration) = type { enumeration.values } else { nil }
    }

    /// The most elements that an estimate assumes; nil where it holds none.
    var elements: Int? {
        switch type {
        case .list, .map: size.elements
        case .dyn, .nothing, .null, .bool, .int, .uint, .double, .string, .bytes, .timestamp, .duration, .type,
            .optional, .object, .enumeration:
            nil
        }
    }

    /// The most bytes of a text that an estimate assumes; nil where it holds none.
    var bytes: Int? { Self.holdsText(type) ? size.bytes : nil }

    private static func holdsText(_ type: CELType) -> Bool {
        switch type {
        case .string, .bytes, .dyn: true
        case .list(let element), .optional(let element): holdsText(element)
        case .map(let key, let value): holdsText(key) || holdsText(value)
        case .nothing, .null, .bool, .int, .uint, .double, .timestamp, .duration, .type, .object, .enumeration: false
        }
    }
}

extension String {
    fileprivate func hasSameText(as other: String) -> Bool { ExactText(self) == ExactText(other) }
}
