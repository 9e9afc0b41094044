internal import Glibc

/// A stream that bytes are written to at once: nothing is lost when the process is killed.
struct Console {
    static let output = Console(descriptor: STDOUT_FILENO)
    static let error = Console(descriptor: STDERR_FILENO)

    private let descriptor: Int32

    private init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    var isTerminal: Bool { isatty(descriptor) == 1 }

    func write(_ text: String) {
        write(Array(text.utf8))
    }

    /// Writes all of it, or ends the program: half a document must not look like a whole one. What is said on the standard
    /// error and reaches nobody is forgotten: there is nobody to be told.
    func write(_ bytes: [UInt8]) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.write(descriptor, buffer.baseAddress?.advanced(by: written), buffer.count - written)
            }
            if count < 0 {
                if errno == EINTR { continue }
                if descriptor == STDERR_FILENO { return }
                exit(Failure.unreachable)
            }
            written += count
        }
    }
}

/// When colour is used.
enum ColourChoice: String, CaseIterable {
    case auto, always, never

    /// Colour only on a terminal, and not where `NO_COLOR` asks for none.
    func isOn(for console: Console) -> Bool {
        switch self {
        case .always: true
        case .never: false
        case .auto: console.isTerminal && !Self.isRefused
        }
    }

    private static var isRefused: Bool {
        guard let value = getenv("NO_COLOR") else { return false }
        return value.pointee != 0
    }
}
