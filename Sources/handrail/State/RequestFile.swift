internal import HandrailCore
internal import HandrailEngine
internal import HandrailFormats

/// One request as it lies in the inbox: JSON with a version, its own id, and what is asked for.
///
/// Who asks stands nowhere in it: that is the file's owner, as the kernel says.
struct RequestFile: Hashable {
    static let version: Int64 = 1
    static let mostBytes = 16 << 10
    static let mostTextBytes = 2000
    private static let suffix = ".json"

    struct Invalid: Error {
        /// One lowercase sentence without a final stop.
        let message: String
    }

    /// Lower-case letters, digits and hyphens. The file is called like this, so that a copy of it is no request.
    let id: String
    let request: PersonRequest

    static func name(of id: String) -> String { id + suffix }

    /// Nil where it is no name of a request.
    static func id(of name: String) -> String? {
        guard name.hasSuffix(suffix) else { return nil }
        let id = name.dropLast(suffix.utf8.count)
        let isPlain = id.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
            default: false
            }
        }
        return isPlain && 1...80 ~= id.utf8.count ? String(id) : nil
    }

    // MARK: - Writing

    var bytes: [UInt8] {
        var writer = JSONWriter(style: .compact)
        writer.object { object in
            object.member("version", Self.version)
            object.member("id", id)
            Self.write(request, to: &object)
        }
        return writer.bytes
    }

    private static func write(_ request: PersonRequest, to object: inout JSONWriter) {
        object.member("request", Kind(request).rawValue)
        switch request {
        case .approve(let run, let digest):
            object.member("run", run)
            object.member("digest", digest)
        case .reject(let run, let because), .cancel(let run, let because), .rollBack(let run, let because),
            .takeOver(let run, let because):
            object.member("run", run)
            object.member("because", because)
        case .pause(let scope, let because):
            object.member("scope", scope.description)
            object.member("because", because)
        case .resume(let scope): object.member("scope", scope.description)
        case .release(let target, let because):
            object.member("target", target)
            object.member("because", because)
        }
    }

    enum Kind: String, CaseIterable {
        case approve, reject, cancel
        case rollBack = "roll-back"
        case takeOver = "take-over"
        case pause, resume, release

        init(_ request: PersonRequest) {
            switch request {
            case .approve: self = .approve
            case .reject: self = .reject
            case .cancel: self = .cancel
            case .rollBack: self = .rollBack
            case .takeOver: self = .takeOver
            case .pause: self = .pause
            case .resume: self = .resume
            case .release: self = .release
            }
        }
    }

    // MARK: - Reading

    init(id: String, request: PersonRequest) {
        self.id = id
        self.request = request
    }

    /// - Parameter id: what the file is called.
    init(_ bytes: [UInt8], id: String) throws(Invalid) {
        let document: JSONValue
        do {
            document = try JSONValue(parsing: bytes, maximumValues: 100)
        } catch {
            throw Invalid(message: "it is no JSON")
        }
        guard document["version"] == .integer(Self.version) else {
            throw Invalid(message: "it is of a version that this engine does not know")
        }
        guard case .string(let written)? = document["id"], written.hasSameBytes(as: id) else {
            throw Invalid(message: "it is not called like the request in it")
        }
        self.id = id
        request = try Self.request(in: document)
    }

    private static func request(in document: JSONValue) throws(Invalid) -> PersonRequest {
        guard let kind = Kind(rawValue: try text("request", in: document)) else {
            throw Invalid(message: "nobody knows such a request")
        }
        switch kind {
        case .approve: return .approve(run: try run(in: document), digest: try text("digest", in: document))
        case .reject: return .reject(run: try run(in: document), because: try text("because", in: document))
        case .cancel: return .cancel(run: try run(in: document), because: try text("because", in: document))
        case .rollBack: return .rollBack(run: try run(in: document), because: try text("because", in: document))
        case .takeOver: return .takeOver(run: try run(in: document), because: try text("because", in: document))
        case .pause: return .pause(try scope(in: document), because: try text("because", in: document))
        case .resume: return .resume(try scope(in: document))
        case .release:
            return .release(target: try text("target", in: document), because: try text("because", in: document))
        }
    }

    private static func run(in document: JSONValue) throws(Invalid) -> Int {
        guard case .integer(let number)? = document["run"], number > 0, let run = Int(exactly: number) else {
            throw Invalid(message: "`run` is no number of a run")
        }
        return run
    }

    private static func text(_ name: String, in document: JSONValue) throws(Invalid) -> String {
        guard case .string(let text)? = document[name], 1...mostTextBytes ~= text.utf8.count else {
            throw Invalid(message: "`\(name)` is no text of 1 to \(mostTextBytes) bytes")
        }
        return text
    }

    private static func scope(in document: JSONValue) throws(Invalid) -> PauseScope {
        guard let scope = PauseScope(try text("scope", in: document)) else {
            throw Invalid(message: "`scope` is none")
        }
        return scope
    }
}

/// What the engine answers, as a file beside the inbox.
struct AnswerFile: Hashable {
    let id: String
    let answer: Director.Answer

    var bytes: [UInt8] {
        var writer = JSONWriter(style: .compact)
        writer.object { object in
            object.member("version", RequestFile.version)
            object.member("id", id)
            switch answer {
            case .done: object.member("answer", "done")
            case .refused(let because):
                object.member("answer", "refused")
                object.member("because", because)
            case .notKept(let because):
                object.member("answer", "refused")
                object.member("because", "it could not be kept, so ask again: \(because)")
            }
        }
        return writer.bytes
    }

    init(id: String, answer: Director.Answer) {
        self.id = id
        self.answer = answer
    }

    /// Nil where it is no answer to this request.
    init?(_ bytes: [UInt8], id: String) {
        guard let document = try? JSONValue(parsing: bytes, maximumValues: 100),
            document["version"] == .integer(RequestFile.version), document["id"] == .string(id)
        else { return nil }
        self.id = id
        switch (document["answer"], document["because"]) {
        case (.string("done")?, _): answer = .done
        case (.string("refused")?, .string(let because)?): answer = .refused(because: because)
        default: return nil
        }
    }
}
