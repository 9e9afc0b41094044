/// Why a program is not run.
public enum ExecutableError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Neither an absolute path nor a bare name.
    case relative(String)
    case notFound(String, searchPath: [String])
    case notRegular(path: String)
    case notExecutable(path: String)
    /// The file, or a folder above it, could be changed by somebody who is neither root nor the file's owner.
    case changeable(path: String, by: String)
    /// Somebody has it open for writing.
    case beingWritten(path: String)
    /// Its content is not what the plan was made with.
    case changed(path: String)
    case unreadable(path: String, because: String)

    public var description: String {
        switch self {
        case .relative(let name): "`\(name)` is neither an absolute path nor a name without slashes"
        case .notFound(let name, let path): "no executable `\(name)` in \(path.joined(separator: ":"))"
        case .notRegular(let path): "`\(path)` is not a regular file"
        case .notExecutable(let path): "`\(path)` may not be executed"
        case .changeable(let path, let who): "`\(path)` can be changed by \(who)"
        case .beingWritten(let path): "somebody has `\(path)` open for writing"
        case .changed(let path): "`\(path)` has another content than when the plan was made"
        case .unreadable(let path, let reason): "`\(path)` cannot be opened: \(reason)"
        }
    }
}
