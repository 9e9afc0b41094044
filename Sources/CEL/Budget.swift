/// What an evaluation may still cost. Each visit of a sub-expression costs one; work on long values costs more.
struct Budget {
    /// Going through bytes is cheap beside visiting a sub-expression.
    static let bytesPerStep = 16

    private var remaining: Int

    init(limit: Int) {
        remaining = max(0, limit)
    }

    @inline(__always)
    mutating func spend(_ cost: Int) throws(CELError) {
        guard cost <= remaining else { throw exhaust() }
        remaining -= max(0, cost)
    }

    @inline(__always)
    mutating func spend(bytes: Int) throws(CELError) {
        try spend(bytes / Self.bytesPerStep)
    }

    /// One for the sub-expression at `place`.
    @inline(__always)
    mutating func visit(_ place: Range<Int>) throws(CELError) {
        guard remaining >= 1 else { throw exhaust().located(at: place) }
        remaining -= 1
    }

    /// One for each of `places`, in order: as visiting them one by one.
    @inline(__always)
    mutating func visit(all places: [Range<Int>]) throws(CELError) {
        guard remaining >= places.count else { throw exhaust(among: places) }
        remaining -= places.count
    }

    @inline(never)
    private mutating func exhaust() -> CELError {
        remaining = 0
        return CELError("the expression costs more than its limit", isFinal: true)
    }

    @inline(never)
    private mutating func exhaust(among places: [Range<Int>]) -> CELError {
        let place = places[remaining]
        return exhaust().located(at: place)
    }
}
