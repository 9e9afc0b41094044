/// Where secrets come from. Their values go into a child's environment and nowhere else.
public protocol SecretStore: Sendable {
    /// - Throws: where one is missing or may be read by others; the message names it and never its value.
    func values(of names: [String]) throws -> [String: String]
}

/// Takes secrets out of what children print.
public protocol Redacting: Sendable {
    /// - Parameter secrets: values that the child was given, beside all that are known anyway.
    func redact(_ output: [UInt8], secrets: [String]) -> (text: String, isRedacted: Bool)
}
