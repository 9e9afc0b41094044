/// What each module may import. A module exists to forbid an import, so a new entry is an architecture change.
enum Fences {
    static let allowed: [String: Set<String>] = [
        "CEL": ["CRE2", "Glibc"],
        "HandrailCore": ["CEL"],
        "HandrailFormats": ["HandrailCore", "CEL", "CYAML", "Glibc"],
        "HandrailEngine": ["HandrailCore", "Synchronization"],
        "HandrailSigning": ["HandrailCore", "Crypto"],
        "HandrailProcess": ["HandrailEngine", "HandrailCore", "CSpawn", "Crypto", "Glibc", "Synchronization"],
        "HandrailSQLite": [
            "HandrailEngine", "HandrailCore", "CZlib", "Dispatch", "GRDB", "GRDBSQLite", "Crypto", "Synchronization",
            "Glibc",
        ],
        "HandrailHTTP": [
            "HandrailEngine", "HandrailFormats", "HandrailCore", "HandrailSigning", "AsyncHTTPClient", "NIOCore",
            "NIOHTTP1", "NIOPosix", "Glibc",
        ],
        "HandrailServer": [
            "HandrailEngine", "HandrailFormats", "HandrailCore", "HandrailSigning", "Hummingbird", "HummingbirdCore",
            "HTTPTypes", "Logging", "NIOCore", "NIOHTTPTypes", "ServiceLifecycle", "Crypto", "Synchronization",
        ],
        "handrail": [
            "CEL", "HandrailCore", "HandrailFormats", "HandrailEngine", "HandrailProcess",
            "HandrailSQLite", "HandrailHTTP", "HandrailServer", "HandrailSigning", "ServiceLifecycle", "UnixSignals",
            "Logging",
            "Synchronization",
            "ArgumentParser", "Crypto", "Dispatch", "Glibc",
        ],
    ]

    /// What is not an adapter: the modules that adapters stand on.
    private static let foundations: Set<String> = [
        "HandrailCore", "HandrailFormats", "HandrailEngine", "HandrailSigning",
    ]

    /// Modules at the edge: they may meet in `handrail` only.
    static func isAdapter(_ module: String) -> Bool {
        module.hasPrefix("Handrail") && !foundations.contains(module)
    }

    /// What the table itself must not allow, whoever edits it.
    static func problems(of fences: [String: Set<String>]) -> [String] {
        fences.keys.sorted().flatMap { module in
            fences[module, default: []].sorted().compactMap { problem(module, importing: $0) }
        }
    }

    private static func problem(_ module: String, importing other: String) -> String? {
        if isAdapter(module) && isAdapter(other) { return "adapter `\(module)` may import adapter `\(other)`" }
        if module != "handrail" && foundations.contains(module) && isAdapter(other) {
            return "`\(module)` may import `\(other)`, which stands on it"
        }
        if other == "CYAML" && module != "HandrailFormats" { return "`\(module)` may import `CYAML`" }
        if other == "CSpawn" && module != "HandrailProcess" { return "`\(module)` may import `CSpawn`" }
        if other == "Foundation" { return "`\(module)` may import `Foundation`" }
        if other == "handrail" { return "`\(module)` may import `handrail`" }
        return nil
    }
}
