/// One file that a user wrote: its bytes, and where its lines and characters are.
public final class SourceText: Sendable {
    /// As the user would type it, relative to the workspace where the file lies below it.
    public let path: String
    /// Without a byte order mark.
    let bytes: [UInt8]
    private let lineStarts: [Int]
    /// The byte offset of every 64th scalar: a column on a line of a mebibyte is found without reading all of it.
    private let checkpoints: [Int]

    private static let checkpointDistance = 64

    public init(path: String, bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
        var lineStarts = [0]
        var checkpoints: [Int] = []
        var scalars = 0
        for (offset, byte) in self.bytes.enumerated() {
            if byte == UInt8(ascii: "\n") { lineStarts.append(offset + 1) }
            guard Self.isScalarStart(byte) else { continue }
            if scalars % Self.checkpointDistance == 0 { checkpoints.append(offset) }
            scalars += 1
        }
        self.lineStarts = lineStarts
        self.checkpoints = checkpoints.isEmpty ? [0] : checkpoints
    }

    var lineCount: Int { lineStarts.count }

    /// The bytes of a line, from 0, without its line break.
    func line(_ index: Int) -> Range<Int> {
        let start = lineStarts[index]
        var end = index + 1 < lineStarts.count ? lineStarts[index + 1] - 1 : bytes.count
        if end > start, end < bytes.count, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        return start..<end
    }

    func bytes(in range: Range<Int>) -> [UInt8] { Array(bytes[range.clamped(to: 0..<bytes.count)]) }

    func lineStart(_ index: Int) -> Int { lineStarts[index] }

    /// The line, from 0, that a byte is on.
    func lineIndex(atByte byte: Int) -> Int {
        lineStarts.lastIndex(atMost: byte)
    }

    func mark(atByte byte: Int) -> SourceMark {
        let byte = min(max(byte, 0), bytes.count)
        let line = lineIndex(atByte: byte)
        let column = scalarIndex(atByte: byte) - scalarIndex(atByte: lineStarts[line])
        return SourceMark(byte: byte, line: line + 1, column: column + 1)
    }

    func scalarIndex(atByte byte: Int) -> Int {
        let checkpoint = checkpoints.lastIndex(atMost: byte)
        let rest = bytes[min(checkpoints[checkpoint], byte)..<byte].count(where: Self.isScalarStart)
        return checkpoint * Self.checkpointDistance + rest
    }

    /// The offset of a scalar, counted from the beginning of the file; the end where there are fewer.
    func byte(atScalar index: Int) -> Int {
        let checkpoint = index / Self.checkpointDistance
        guard index >= 0, checkpoint < checkpoints.count else { return bytes.count }
        var rest = index % Self.checkpointDistance
        var offset = checkpoints[checkpoint]
        while offset < bytes.count {
            if Self.isScalarStart(bytes[offset]) {
                if rest == 0 { return offset }
                rest -= 1
            }
            offset += 1
        }
        return bytes.count
    }

    func text(_ range: Range<Int>) -> String {
        String(decoding: bytes[range.clamped(to: 0..<bytes.count)], as: UTF8.self)
    }

    private static func isScalarStart(_ byte: UInt8) -> Bool { byte & 0xC0 != 0x80 }
}

/// A position in a file.
public struct SourceMark: Hashable, Sendable {
    /// From 0, without a byte order mark.
    public let byte: Int
    /// From 1.
    public let line: Int
    /// From 1, in Unicode scalars.
    public let column: Int
}

extension [Int] {
    /// The index of the last element that is not greater; 0 where all are. Sorted and not empty.
    fileprivate func lastIndex(atMost value: Int) -> Int {
        var (low, high) = (0, count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if self[middle] <= value { low = middle } else { high = middle }
        }
        return low
    }
}
