internal import Glibc
public import HandrailCore

/// Reads a recording that is in memory already. `RecordingReader` does the same for files.
public struct RecordingLines: IteratorProtocol, Sequence {
    private let bytes: [UInt8]
    private var position = 0
    private var lines: RecordingLineReader
    private let maximumLineBytes: Int

    public init(
        bytes: [UInt8], identity: AlertIdentity = AlertIdentity(), mappedSources: [MappedSource] = [],
        maximumLineBytes: Int = 64 << 20
    ) {
        self.bytes = bytes
        self.maximumLineBytes = maximumLineBytes
        lines = RecordingLineReader(
            decoder: RecordingLineDecoder(identity: identity, mappedSources: mappedSources),
            maximumLineBytes: maximumLineBytes)
    }

    public var interner: LabelInterner { lines.interner }

    public mutating func next() -> RecordingItem? {
        while position < bytes.count {
            let range = position..<endOfLine()
            position = range.upperBound + 1
            guard range.count <= maximumLineBytes else { return lines.itemOfTooLongLine() }
            let item = bytes.withUnsafeBufferPointer { lines.item(of: UnsafeBufferPointer(rebasing: $0[range])) }
            if let item { return item }
        }
        return nil
    }

    private func endOfLine() -> Int {
        bytes.withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress,
                let newline = memchr(base + position, Int32(ASCII.newline), buffer.count - position)
            else { return buffer.count }
            return UnsafeRawPointer(newline) - base
        }
    }
}
