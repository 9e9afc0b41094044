public import CEL

/// A source whose payloads are mapped to alerts by expressions: a `source:` document.
public struct MappedSource: Sendable {
    public let name: String
    public let about: String
    /// The events of a payload, a list or a single one; over ``FactDeclarations/payload()``. Nil: the payload itself.
    public let events: MappedExpression?
    public let alert: AlertMapping
    public let location: FileLocation

    public init(name: String, about: String, events: MappedExpression?, alert: AlertMapping, location: FileLocation) {
        self.name = name
        self.about = about
        self.events = events
        self.alert = alert
        self.location = location
    }
}

/// What an alert is made of; all over ``FactDeclarations/event()``.
public struct AlertMapping: Sendable {
    /// A label or an annotation: left out of an alert for which it has no value.
    public struct Entry: Sendable {
        public let name: ExactText
        public let value: MappedExpression

        public init(name: ExactText, value: MappedExpression) {
            self.name = name
            self.value = value
        }
    }

    public let labels: [Entry]
    public let annotations: [Entry]
    /// `firing` or `resolved`.
    public let status: MappedExpression
    public let optional: Optionals

    public init(labels: [Entry], annotations: [Entry], status: MappedExpression, optional: Optionals = Optionals()) {
        self.labels = labels
        self.annotations = annotations
        self.status = status
        self.optional = optional
    }

    /// What may be left out.
    public struct Optionals: Sendable {
        /// What the notices of one alert share, where that is not all of its labels.
        public var identity: MappedExpression?
        public var startsAt: MappedExpression?
        public var endsAt: MappedExpression?

        public init() {}
    }

    /// How many expressions are evaluated for one event.
    public var expressionCount: Int {
        labels.count + annotations.count + 1
            + [optional.identity, optional.startsAt, optional.endsAt].count { $0 != nil }
    }
}

/// An expression over what a source sends, which may lack anything.
public struct MappedExpression: Sendable {
    public let program: CELProgram
    /// The facts that it reads, each by its names from the outside in.
    public let paths: [[String]]

    public init(_ program: CELProgram) {
        self.program = program
        paths = program.referencedPaths.map { $0.split(separator: ".").map { String($0) } }
    }
}
