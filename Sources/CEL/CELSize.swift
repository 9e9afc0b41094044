/// How large the value of a declared fact gets, for the estimate of what an expression costs at most.
///
/// Nothing is cut to its size: who declares too little only estimates too little, and the counter of the evaluation still
/// ends what costs more than its limit.
public struct CELSize: Hashable, Sendable {
    /// Of the longest text or bytes in the value, in UTF-8 bytes.
    public let bytes: Int
    /// Of the largest list or map in the value.
    public let elements: Int

    /// Texts of 256 bytes and collections of 1,000 elements unless said otherwise.
    public init(bytes: Int = 256, elements: Int = 1_000) {
        self.bytes = max(0, bytes)
        self.elements = max(0, elements)
    }

    /// What is assumed where nothing is declared.
    public static let usual = CELSize()
}

/// What an evaluation may cost.
public enum CELCost {
    /// A few milliseconds of evaluation at most. An expression that may cost more is not worth a decision's time.
    public static let usualLimit = 100_000
}

extension Int {
    /// Costs and sizes multiply quickly; what is too large to count is too large anyway.
    func saturatingPlus(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }

    func saturatingTimes(_ other: Int) -> Int {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }
}
