internal import ArgumentParser
internal import HandrailFormats

/// How a command that lists writes what it found.
enum ListOutput: String, CaseIterable, ExpressibleByArgument {
    case table, json, yaml
}

/// A document for tools, in JSON or YAML: the same one in both.
struct Document {
    private let writer: JSONWriter

    /// - Parameter members: writes the members behind `schema`.
    init(schema: String, _ members: (inout JSONWriter) -> Void) {
        var writer = JSONWriter(style: .pretty)
        writer.object { object in
            object.member("schema", schema)
            members(&object)
        }
        self.writer = writer
    }

    /// Ends with a newline.
    var json: String { writer.printable + "\n" }

    var yaml: String {
        do {
            return YAMLText.render(try JSONValue(parsing: writer.bytes, maximumValues: .max))
        } catch {
            preconditionFailure("what was written can be read")
        }
    }
}
