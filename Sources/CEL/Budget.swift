/// What an evaluation may still cost. Each visit of a sub-expression costs one; work on long values costs more.
struct Budget {
    /// Going through bytes is cheap beside visiting a sub-expression.
    static let bytesPerStep = 16

    private var remaining: Int

    init(limit: Int) {
        remaining = max(0, limit)
    }

    mutating func spend(_ cost: Int) throws(CELError) {
        guard cost <= remaining else {
            remaining = 0
            throw CELError("the expression costs more than its limit", isFinal: true)
        }
        remaining -= max(0, cost)
    }

    mutating func spend(bytes: Int) throws(CELError) {
        try spend(bytes / Self.bytesPerStep)
    }
}
