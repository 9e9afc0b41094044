internal import HandrailCore

/// What is one JSON object in a payload.
protocol PayloadObject {
    /// In an order that never changes; what was added later comes last.
    func writeMembers(to object: inout JSONWriter)

    /// - Throws: where a member is missing or is not what it should be. Members that it does not know are no error.
    init(_ value: PayloadValue) throws(PayloadError)
}

extension JSONWriter {
    mutating func member(_ name: String, _ value: some PayloadObject) {
        member(name) { $0.object(value) }
    }

    mutating func object(_ value: some PayloadObject) {
        object { value.writeMembers(to: &$0) }
    }

    /// An empty list is left out.
    mutating func member(_ name: String, _ values: [some PayloadObject]) {
        member(name, list: values) { $0.object($1) }
    }

    mutating func member(_ name: String, _ texts: [String]) {
        member(name, list: texts) { $0.value($1) }
    }

    mutating func member(_ name: String, _ people: [Person]) {
        member(name, list: people) { $0.value($1.name.string) }
    }

    mutating func member(_ name: String, _ texts: [ExactText?]) {
        member(name, list: texts) { writer, text in
            if let text { writer.value(text.string) } else { writer.null() }
        }
    }

    mutating func member<Element>(
        _ name: String, list: [Element], _ element: (inout JSONWriter, Element) -> Void
    ) {
        guard !list.isEmpty else { return }
        member(name) { writer in
            writer.array { array in
                for value in list { element(&array, value) }
            }
        }
    }

    /// As an object; of labels with the same name the first one, which is the one that counts.
    mutating func member(_ name: String, _ labels: [Label]) {
        guard !labels.isEmpty else { return }
        member(name) { writer in
            writer.object { object in
                for label in labels.withoutRepeatedNames { object.member(label.name.string, label.value.string) }
            }
        }
    }

    mutating func member(_ name: String, _ person: Person) { member(name, person.name.string) }
    mutating func member(_ name: String, _ time: Timestamp) { member(name) { $0.time(time) } }

    /// RFC 3339, and for a time outside the years 0000 to 9999 its milliseconds since 1970.
    mutating func time(_ time: Timestamp) {
        guard time.hasRFC3339 else { return value(time.milliseconds) }
        value(plain: Timestamp.rfc3339Bytes) { time.writeRFC3339(to: $0) }
    }

    // MARK: - What may be missing

    mutating func member(_ name: String, ifAny text: String?) {
        if let text { member(name, text) }
    }

    mutating func member(_ name: String, ifAny number: Int?) {
        if let number { member(name, number) }
    }

    mutating func member(_ name: String, ifAny time: Timestamp?) {
        if let time { member(name, time) }
    }

    mutating func member(_ name: String, ifAny person: Person?) {
        if let person { member(name, person) }
    }

    mutating func member(_ name: String, ifAny object: (some PayloadObject)?) {
        if let object { member(name, object) }
    }
}

extension [Label] {
    fileprivate var withoutRepeatedNames: [Label] {
        // Of a handful, which is what nearly all have, looking at each is faster than remembering them.
        if count <= 8 {
            let isPlain = indices.allSatisfy { index in !self[..<index].contains { $0.name == self[index].name } }
            if isPlain { return self }
        }
        var names: Set<ExactText> = []
        return filter { names.insert($0.name).inserted }
    }
}

extension LabelSet: PayloadObject {
    func writeMembers(to object: inout JSONWriter) {
        for label in labels { object.member(label.name.string, label.value.string) }
    }

    convenience init(_ value: PayloadValue) throws(PayloadError) {
        self.init(try value.labels(), identity: value.identity)
    }
}

extension FileLocation: PayloadObject {
    func writeMembers(to object: inout JSONWriter) {
        object.member("file", file)
        object.member("line", line)
        object.member("column", column)
    }

    init(_ value: PayloadValue) throws(PayloadError) {
        self.init(file: try value.text("file"), line: try value.natural("line"), column: try value.natural("column"))
    }
}
