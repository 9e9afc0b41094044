/// A place in a file of the workspace.
public struct FileLocation: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// As the user would type it, relative to the workspace where it lies below it.
    public let file: String
    /// From 1.
    public let line: Int
    /// From 1, in Unicode scalars.
    public let column: Int

    public init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    /// `policies/staging.yaml:4`
    public var description: String { "\(file):\(line)" }

    public static func < (left: FileLocation, right: FileLocation) -> Bool {
        left.file.hasSameBytes(as: right.file)
            ? (left.line, left.column) < (right.line, right.column)
            : left.file.utf8.lexicographicallyPrecedes(right.file.utf8)
    }
}
