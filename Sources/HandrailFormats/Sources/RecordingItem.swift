/// One line of a recording, or what is wrong with it. Lines are counted from 1, empty ones too.
public enum RecordingItem: Sendable {
    case delivery(DecodedDelivery, line: Int)
    /// The reason is one lowercase sentence without a final stop; text of the line in it is bounded and escaped.
    case invalidLine(number: Int, reason: String)
}

/// A recording's file could not be opened or read.
public struct RecordingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// One lowercase sentence without a final stop, with the path in it.
    public let message: String

    public var description: String { message }
}

/// What is common to recordings in files and in memory: counting lines and leaving out empty ones.
struct RecordingLineReader {
    private var decoder: RecordingLineDecoder
    private var number = 0
    private let maximumLineBytes: Int

    init(decoder: RecordingLineDecoder, maximumLineBytes: Int) {
        self.decoder = decoder
        self.maximumLineBytes = maximumLineBytes
    }

    var interner: LabelInterner { decoder.interner }

    /// - Parameter line: without its newline. Nil is returned where nothing is on it.
    mutating func item(of line: UnsafeBufferPointer<UInt8>) -> RecordingItem? {
        number += 1
        let text = number == 1 ? withoutByteOrderMark(line) : line
        guard !text.allSatisfy(ASCII.isWhiteSpace) else { return nil }
        do {
            return .delivery(try decoder.decode(text), line: number)
        } catch {
            return .invalidLine(number: number, reason: error.description)
        }
    }

    mutating func itemOfTooLongLine() -> RecordingItem {
        number += 1
        return .invalidLine(number: number, reason: "the line is longer than \(maximumLineBytes) bytes")
    }

    private func withoutByteOrderMark(_ line: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        line.starts(with: [0xEF, 0xBB, 0xBF]) ? UnsafeBufferPointer(rebasing: line[3...]) : line
    }
}
