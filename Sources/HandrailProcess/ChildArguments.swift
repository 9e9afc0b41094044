internal import Glibc
internal import HandrailEngine

/// The two lists of texts that a program is started with, in the form that the kernel takes.
struct ChildArguments: ~Copyable {
    private let arguments: [UnsafeMutablePointer<CChar>?]
    private let environment: [UnsafeMutablePointer<CChar>?]

    /// - Parameter fixed: `PATH`, `LANG` and `HOME`, which the invocation may set otherwise.
    /// - Parameter mark: what it can't.
    init(
        _ invocation: Invocation, fixed: [String: String], mark: (name: String, value: String)
    ) throws(NotStarted) {
        guard !invocation.argv.isEmpty else { throw NotStarted("there is no argv") }
        guard !invocation.argv.contains(where: { $0.utf8.contains(0) }) else {
            throw NotStarted("an argument holds a NUL byte")
        }
        for (name, value) in invocation.environment where !Self.isValid(name, value) {
            throw NotStarted("`\(name)` is no name, or holds no value, for an environment variable")
        }
        var variables = fixed.merging(invocation.environment) { $1 }
        variables[mark.name] = mark.value
        arguments = Self.copies(of: invocation.argv)
        environment = Self.copies(of: variables.map { "\($0.key)=\($0.value)" }.sorted())
    }

    deinit {
        for text in arguments + environment { free(text) }
    }

    /// The pointers are good for as long as `body` runs.
    borrowing func withPointers<Result>(
        _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>, UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
    ) -> Result? {
        arguments.withUnsafeBufferPointer { arguments in
            environment.withUnsafeBufferPointer { environment in
                guard let argv = arguments.baseAddress, let envp = environment.baseAddress else { return nil }
                return body(argv, envp)
            }
        }
    }

    private static func isValid(_ name: String, _ value: String) -> Bool {
        !name.isEmpty && !name.utf8.contains { $0 == 0 || $0 == UInt8(ascii: "=") } && !value.utf8.contains(0)
    }

    private static func copies(of texts: [String]) -> [UnsafeMutablePointer<CChar>?] {
        texts.map { strdup($0) } + [nil]
    }
}

/// Why nothing was started, as one lowercase sentence.
struct NotStarted: Error {
    let reason: String

    init(_ reason: String) {
        self.reason = reason
    }
}
