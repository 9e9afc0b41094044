extension Duration {
    /// As the files write it: `1h30m`, `20s`, `500ms`, `0s`.
    public var inWords: String {
        var rest = milliseconds
        guard rest != 0 else { return "0s" }
        guard rest > 0 else { return "-" + Duration.milliseconds(rest == .min ? .max : -rest).inWords }
        var words = ""
        for (unit, length) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)]
            as [(String, Int64)]
        {
            let count = rest / length
            rest %= length
            if count > 0 { words += "\(count)\(unit)" }
        }
        return words
    }
}
