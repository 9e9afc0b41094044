internal import CEL
internal import HandrailCore
internal import HandrailFormats

/// `handrail.facts/1`: `{"schema", "costLimit", "contexts": [{"name", "about", "note", "facts", "records": [{"name",
/// "fields"}]}], "vocabulary": [{"title", "entries": [{"usage", "result", "about"}]}]}`. A fact, and a field, is `{"name",
/// "type", "optional", "values", "maxElements", "maxBytes", "about"}`; what it has none of is `null`.
enum FactsJSON {
    static func document(_ sheet: FactSheet) -> String {
        var writer = JSONWriter(style: .pretty)
        writer.object { document in
            document.member("schema", "handrail.facts/1")
            document.member("costLimit", CELCost.usualLimit)
            document.member("contexts") { list in
                list.array { array in
                    for section in sheet.sections { write(section, to: &array) }
                }
            }
            document.member("vocabulary") { list in
                list.array { array in
                    for group in CELVocabulary.groups { write(group, to: &array) }
                }
            }
        }
        return writer.printable
    }

    private static func write(_ section: FactSheet.Section, to writer: inout JSONWriter) {
        writer.object { object in
            object.member("name", section.context.rawValue)
            object.member("about", section.context.about)
            object.member("note") { $0.optional(section.context.note) }
            object.member("facts") { write(section.facts, to: &$0) }
            object.member("records") { list in
                list.array { array in
                    for record in section.records {
                        array.object { object in
                            object.member("name", record.name)
                            object.member("fields") { write(record.fields, to: &$0) }
                        }
                    }
                }
            }
        }
    }

    private static func write(_ facts: [FactSheet.Fact], to writer: inout JSONWriter) {
        writer.array { array in
            for fact in facts {
                array.object { object in
                    object.member("name", fact.name)
                    object.member("type", fact.type.description)
                    object.member("optional", fact.isOptional)
                    object.member("values") { values in
                        if let words = fact.values { values.strings(words) } else { values.null() }
                    }
                    object.member("maxElements") { $0.optional(fact.elements) }
                    object.member("maxBytes") { $0.optional(fact.bytes) }
                    object.member("about", fact.about)
                }
            }
        }
    }

    private static func write(_ group: CELVocabulary.Group, to writer: inout JSONWriter) {
        writer.object { object in
            object.member("title", group.title)
            object.member("entries") { list in
                list.array { array in
                    for entry in group.entries {
                        array.object { object in
                            object.member("usage", entry.usage)
                            object.member("result") { $0.optional(entry.result.utf8.isEmpty ? nil : entry.result) }
                            object.member("about", entry.about)
                        }
                    }
                }
            }
        }
    }
}
