internal import HTTPTypes

/// What a route takes and answers, in words: the source of the OpenAPI document.
struct RouteDescription: Sendable {
    struct Field: Sendable {
        enum Kind: Sendable {
            /// At most so many Unicode scalars, and not empty.
            case text(most: Int)
            case pattern(String)
            case integer(ClosedRange<Int>)
            case flag
            case choice([String])
        }

        let name: String
        let kind: Kind
        let about: String

        init(_ name: String, _ kind: Kind, _ about: String) {
            self.name = name
            self.kind = kind
            self.about = about
        }
    }

    enum Body: Sendable {
        case none
        /// A JSON object with exactly these members.
        case members([Field])
        /// A payload of a source.
        case payload
    }

    /// `listRuns`: names the operation for tools.
    let name: String
    let summary: String
    var query: [Field] = []
    var body = Body.none
    var contentType = "application/json"
    /// Beside 200, and beside those that follow from access and body.
    var statuses: [Int] = []
}

extension Route {
    /// Every status that it may answer.
    var statuses: [Int] {
        var statuses = Set([200] + about.statuses)
        if access != .anybody { statuses.formUnion([401, 403]) }
        if path.contains("{") { statuses.insert(404) }
        if !about.query.isEmpty { statuses.insert(400) }
        switch about.body {
        case .none: break
        case .members: statuses.formUnion([400, 413, 415, 429])
        case .payload: statuses.formUnion([400, 413, 415, 429, 503])
        }
        // A query that nobody knows is refused everywhere.
        statuses.insert(400)
        return statuses.sorted()
    }
}
