internal import HandrailCore

/// Members by name, in the types that payloads hold.
extension PayloadValue {
    func text(_ name: String) throws(PayloadError) -> String { try member(name).text() }
    func optionalText(_ name: String) throws(PayloadError) -> String? { try optional(name)?.text() }
    func flag(_ name: String) throws(PayloadError) -> Bool { try member(name).flag() }
    /// For what was added later.
    func flag(_ name: String, ifAbsent: Bool) throws(PayloadError) -> Bool { try optional(name)?.flag() ?? ifAbsent }
    func natural(_ name: String) throws(PayloadError) -> Int { try member(name).natural() }
    func optionalNatural(_ name: String) throws(PayloadError) -> Int? { try optional(name)?.natural() }
    func time(_ name: String) throws(PayloadError) -> Timestamp { try member(name).time() }
    func optionalTime(_ name: String) throws(PayloadError) -> Timestamp? { try optional(name)?.time() }
    func milliseconds(_ name: String) throws(PayloadError) -> Duration { try member(name).milliseconds() }
    func person(_ name: String) throws(PayloadError) -> Person { try member(name).person() }

    /// What was not counted yet is 0.
    func counter(_ name: String) throws(PayloadError) -> Int { try optionalNatural(name) ?? 0 }

    /// For what a source may claim any number of, so that it reaches further than ``natural()``.
    func saturatedCounter(_ name: String) throws(PayloadError) -> Int {
        guard let member = optional(name) else { return 0 }
        guard let count = try Int(exactly: member.integer()), count >= 0 else {
            throw member.expected("a whole number from 0 on")
        }
        return count
    }

    func word<Word: RawRepresentable<String>>(_ name: String) throws(PayloadError) -> Word {
        try member(name).word()
    }

    func object<Object: PayloadObject>(_ name: String) throws(PayloadError) -> Object {
        try Object(member(name))
    }

    func optionalObject<Object: PayloadObject>(_ name: String) throws(PayloadError) -> Object? {
        guard let value = optional(name) else { return nil }
        return try Object(value)
    }

    /// Empty where the member is missing: that is how an empty list is written.
    func list<Element>(
        _ name: String, _ element: (PayloadValue) throws(PayloadError) -> Element
    ) throws(PayloadError) -> [Element] {
        guard let list = optional(name) else { return [] }
        var elements: [Element] = []
        for value in try list.elements() { elements.append(try element(value)) }
        return elements
    }

    func objects<Object: PayloadObject>(_ name: String) throws(PayloadError) -> [Object] {
        try list(name) { value throws(PayloadError) in try Object(value) }
    }

    func texts(_ name: String) throws(PayloadError) -> [String] {
        try list(name) { value throws(PayloadError) in try value.text() }
    }

    func people(_ name: String) throws(PayloadError) -> [Person] {
        try list(name) { value throws(PayloadError) in try value.person() }
    }

    /// Each text, or nil for null.
    func optionalExactTexts(_ name: String) throws(PayloadError) -> [ExactText?] {
        try list(name) { value throws(PayloadError) in try value.exactTextIfAny() }
    }

    /// An object whose names are data, in the order in which it is written.
    func labels(_ name: String) throws(PayloadError) -> [Label] {
        guard let object = optional(name) else { return [] }
        return try object.labels()
    }

    func labels() throws(PayloadError) -> [Label] {
        var labels: [Label] = []
        for (name, value) in try members() {
            labels.append(Label(name: ExactText(name), value: try value.exactText()))
        }
        return labels
    }
}
