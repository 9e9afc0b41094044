internal import ArgumentParser

/// `HOST:PORT`, `:PORT` or `[IPv6]:PORT`.
struct ListenAddress: ExpressibleByArgument {
    let host: String
    let port: Int

    init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    init?(argument: String) {
        guard let colon = argument.lastIndex(of: ":"), let port = UInt16(argument[argument.index(after: colon)...])
        else { return nil }
        var host = String(argument[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        self.init(host: host.utf8.isEmpty ? "0.0.0.0" : host, port: Int(port))
    }

    var defaultValueDescription: String { "\(host):\(port)" }
}

/// `SOURCE=SECRET`.
struct DeliveryKeyArgument: ExpressibleByArgument {
    let source: String
    let secret: String

    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1)
        guard parts.count == 2, Self.isName(String(parts[0])) else { return nil }
        source = String(parts[0])
        secret = String(parts[1])
    }

    static func isName(_ text: String) -> Bool {
        (1...63).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                    UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}
