internal import Glibc

/// What is left to read of a descriptor.
enum DescriptorContent {
    private static let bytesAtOnce = 64 << 10

    /// At most one byte more than `limit`, so that whoever asks sees that there is more.
    ///
    /// - Returns: nil where it could not be read to its end; `errno` says why. Half of it is never given.
    static func bytes(of descriptor: Int32, atMost limit: Int) -> [UInt8]? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: min(limit + 1, bytesAtOnce))
        while bytes.count <= limit {
            let count = read(descriptor, &buffer, min(buffer.count, limit + 1 - bytes.count))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            guard count > 0 else { break }
            bytes += buffer.prefix(count)
        }
        return bytes
    }
}
