public import HandrailCore

/// Reads a recording, JSON lines of deliveries, from a file or the standard input.
///
/// A line that is wrong is reported with its number, and the rest goes on.
public struct RecordingReader: ~Copyable {
    private var file: FileLines
    private var lines: RecordingLineReader

    /// - Parameter path: `-` is the standard input.
    /// - Parameter mappedSources: those of the workspace, by whose names lines may go.
    /// - Parameter maximumLineBytes: a longer line is reported and passed over; it is never in memory as a whole.
    public init(
        path: String, identity: AlertIdentity = AlertIdentity(), mappedSources: [MappedSource] = [],
        maximumLineBytes: Int = 64 << 20
    ) throws(RecordingError) {
        file = try FileLines(path: path, maximumLineBytes: maximumLineBytes)
        lines = RecordingLineReader(
            decoder: RecordingLineDecoder(identity: identity, mappedSources: mappedSources),
            maximumLineBytes: maximumLineBytes)
    }

    /// The next line that is not empty, or nil at the end.
    ///
    /// - Throws: where the file cannot be read any further. A wrong line does not throw: it is an item.
    public mutating func next() throws(RecordingError) -> RecordingItem? {
        while let line = try file.next() {
            switch line {
            case .tooLong: return lines.itemOfTooLongLine()
            case .bytes(let bytes):
                if let item = lines.item(of: bytes) { return item }
            }
        }
        return nil
    }

    /// For progress: how far the file was read, and its size, which is nil for a pipe.
    public var bytesRead: Int { file.bytesRead }
    public var totalBytes: Int? { file.totalBytes }

    /// How well labels repeated, for `--verbose` and benchmarks.
    public var interner: LabelInterner { lines.interner }
}
