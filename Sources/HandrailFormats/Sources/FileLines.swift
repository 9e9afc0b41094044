internal import Glibc

/// The lines of a file or pipe, of which never more than one, and a piece of the next, is in memory.
struct FileLines: ~Copyable {
    enum Line {
        /// Without its newline; usable until the next line is asked for.
        case bytes(UnsafeBufferPointer<UInt8>)
        /// It was longer than allowed, and has been passed over.
        case tooLong
    }

    private static let chunkBytes = 256 << 10

    private let path: String
    private let descriptor: Int32
    private let maximumLineBytes: Int
    private var buffer: UnsafeMutablePointer<UInt8>
    private var capacity = FileLines.chunkBytes
    /// The bytes of the buffer that are not yet handed out, and how far of them there is no newline.
    private var unread = 0..<0
    private var searched = 0
    private var isPassingOver = false
    private var isAtEnd = false
    private(set) var bytesRead = 0
    /// The size of the file when it was opened; nil for what is not a file.
    let totalBytes: Int?

    /// - Parameter path: `-` is the standard input.
    init(path: String, maximumLineBytes: Int) throws(RecordingError) {
        let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.error("open", path) }
        var status = stat()
        if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            close(descriptor)
            throw RecordingError(message: "could not read `\(EscapedExcerpt.of(path, limit: 200))`: it is a directory")
        }
        totalBytes = status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil
        self.path = path
        self.descriptor = descriptor
        self.maximumLineBytes = maximumLineBytes
        buffer = .allocate(capacity: capacity)
    }

    deinit {
        buffer.deallocate()
        if descriptor != STDIN_FILENO { close(descriptor) }
    }

    mutating func next() throws(RecordingError) -> Line? {
        while true {
            if let newline = memchr(buffer + searched, Int32(ASCII.newline), unread.upperBound - searched) {
                let end = newline.assumingMemoryBound(to: UInt8.self) - buffer
                return takeLine(upTo: end, andSkipping: 1)
            }
            searched = unread.upperBound
            if unread.count > maximumLineBytes { isPassingOver = true }
            if isPassingOver { unread = searched..<searched }
            if isAtEnd {
                return unread.isEmpty && !isPassingOver ? nil : takeLine(upTo: unread.upperBound, andSkipping: 0)
            }
            try readChunk()
        }
    }

    private mutating func takeLine(upTo end: Int, andSkipping newline: Int) -> Line {
        let line = UnsafeBufferPointer(start: buffer + unread.lowerBound, count: end - unread.lowerBound)
        searched = end + newline
        unread = searched..<unread.upperBound
        let isTooLong = isPassingOver || line.count > maximumLineBytes
        isPassingOver = false
        return isTooLong ? .tooLong : .bytes(line)
    }

    private mutating func readChunk() throws(RecordingError) {
        makeRoom()
        while true {
            let count = read(descriptor, buffer + unread.upperBound, capacity - unread.upperBound)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Self.error("read", path) }
            isAtEnd = count == 0
            unread = unread.lowerBound..<unread.upperBound + count
            bytesRead += count
            return
        }
    }

    /// Moves what is unread to the front, and doubles a buffer that it fills.
    private mutating func makeRoom() {
        let count = unread.count
        if count == capacity {
            let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity * 2)
            larger.update(from: buffer + unread.lowerBound, count: count)
            buffer.deallocate()
            buffer = larger
            capacity *= 2
        } else if unread.lowerBound > 0 {
            memmove(buffer, buffer + unread.lowerBound, count)
        }
        searched -= unread.lowerBound
        unread = 0..<count
    }

    private static func error(_ verb: String, _ path: String) -> RecordingError {
        let reason = String(cString: strerror(errno))
        let place = path == "-" ? "the standard input" : "`\(EscapedExcerpt.of(path, limit: 200))`"
        let sentence = reason.prefix(1).lowercased() + reason.dropFirst()
        return RecordingError(message: "could not \(verb) \(place): \(sentence)")
    }
}
