internal import HTTPTypes
internal import HandrailCore
internal import HandrailFormats
internal import HandrailSigning

/// The OpenAPI document, version 3.1, of a table of routes.
enum OpenAPI {
    static func document(of routes: [Route], version: String) -> [UInt8] {
        var writer = JSONWriter(style: .pretty)
        writer.object { object in
            object.member("openapi", "3.1.0")
            object.member("info") { info in
                info.object { object in
                    object.member("title", "Handrail")
                    object.member("version", version)
                    object.member("description", "Takes alerts in, decides under guard, and says why.")
                }
            }
            object.member("paths") { paths in
                paths.object { object in
                    for path in Self.paths(of: routes) { write(path, routes, to: &object) }
                }
            }
            object.member("components") { writeComponents(to: &$0) }
        }
        return writer.bytes + [0x0A]
    }

    private static func paths(of routes: [Route]) -> [String] {
        var seen: Set<String> = []
        return routes.map(\.path).filter { seen.insert($0).inserted }
    }

    private static func write(_ path: String, _ routes: [Route], to writer: inout JSONWriter) {
        writer.member(path) { item in
            item.object { object in
                for route in routes where route.path.utf8.elementsEqual(path.utf8) {
                    object.member(route.method.rawValue.lowercased()) { write(route, to: &$0) }
                }
            }
        }
    }

    private static func write(_ route: Route, to writer: inout JSONWriter) {
        writer.object { object in
            object.member("operationId", route.about.name)
            object.member("summary", route.about.summary)
            object.member("security") { $0.array { list in writeSecurity(route.access, to: &list) } }
            object.member("parameters") { $0.array { list in writeParameters(of: route, to: &list) } }
            writeBody(route.about.body, to: &object)
            object.member("responses") { responses in
                responses.object { object in
                    for status in route.statuses { writeResponse(status, route, to: &object) }
                }
            }
        }
    }

    private static func writeSecurity(_ access: Access, to list: inout JSONWriter) {
        guard access != .anybody else { return }
        list.object { object in object.member("token") { $0.array { _ in } } }
        if access == .deliverers { list.object { object in object.member("signature") { $0.array { _ in } } } }
    }

    private static func writeParameters(of route: Route, to list: inout JSONWriter) {
        for segment in route.path.split(separator: "/") where segment.hasPrefix("{") {
            let name = String(segment.dropFirst().dropLast())
            list.object { object in
                object.member("name", name)
                object.member("in", "path")
                object.member("required", true)
                object.member("schema") { schema in
                    if name.hasSameBytes(as: "source") {
                        write(.pattern("^[a-z][a-z0-9-]{0,62}$"), to: &schema)
                    } else {
                        write(.integer(1...Int(Int32.max)), to: &schema)
                    }
                }
            }
        }
        for field in route.about.query {
            list.object { object in
                object.member("name", field.name)
                object.member("in", "query")
                object.member("required", false)
                object.member("description", field.about)
                object.member("schema") { write(field.kind, to: &$0) }
            }
        }
    }

    private static func writeBody(_ body: RouteDescription.Body, to writer: inout JSONWriter) {
        switch body {
        case .none: return
        case .payload: writeBody(to: &writer) { $0.object { $0.member("description", "As the source sends it.") } }
        case .members(let fields):
            writeBody(to: &writer) { schema in
                schema.object { object in
                    object.member("type", "object")
                    object.member("additionalProperties", false)
                    object.member("required") { $0.array { list in for field in fields { list.value(field.name) } } }
                    object.member("properties") { properties in
                        properties.object { object in
                            for field in fields { object.member(field.name) { write(field.kind, to: &$0) } }
                        }
                    }
                }
            }
        }
    }

    private static func writeBody(to writer: inout JSONWriter, _ schema: (inout JSONWriter) -> Void) {
        writer.member("requestBody") { body in
            body.object { object in
                object.member("required", true)
                object.member("content") { content in
                    content.object { $0.member("application/json") { $0.object { $0.member("schema", schema) } } }
                }
            }
        }
    }

    private static func write(_ kind: RouteDescription.Field.Kind, to writer: inout JSONWriter) {
        writer.object { object in
            switch kind {
            case .text(let most):
                object.member("type", "string")
                object.member("minLength", 1)
                object.member("maxLength", most)
            case .pattern(let pattern):
                object.member("type", "string")
                object.member("pattern", pattern)
            case .integer(let range):
                object.member("type", "integer")
                object.member("minimum", range.lowerBound)
                object.member("maximum", range.upperBound)
            case .flag: object.member("type", "boolean")
            case .choice(let values):
                object.member("type", "string")
                object.member("enum") { $0.array { list in for value in values { list.value(value) } } }
            }
        }
    }

    private static func writeResponse(_ status: Int, _ route: Route, to writer: inout JSONWriter) {
        let isFine = status == 200
        let type = isFine ? route.about.contentType : "application/json"
        writer.member(String(status)) { response in
            response.object { object in
                object.member("description", isFine ? route.about.summary : "Refused; the body says why.")
                object.member("content") { content in
                    content.object { object in
                        object.member(type) { $0.object { writeSchema(isFine, type, to: &$0) } }
                    }
                }
            }
        }
    }

    private static func writeSchema(_ isFine: Bool, _ type: String, to writer: inout JSONWriter) {
        writer.member("schema") { schema in
            schema.object { object in
                if !isFine {
                    object.member("$ref", "#/components/schemas/Error")
                } else {
                    object.member("type", type.hasPrefix("application/json") ? "object" : "string")
                }
            }
        }
    }

    private static func writeComponents(to writer: inout JSONWriter) {
        writer.object { object in
            object.member("securitySchemes") { schemes in
                schemes.object { object in
                    object.member("token") { scheme in
                        scheme.object { object in
                            object.member("type", "http")
                            object.member("scheme", "bearer")
                        }
                    }
                    object.member("signature") { scheme in
                        scheme.object { object in
                            object.member("type", "apiKey")
                            object.member("in", "header")
                            object.member("name", MessageSignature.header)
                            object.member(
                                "description", "t=SECONDS,v1=HEX: the HMAC-SHA-256 of SECONDS.BODY in hexadecimal.")
                        }
                    }
                }
            }
            object.member("schemas") { schemas in
                schemas.object { $0.member("Error") { writeErrorSchema(to: &$0) } }
            }
        }
    }

    private static func writeErrorSchema(to writer: inout JSONWriter) {
        writer.object { object in
            object.member("type", "object")
            object.member("required") { $0.array { $0.value("error") } }
            object.member("properties") { properties in
                properties.object { $0.member("error") { $0.object { $0.member("type", "string") } } }
            }
        }
    }
}
