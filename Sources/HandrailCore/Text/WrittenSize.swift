extension String {
    /// In bytes, as JSON writes it between its quotes: a control character takes six, a quote or a backslash two.
    var writtenByteCount: Int {
        utf8.reduce(0) { count, byte in
            switch byte {
            case 0..<0x20: count + 6
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): count + 2
            default: count + 1
            }
        }
    }
}

extension LabelSet {
    /// In bytes, as JSON writes it.
    var writtenByteCount: Int {
        labels.reduce(2) { $0 + $1.name.string.writtenByteCount + $1.value.string.writtenByteCount + 6 }
    }
}
