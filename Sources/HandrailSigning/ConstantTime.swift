/// Compares what nobody may guess byte by byte.
public enum ConstantTime {
    /// Takes as long wherever the first difference is.
    public static func areEqual(_ left: some Sequence<UInt8>, _ right: some Sequence<UInt8>) -> Bool {
        let (first, second) = (Array(left), Array(right))
        guard first.count == second.count else { return false }
        return zip(first, second).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
