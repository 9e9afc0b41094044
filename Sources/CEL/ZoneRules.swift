import Glibc

/// The rules of a time zone: how far its clocks are ahead of UTC, and when.
public struct ZoneRules: Sendable {
    private static let folder = "/usr/share/zoneinfo/"
    private static let fileLimitBytes = 1 << 20

    static let utc = ZoneRules(table: ZoneTable(fixedOffsetSeconds: 0))

    private let table: ZoneTable

    /// The rules of a zone such as `Europe/Berlin` from the system's zoneinfo; nil if there is none of that name.
    public static func named(_ name: String) -> ZoneRules? {
        if name == "UTC" { return utc }
        guard isPlausible(name), let bytes = contents(ofFile: folder + name) else { return nil }
        return ZoneTable(parsing: bytes).map { ZoneRules(table: $0) }
    }

    /// A named zone, or a fixed offset such as `+02:00`, `-09:30` or `02:00`.
    init?(_ zone: String) {
        if let seconds = Self.fixedOffsetSeconds(zone) {
            self.init(table: ZoneTable(fixedOffsetSeconds: seconds))
        } else if let rules = Self.named(zone) {
            self = rules
        } else {
            return nil
        }
    }

    private init(table: ZoneTable) {
        self.table = table
    }

    /// Seconds east of UTC.
    public func offsetSeconds(atUnixSeconds unixSeconds: Int64) -> Int {
        table.offsetSeconds(at: unixSeconds)
    }

    /// Words of letters, digits and `_+-`, separated by single slashes: nothing that leads out of the folder.
    private static func isPlausible(_ name: String) -> Bool {
        guard name.utf8.count <= 64 else { return false }
        return name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy { word in
            !word.isEmpty
                && word.allSatisfy { Lexer.isNamePart($0) || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }
        }
    }

    private static func contents(ofFile path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 * 1024)
        while bytes.count <= fileLimitBytes {
            let count = read(descriptor, &chunk, chunk.count)
            if count == 0 { return bytes }
            guard count > 0 else { return nil }
            bytes += chunk.prefix(count)
        }
        return nil
    }

    private static func fixedOffsetSeconds(_ text: String) -> Int? {
        var bytes = Array(text.utf8)[...]
        let isNegative = bytes.first == UInt8(ascii: "-")
        if isNegative || bytes.first == UInt8(ascii: "+") { bytes.removeFirst() }
        let parts = bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.count == 2 && $0.allSatisfy(DecimalText.isDigit) }),
            let hours = Int(String(decoding: parts[0], as: UTF8.self)), hours < 24,
            let minutes = Int(String(decoding: parts[1], as: UTF8.self)), minutes < 60
        else { return nil }
        return (isNegative ? -1 : 1) * (hours * 3_600 + minutes * 60)
    }
}
