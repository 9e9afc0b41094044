// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "handrail-bench",
    dependencies: [
        .package(name: "handrail", path: "..")
    ],
    targets: [
        .executableTarget(
            name: "handrail-bench",
            dependencies: [
                .product(name: "CEL", package: "handrail"),
                .product(name: "HandrailKit", package: "handrail"),
                .product(name: "HandrailSQLite", package: "handrail"),
                .product(name: "HandrailProcess", package: "handrail"),
            ],
            swiftSettings: [
                .swiftLanguageMode(.v6),
                .enableUpcomingFeature("ExistentialAny"),
                .enableUpcomingFeature("MemberImportVisibility"),
                .enableUpcomingFeature("InternalImportsByDefault"),
                .treatAllWarnings(as: .error),
            ]
        )
    ]
)
