internal import CEL
public import HandrailCore

/// Payloads that a document of the workspace maps to alerts.
extension SourceDecoder {
    /// Values in one payload; one with more is refused.
    private static let maximumValues = 2_000_000

    /// As `decode` for a kind that is known.
    ///
    /// - Throws: where the payload is not JSON, or what `alerts` of the source gives is no list and no object.
    public mutating func decode(
        _ bytes: [UInt8], as mapped: MappedSource, receivedAt: Timestamp, source: String, isAuthenticated: Bool
    ) throws(SourceError) -> DecodedDelivery {
        let alerts = try wholePayload(bytes) { decoder, reader throws(JSONError) in
            try decoder.decodeAlerts(from: &reader, as: mapped, receivedAt: receivedAt)
        }
        return alerts.delivery(receivedAt: receivedAt, source: source, isAuthenticated: isAuthenticated)
    }

    mutating func decodeAlerts(
        from reader: inout JSONReader, as mapped: MappedSource, receivedAt: Timestamp
    ) throws(JSONError) -> DecodedAlerts {
        let place = reader
        let body = try Self.body(from: &reader)
        let events = try Self.events(of: body, mapped, place)
        let mapping = EventMapping(
            mapped, body: body, eventCount: events.count, receivedAt: receivedAt, identity: interner.identity)
        var decoded = DecodedAlerts()
        for event in events {
            do throws(AlertFields.Refusal) {
                decoded.alerts.append(try mapping.alert(of: event))
            } catch {
                decoded.reject(error.reason)
            }
        }
        return decoded
    }

    private static func body(from reader: inout JSONReader) throws(JSONError) -> CELValue {
        let bytes = try reader.skipValueForBytes()
        let start = reader.offset - bytes.count
        do throws(JSONError) {
            return try CELValue(JSONValue(parsing: bytes, maximumValues: maximumValues))
        } catch {
            throw JSONError(error.message, offset: start + error.offset)
        }
    }

    private static func events(
        of body: CELValue, _ mapped: MappedSource, _ place: JSONReader
    ) throws(JSONError) -> [CELValue] {
        var events = body
        if let expression = mapped.events {
            do throws(CELError) {
                events = try expression.program.evaluate(CELFacts(["body": body]))
            } catch {
                throw place.failure("`alerts`: \(EscapedExcerpt.of(error.message, limit: 200))")
            }
        }
        if case .optional(let wrapped?) = events { events = wrapped }
        switch events {
        case .list(let list): return list
        case .map: return [events]
        case .null, .bool, .int, .uint, .double, .string, .bytes, .timestamp, .duration, .type, .optional:
            let type = events.typeName.name
            throw place.failure("the alerts are a list or an object, and this is a value of type \(type)")
        }
    }
}

extension CELValue {
    /// The recursion is bounded by the reader's maximum depth.
    ///
    /// A name that occurs twice could mean something else to the next program that reads it, so it is an error.
    init(_ value: JSONValue) throws(JSONError) {
        switch value {
        case .null: self = .null
        case .bool(let bool): self = .bool(bool)
        case .integer(let integer): self = .int(integer)
        case .fraction(let fraction): self = .double(fraction)
        case .string(let string): self = .string(string)
        case .array(let elements):
            var list: [CELValue] = []
            list.reserveCapacity(elements.count)
            for element in elements { list.append(try CELValue(element)) }
            self = .list(list)
        case .object(let members):
            var entries: [(String, CELValue)] = []
            entries.reserveCapacity(members.count)
            for member in members { entries.append((member.name, try CELValue(member.value))) }
            let map = CELMap(strings: entries)
            guard map.count == entries.count else { throw JSONError("an object has a name twice", offset: 0) }
            self = .map(map)
        }
    }
}
