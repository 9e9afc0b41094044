internal import Glibc

/// Reads one output stream to its end, keeps the beginning, and counts the rest.
struct OutputDrain: ~Copyable {
    private(set) var kept: [UInt8] = []
    private(set) var droppedBytes = 0
    /// Nobody can write any more.
    private(set) var isAtEnd = false
    private let descriptor: Descriptor
    private let limitBytes: Int
    /// What a pipe can hold at most, unless a privileged process made it larger.
    private static let pipeBytes = 1 << 20

    init(_ descriptor: consuming Descriptor, limitBytes: Int) {
        self.descriptor = descriptor
        self.limitBytes = max(0, limitBytes)
    }

    /// For `poll`, which passes over negative numbers.
    var polled: Int32 { isAtEnd ? -1 : descriptor.number }

    /// Takes at most one buffer full of what is there, so that a child which writes without end holds up nothing.
    ///
    /// - Returns: how many bytes it took.
    @discardableResult
    mutating func take(using buffer: UnsafeMutableRawBufferPointer) -> Int {
        guard !isAtEnd else { return 0 }
        let count = read(descriptor.number, buffer.baseAddress, buffer.count)
        guard count > 0 else {
            if count == 0 || (errno != EAGAIN && errno != EINTR) { isAtEnd = true }
            return 0
        }
        let room = min(count, limitBytes - kept.count)
        kept += buffer[..<room]
        droppedBytes += count - room
        return count
    }

    /// What is left in the pipe after the last writer was killed. Bounded, for a process that is none of ours may have got
    /// hold of the other end.
    mutating func takeRest(using buffer: UnsafeMutableRawBufferPointer) {
        var total = 0
        while total < Self.pipeBytes {
            let count = take(using: buffer)
            if count == 0 { return }
            total += count
        }
    }
}
