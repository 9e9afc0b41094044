internal import CSpawn
internal import Glibc

/// A file descriptor that is closed when nobody holds it any more.
///
/// Above 3 where it may be handed to a child: the numbers below are where a child finds its own.
struct Descriptor: ~Copyable {
    let number: Int32

    /// Takes over what a system call answered.
    init(_ answer: Int32, of operation: String) throws(SystemError) {
        guard answer >= 0 else { throw SystemError(operation) }
        guard answer <= 3 else {
            number = answer
            return
        }
        // Only where the engine was itself started with its standard streams closed.
        let raised = fcntl(answer, F_DUPFD_CLOEXEC, 4)
        let problem = SystemError("fcntl")
        close(answer)
        guard raised >= 0 else { throw problem }
        number = raised
    }

    /// Takes over one that stays here, whatever its number.
    init(keeping number: Int32) {
        self.number = number
    }

    deinit {
        close(number)
    }

    static func open(_ path: String, _ flags: Int32) throws(SystemError) -> Descriptor {
        try Descriptor(Glibc.open(path, flags | O_CLOEXEC), of: "open")
    }

    /// A pipe whose end for reading does not block.
    static func pipe() throws(SystemError) -> Pipe {
        var ends: [Int32] = [-1, -1]
        guard cspawn_pipe(&ends) == 0 else { throw SystemError("pipe") }
        let reading = try Descriptor(ends[0], of: "pipe")
        let writing = try Descriptor(ends[1], of: "pipe")
        return Pipe(reading: reading, writing: writing)
    }

    struct Pipe: ~Copyable {
        let reading: Descriptor
        let writing: Descriptor
    }
}

/// A system call that failed.
struct SystemError: Error, Hashable, CustomStringConvertible {
    let operation: String
    let code: Int32

    /// Made at once after the call, before anything else can set `errno`.
    init(_ operation: String, code: Int32 = errno) {
        self.operation = operation
        self.code = code
    }

    var description: String { "\(operation): \(Self.text(of: code))" }

    /// As the C library words it, such as `No such file or directory`.
    static func text(of code: Int32) -> String { strerror(code).map { String(cString: $0) } ?? "error \(code)" }
}
