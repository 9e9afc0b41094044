internal import HandrailCore

/// Reads the YAML documents of a file into trees with places.
///
/// A subset of YAML on purpose: what cannot be told from reading the text, such as aliases, tags and keys that come
/// twice, is refused. A document that cannot be read costs the file no other document.
public struct YAMLReader {
    public static let maximumBytes = 1 << 20
    public static let maximumDepth = 32
    public static let maximumDocuments = 1000

    private let source: SourceText
    private let findings: FindingList

    private init(_ source: SourceText, _ findings: FindingList) {
        self.source = source
        self.findings = findings
    }

    /// The documents that could be read, in order, and everything that is wrong with the others.
    public static func read(_ source: SourceText) -> (documents: [YAMLNode], findings: [Finding]) {
        let findings = FindingList()
        let documents = read(source, into: findings)
        return (documents, findings.sorted)
    }

    static func read(_ source: SourceText, into findings: FindingList) -> [YAMLNode] {
        YAMLReader(source, findings).documents()
    }

    private func documents() -> [YAMLNode] {
        guard source.bytes.count <= Self.maximumBytes else {
            findings.add(
                Finding(code: "file-too-large", message: "the file is larger than 1 MiB", file: source.path))
            findings.markIncomplete()
            return []
        }
        let faults = source.faults()
        guard faults.isEmpty else {
            findings.markIncomplete()
            for fault in faults {
                findings.error(fault.code, fault.message, at: SourceSpan(source: source, range: fault.range))
            }
            return []
        }
        let chunks = chunks()
        if chunks.count > Self.maximumDocuments {
            findings.markIncomplete()
            findings.error(
                "too-many-documents", "a file holds at most \(Self.maximumDocuments) documents",
                at: SourceSpan(source: source, range: chunks[Self.maximumDocuments]))
        }
        return chunks.prefix(Self.maximumDocuments).flatMap { documents(in: $0) }
    }

    /// The file, cut before every line that begins with `---`: nothing but a document can begin there.
    ///
    /// Each piece gets a parser of its own, so that a mistake in one document does not hide the others.
    private func chunks() -> [Range<Int>] {
        var chunks: [Range<Int>] = []
        var start = 0
        for line in 0..<source.lineCount {
            let bytes = source.bytes[source.line(line)]
            guard bytes.starts(with: [0x2D, 0x2D, 0x2D]), bytes.count == 3 || bytes.dropFirst(3).first.isBlank
            else { continue }
            if source.lineStart(line) > start { chunks.append(start..<source.lineStart(line)) }
            start = source.lineStart(line)
        }
        chunks.append(start..<source.bytes.count)
        return chunks
    }

    private func documents(in chunk: Range<Int>) -> [YAMLNode] {
        source.bytes[chunk].withUnsafeBufferPointer { bytes in
            guard var builder = YAMLTreeBuilder(bytes, at: chunk.lowerBound, of: source, findings) else {
                findings.error("no-memory", "there is no memory left", at: SourceSpan(source: source, range: chunk))
                return []
            }
            return builder.documents()
        }
    }
}

extension UInt8? {
    fileprivate var isBlank: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") }
}
