internal import CEL
internal import HandrailCore

/// Decodes the `parameters:` of an action.
struct ParameterDecoder {
    private enum Kind: String, CaseIterable { case string, integer, boolean, duration }

    private static let limit = 64

    let reading: Reading

    func decode(_ node: YAMLNode?) -> [Parameter] {
        let entries = reading.entries(node, "`parameters`")
        if let node, entries.count > Self.limit {
            reading.error("too-many", "an action has at most \(Self.limit) parameters", at: node)
        }
        return entries.prefix(Self.limit).compactMap(parameter)
    }

    private func parameter(_ entry: YAMLEntry) -> Parameter? {
        let isNamed = reading.identifier(entry.key, "a parameter", at: entry.keyNode, reserved: ["captured"])
        let keys = ["type", "about", "default", "pattern", "one-of", "max-bytes", "min", "max"]
        guard isNamed else { return nil }
        guard let fields = reading.fields(entry.value, "a parameter", keys),
            let type = reading.choice(fields.required("type"), "`type`", Kind.self)
        else {
            // The name is declared, so those that use it are not wrong as well.
            let kind = Parameter.Kind.string(Parameter.StringRule())
            return Parameter(name: entry.key, kind: kind, location: reading.location(entry.keyNode))
        }
        checkKeys(fields, type)
        let kind = kind(type, fields)
        _ = reading.text(fields["about"], "`about`")
        let parameter = Parameter(
            name: entry.key, kind: kind, about: fields["about"]?.text ?? "", defaultValue: fields["default"]?.text,
            location: reading.location(entry.keyNode))
        checkDefault(of: parameter, fields["default"])
        return parameter
    }

    private func kind(_ type: Kind, _ fields: Fields) -> Parameter.Kind {
        switch type {
        case .string: return .string(stringRule(fields))
        case .boolean: return .boolean
        case .duration: return .duration
        case .integer:
            let min = reading.integer(fields["min"], "`min`", .min ... .max) ?? .min
            let max = reading.integer(fields["max"], "`max`", .min ... .max) ?? .max
            if min > max, let node = fields["max"] { reading.error("out-of-range", "`max` is below `min`", at: node) }
            return .integer(min: Int64(min), max: Int64(max))
        }
    }

    private func stringRule(_ fields: Fields) -> Parameter.StringRule {
        let maxBytes = reading.integer(fields["max-bytes"], "`max-bytes`", 1...65_536)
        let allowed = fields["one-of"].map { reading.texts($0, "`one-of`") }
        if let node = fields["one-of"], allowed?.isEmpty == true, case .sequence = node.content {
            reading.error("empty", "`one-of` allows nothing", at: node)
        }
        if let node = fields["one-of"], fields["pattern"] != nil {
            reading.error("conflicting-keys", "`one-of` and `pattern` exclude each other", at: node)
        }
        var pattern: LinearRegex?
        if let node = fields["pattern"], let source = reading.text(node, "`pattern`") {
            do throws(CELIssue) {
                pattern = try LinearRegex(source)
            } catch {
                let span = ScalarPlaces(node)?.span(error.range) ?? node.span
                reading.findings.error("bad-regex", error.message, at: span)
            }
        }
        return Parameter.StringRule(
            pattern: pattern, allowed: allowed, maxBytes: maxBytes ?? Parameter.StringRule.defaultMaxBytes)
    }

    private func checkKeys(_ fields: Fields, _ type: Kind) {
        let foreign: [String]
        switch type {
        case .string: foreign = ["min", "max"]
        case .integer: foreign = ["pattern", "one-of", "max-bytes"]
        case .boolean, .duration: foreign = ["pattern", "one-of", "max-bytes", "min", "max"]
        }
        for key in foreign {
            guard let entry = fields.entry(key) else { continue }
            reading.error(
                "conflicting-keys", "a parameter of type `\(type.rawValue)` has no `\(key)`", at: entry.keyNode)
        }
    }

    private func checkDefault(of parameter: Parameter, _ node: YAMLNode?) {
        guard let node, let text = reading.text(node, "`default`") else { return }
        if let fault = LiteralArgument.fault(text, for: parameter) {
            reading.error("bad-argument", "the default of `\(parameter.name)` \(fault)", at: node)
        }
    }
}

/// Checks values that are known before anything runs.
enum LiteralArgument {
    /// Follows the name of the parameter. Nil where the value fits.
    static func fault(_ text: String, for parameter: Parameter) -> String? {
        if case .duration = parameter.kind, case .fault(let message, _) = DurationText.parse(text) { return message }
        switch ArgumentRule.value(of: text, for: parameter) {
        case .success: return nil
        case .failure(let fault): return fault.message
        }
    }
}
