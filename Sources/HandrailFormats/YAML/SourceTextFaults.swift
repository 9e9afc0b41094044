extension SourceText {
    /// What makes the bytes unfit to be read as YAML.
    struct Fault {
        let code: String
        let message: String
        let range: Range<Int>
    }

    /// More of them say no more.
    private static let faultLimit = 20

    /// Bytes that are not UTF-8, and characters that a reader cannot see or that would end a line only for some tools.
    ///
    /// A policy that looks like one thing and says another is an attack, so such characters are written as escapes.
    func faults() -> [Fault] {
        var faults: [Fault] = []
        var iterator = bytes.makeIterator()
        var parser = Unicode.UTF8.ForwardParser()
        var offset = 0
        while faults.count < Self.faultLimit {
            switch parser.parseScalar(from: &iterator) {
            case .emptyInput: return faults
            case .error(let length):
                faults.append(
                    Fault(code: "not-utf-8", message: "this is not UTF-8", range: offset..<(offset + length)))
                offset += length
            case .valid(let encoded):
                let range = offset..<(offset + encoded.count)
                if let fault = fault(of: Unicode.UTF8.decode(encoded), range) { faults.append(fault) }
                offset = range.upperBound
            }
        }
        return faults
    }

    private func fault(of scalar: Unicode.Scalar, _ range: Range<Int>) -> Fault? {
        switch scalar.value {
        case 0x09, 0x0A, 0x20...0x7E, 0xA0...0xAC, 0xAE...0x2FF: return nil
        case 0x0D where range.upperBound < bytes.count && bytes[range.upperBound] == UInt8(ascii: "\n"): return nil
        case 0x00: return Fault(code: "nul", message: "the file holds a NUL", range: range)
        default: break
        }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: break
        default:
            guard scalar.value == 0xFFFE || scalar.value == 0xFFFF else { return nil }
        }
        let name = "\\u{\(String(scalar.value, radix: 16))}"
        return Fault(
            code: "hidden-character", message: "the hidden character `\(name)` must be written as an escape",
            range: range)
    }
}
