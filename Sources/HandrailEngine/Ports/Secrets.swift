/// Where secrets come from. Their values go into a child's environment and nowhere else.
public protocol SecretStore: Sendable {
    /// - Throws: where one is missing or may be read by others; the message names it and never its value.
    func values(of names: [String]) throws -> [String: String]
}

/// Takes secrets out of what children print.
public protocol Redacting: Sendable {
    /// - Parameters:
    ///   - secrets: values that the child was given, beside all that are known anyway.
    ///   - isCut: the output may end in the middle of a secret.
    func redact(_ output: [UInt8], secrets: [String], isCut: Bool) -> (text: String, isRedacted: Bool)
}
