/// Where a JSON text is not what the grammar, or the reader of it, asks for.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
    /// One lowercase sentence without a final stop; text of the input in it is bounded and escaped.
    public let message: String
    /// Bytes from the beginning of the text.
    public let offset: Int

    public init(_ message: String, offset: Int) {
        self.message = message
        self.offset = offset
    }

    public var description: String { "\(message) (byte \(offset))" }
}
