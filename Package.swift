// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "handrail",
    products: [
        .executable(name: "handrail", targets: ["handrail"]),
        .library(name: "CEL", targets: ["CEL"]),
        .library(name: "HandrailKit", targets: ["HandrailCore", "HandrailFormats", "HandrailEngine"]),
        .library(name: "HandrailProcess", targets: ["HandrailProcess"]),
        .library(name: "HandrailSQLite", targets: ["HandrailSQLite"]),
        .library(name: "HandrailHTTP", targets: ["HandrailHTTP"]),
        .library(name: "HandrailServer", targets: ["HandrailServer"]),
        // Preloaded into the program by the crash harness; not shipped.
        .library(name: "KillPoints", type: .dynamic, targets: ["KillPoints"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.80.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.26.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0", traits: []),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.14.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.34.1"),
    ],
    targets: [
        // A C face of the system's RE2, so that no Swift target needs C++ interoperability.
        .target(
            name: "CRE2",
            linkerSettings: [.linkedLibrary("re2")]
        ),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "CEL", dependencies: ["CRE2"], swiftSettings: strict),
        .target(name: "HandrailCore", dependencies: ["CEL"], swiftSettings: strict),
        .target(name: "HandrailFormats", dependencies: ["HandrailCore", "CEL", "CYAML"], swiftSettings: strict),
        .target(name: "HandrailEngine", dependencies: ["HandrailCore"], swiftSettings: strict),
        // What a message is signed with, on its way out and in.
        .target(
            name: "HandrailSigning",
            dependencies: ["HandrailCore", .product(name: "Crypto", package: "swift-crypto")], swiftSettings: strict),
        // What has to be done between fork and exec, where Swift may not run.
        .target(name: "CSpawn"),
        .target(
            name: "HandrailProcess",
            dependencies: [
                "CSpawn", "HandrailEngine", "HandrailCore",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: strict),
        .target(
            name: "HandrailSQLite",
            dependencies: [
                "CZlib", "HandrailEngine", "HandrailCore",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: strict),
        .target(
            name: "HandrailHTTP",
            dependencies: [
                "HandrailEngine", "HandrailFormats", "HandrailCore", "HandrailSigning",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: strict),
        .target(
            name: "HandrailServer",
            dependencies: [
                "HandrailEngine", "HandrailFormats", "HandrailCore", "HandrailSigning",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "handrail",
            dependencies: [
                "CEL", "HandrailCore", "HandrailFormats", "HandrailEngine", "HandrailProcess",
                "HandrailSQLite", "HandrailHTTP", "HandrailServer", "HandrailSigning",
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: strict
        ),
        // The runner of the CEL specification's cases, for the tests and for `make cel-conformance`. Not shipped.
        .target(name: "CELVectors", dependencies: ["CEL"], path: "Tests/CELVectors", swiftSettings: strict),
        .executableTarget(
            name: "cel-conformance", dependencies: ["CELVectors"], path: "Tests/cel-conformance", swiftSettings: strict),
        .testTarget(name: "CELTests", dependencies: ["CEL", "CELVectors"], swiftSettings: strict),
        .testTarget(name: "HandrailCoreTests", dependencies: ["HandrailCore", "CEL"], swiftSettings: strict),
        .testTarget(
            name: "HandrailFormatsTests", dependencies: ["HandrailFormats", "HandrailCore", "CEL"],
            exclude: ["Journal/Golden"], swiftSettings: strict),
        // Programs that misbehave on purpose, for the tests of HandrailProcess.
        .executableTarget(name: "process-test-child", path: "Tests/ProcessTestChild"),
        .testTarget(
            name: "HandrailProcessTests",
            dependencies: ["HandrailProcess", "HandrailEngine", "HandrailCore", "process-test-child"],
            swiftSettings: strict),
        .testTarget(
            name: "HandrailSQLiteTests",
            dependencies: [
                "HandrailSQLite", "HandrailEngine", "HandrailCore", .product(name: "GRDB", package: "GRDB.swift"),
            ],
            exclude: ["Golden"], swiftSettings: strict),
        .testTarget(
            name: "HandrailHTTPTests",
            dependencies: [
                "HandrailHTTP", "HandrailEngine", "HandrailFormats", "HandrailCore", "HandrailSigning",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "HandrailServerTests",
            dependencies: [
                "HandrailServer", "HandrailEngine", "HandrailFormats", "HandrailCore", "HandrailSigning",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "CEL", "HandrailCore", "HandrailFormats", "HandrailEngine", "HandrailSQLite", "HandrailServer",
                "HandrailSigning", "handrail",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),
        // The real director among everything that can go wrong outside it; see "Simulation" in ARCHITECTURE.md.
        .target(
            name: "Simulation", dependencies: ["HandrailEngine", "HandrailFormats", "HandrailCore", "CEL"],
            path: "Tests/Simulation", swiftSettings: strict),
        .executableTarget(
            name: "handrail-simulate", dependencies: ["Simulation"], path: "Tests/SimulateCommand",
            swiftSettings: strict),
        .testTarget(
            name: "SimulationTests",
            dependencies: ["Simulation", "HandrailEngine", "HandrailFormats", "HandrailCore"], swiftSettings: strict),
        // Kills the built program wherever it writes, starts or waits; for `make crash` and a sample in the tests. Not shipped.
        .target(name: "KillPoints", path: "Tests/KillPoints"),
        .target(name: "CrashHarness", path: "Tests/CrashHarness", swiftSettings: strict),
        .executableTarget(
            name: "crash-harness", dependencies: ["CrashHarness"], path: "Tests/crash-harness", swiftSettings: strict),
        .testTarget(
            name: "CrashTests", dependencies: ["CrashHarness", "KillPoints", "handrail"], swiftSettings: strict),
        .testTarget(name: "ArchitectureTests", swiftSettings: strict),
    ],
    cxxLanguageStandard: .cxx17
)
