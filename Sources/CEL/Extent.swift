/// The largest value that a sub-expression can have.
struct Extent: Sendable {
    /// Of the longest text that the value can be.
    var bytes = 0
    /// Of the largest list or map that it can be.
    var count = 0
    /// Only a map, so it is looked up in and not searched.
    var isMap = false
    /// What its elements, or keys and values, can be: none or one.
    private var inner: [Extent] = []
    /// A record, whose fields say more than `inner` could.
    private var object: CELObjectType?

    /// A number, a time, a truth value.
    static let small = Extent()

    static func text(_ bytes: Int) -> Extent { Extent(bytes: bytes) }

    static func list(_ count: Int, of element: Extent) -> Extent { Extent(count: count, inner: [element]) }

    static func map(_ count: Int, of part: Extent) -> Extent { Extent(count: count, isMap: true, inner: [part]) }

    private init(
        bytes: Int = 0, count: Int = 0, isMap: Bool = false, inner: [Extent] = [], object: CELObjectType? = nil
    ) {
        self.bytes = bytes
        self.count = count
        self.isMap = isMap
        self.inner = inner
        self.object = object
    }

    /// Of a declared fact.
    init(_ type: CELType, _ size: CELSize) {
        switch type {
        case .null, .bool, .int, .uint, .double, .timestamp, .duration, .type: self = .small
        case .string, .bytes: self = .text(size.bytes)
        case .enumeration(let enumeration):
            self = .text(enumeration.isOpen ? size.bytes : enumeration.values.map(\.utf8.count).max() ?? 0)
        case .list(let element): self = .list(size.elements, of: Extent(element, size))
        case .map(let key, let value):
            self = .map(size.elements, of: Extent(key, size).joined(with: Extent(value, size)))
        case .optional(let wrapped): self.init(wrapped, size)
        case .object(let object): self.init(count: object.fields.count, isMap: true, object: object)
        // Anything: at most texts in lists in lists.
        case .dyn, .nothing:
            let text = Extent.text(size.bytes)
            let list = text.joined(with: .list(size.elements, of: text))
            self = list.joined(with: .list(size.elements, of: list))
        }
    }

    init(_ literal: CELValue) {
        switch literal {
        case .string(let string): self = .text(string.utf8.count)
        case .bytes(let bytes): self = .text(bytes.count)
        case .null, .bool, .int, .uint, .double, .list, .map, .timestamp, .duration, .type, .optional: self = .small
        }
    }

    // MARK: Parts

    /// Any element, key or value.
    var element: Extent {
        guard let object else { return inner.first ?? .small }
        let keys = Extent.text(object.fields.map(\.name.utf8.count).max() ?? 0)
        return object.fields.reduce(keys) { $0.joined(with: Extent($1.type, $1.size)) }
    }

    func field(_ name: String) -> Extent {
        guard let object else { return element }
        return object.field(named: name).map { Extent($0.type, $0.size) } ?? .small
    }

    /// What is large enough for either.
    func joined(with other: Extent) -> Extent {
        var joined = hasParts ? self : other
        if hasParts, other.hasParts, !isSameObject(as: other) {
            let parts = element.joined(with: other.element)
            joined = Extent(count: max(count, other.count), isMap: isMap && other.isMap, inner: [parts])
        }
        joined.bytes = max(bytes, other.bytes)
        return joined
    }

    private var hasParts: Bool { count > 0 }

    private func isSameObject(as other: Extent) -> Bool {
        guard let object, let theirs = other.object else { return false }
        return object === theirs
    }

    // MARK: Costs

    /// Of comparing it with something.
    var comparison: Int {
        (bytes / Budget.bytesPerStep).saturatingPlus(sum { $0.comparison.saturatingPlus(1) })
    }

    /// Bytes of it as text, in `format`.
    var rendered: Int {
        bytes.saturatingPlus(64).saturatingPlus(sum { $0.rendered.saturatingPlus(4).saturatingTimes(2) })
    }

    /// Values in it, itself included.
    var parts: Int { sum { $0.parts.saturatingTimes(2) }.saturatingPlus(1) }

    private func sum(_ measure: (Extent) -> Int) -> Int {
        guard let object else { return count == 0 ? 0 : count.saturatingTimes(measure(element)) }
        return object.fields.reduce(0) { $0.saturatingPlus(measure(Extent($1.type, $1.size))) }
    }
}
