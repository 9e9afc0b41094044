/// What a call charges at most, beyond evaluating its operands, and how large its result can be. Kept true to the functions
/// by a test that compares the two for arguments of every size.
enum CallCost {
    /// - Parameters:
    ///   - name: as in ``FunctionLibrary``; methods with a dot before.
    ///   - operands: the receiver first.
    /// - Returns: nil for a name that nothing is known about.
    static func estimate(_ name: String, _ operands: [Extent]) -> (cost: Int, result: Extent)? {
        let first = operands.first ?? .small
        let second = operands.dropFirst().first ?? .small
        switch name {
        case "bool", "int", "uint", "double", "timestamp", "duration", "type", "optional.none", ".hasValue":
            return (0, .small)
        case "dyn", "optional.of", "optional.ofNonZeroValue", ".value": return (0, first)
        case ".or", ".orValue": return (0, first.joined(with: second))
        case ".first", ".last": return (0, first.element)
        case "optional.unwrap", ".unwrapOpt": return (first.count, first)
        case "size", ".size": return (steps(first.bytes), .small)
        case ".contains", ".startsWith", ".endsWith": return (steps(first.bytes.saturatingPlus(second.bytes)), .small)
        // Compiling the pattern, each time anew.
        case ".matches", "matches":
            return (500.saturatingPlus(second.bytes).saturatingPlus(steps(first.bytes)), .small)
        case "string": return (steps(first.bytes), .text(max(first.bytes, 64)))
        case "bytes": return (steps(first.bytes), .text(first.bytes))
        case "base64.encode": return (steps(first.bytes, 2), .text(first.bytes.saturatingTimes(2).saturatingPlus(4)))
        case "base64.decode": return (steps(first.bytes, 2), .text(first.bytes))
        case _ where name.hasPrefix(".get"): return (operands.count > 1 ? 1_000 : 0, .small)
        case "math.greatest", "math.least":
            return (max(first.count, operands.count), .small)
        case _ where name.hasPrefix("math."): return (0, .small)
        case _: return ofText(name, first, second, operands)
        }
    }

    private static func ofText(
        _ name: String, _ text: Extent, _ second: Extent, _ operands: [Extent]
    ) -> (cost: Int, result: Extent)? {
        let reading = steps(text.bytes, 4)
        let search = reading.saturatingPlus(
            (text.bytes / Budget.bytesPerStep).saturatingTimes(1 + second.bytes / Budget.bytesPerStep))
        switch name {
        case ".charAt": return (reading, .text(4))
        case ".substring", ".lowerAscii", ".upperAscii", ".trim", ".reverse": return (reading, .text(text.bytes))
        case ".indexOf", ".lastIndexOf": return (search, .small)
        case "strings.quote": return (reading, .text(text.bytes.saturatingTimes(2).saturatingPlus(2)))
        case ".split": return (search, .list(text.bytes.saturatingPlus(1), of: .text(text.bytes)))
        case ".replace":
            let new = operands.dropFirst(2).first ?? .small
            let added = text.bytes.saturatingPlus(2).saturatingTimes(new.bytes)
            return (search.saturatingPlus(steps(added)), .text(text.bytes.saturatingPlus(added)))
        case ".join":
            let each = text.element.bytes.saturatingPlus(second.bytes)
            let cost = steps(each.saturatingPlus(16)).saturatingTimes(text.count)
            return (cost, .text(each.saturatingTimes(text.count)))
        case ".format":
            let length = text.bytes.saturatingPlus(second.rendered.saturatingTimes(8))
            return (length.saturatingPlus(second.parts), .text(length))
        case _: return nil
        }
    }

    private static func steps(_ bytes: Int, _ times: Int = 1) -> Int {
        bytes.saturatingTimes(times) / Budget.bytesPerStep
    }
}
