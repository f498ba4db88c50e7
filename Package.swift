// swift-tools-version: 6.1
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
    name: "bitmind-watch",
    products: [
        .library(name: "BitMind", targets: ["BitMind"]),
        .executable(name: "bitmind-watch", targets: ["bitmind-watch"]),
        .executable(name: "bitmind-simulator", targets: ["bitmind-simulator"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
    ],
    targets: [
        // The C that Swift needs: system libraries, and the calls that the Glibc module hides.
        .systemLibrary(name: "CSystemd", pkgConfig: "libsystemd", providers: [.apt(["libsystemd-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CCrypto", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .target(name: "CLinux"),
        .target(name: "CTOML"),

        // The library product: the API as values, and the client.
        .target(name: "BitMindAPI", swiftSettings: strict),
        .target(name: "BitMind", dependencies: ["BitMindAPI", "CCurl", "CCrypto"], swiftSettings: strict),

        // The service: what decides, what acts, and the kernel below.
        .target(
            name: "LinuxSystem",
            dependencies: [
                "CLinux", "CSystemd", .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: strict),
        .target(
            name: "WatchCore",
            dependencies: ["BitMindAPI", .product(name: "Collections", package: "swift-collections")],
            swiftSettings: strict),
        .target(
            name: "WatchService",
            dependencies: [
                "WatchCore", "BitMind", "LinuxSystem", "CTOML",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "bitmind-watch",
            dependencies: [
                "WatchService", "WatchCore", "BitMind",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),

        // The stand-in for the API.
        .target(
            name: "BitMindSimulator",
            dependencies: [
                "BitMindAPI", "CCrypto",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "bitmind-simulator",
            dependencies: [
                "BitMindSimulator",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),

        // Tests.
        .target(
            name: "TestSupport",
            dependencies: ["BitMindAPI", "CCrypto"], path: "Tests/TestSupport", swiftSettings: strict),
        .testTarget(name: "BitMindAPITests", dependencies: ["BitMindAPI", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "BitMindTests", dependencies: ["BitMind", "BitMindSimulator", "CCrypto", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "BitMindSimulatorTests", dependencies: ["BitMindSimulator", "TestSupport"],
            swiftSettings: strict),
        .testTarget(name: "LinuxSystemTests", dependencies: ["LinuxSystem", "TestSupport"], swiftSettings: strict),
        .testTarget(name: "WatchCoreTests", dependencies: ["WatchCore", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "WatchServiceTests",
            dependencies: ["WatchService", "BitMindSimulator", "TestSupport"], swiftSettings: strict),
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "WatchService", "BitMindSimulator", "TestSupport", "bitmind-watch", "bitmind-simulator",
            ],
            swiftSettings: strict),
    ],
    cxxLanguageStandard: .cxx17
)
