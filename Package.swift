// swift-tools-version: 6.1
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

// As Debian builds its programs: relocations are done at the start, and read-only from then on. The toolchain's own
// linker does so everywhere; GNU ld, which Debian 13 has alone, leaves what Swift's sections need writable.
let hardened: [LinkerSetting] = [
    .unsafeFlags(["-use-ld=lld", "-Xlinker", "-z", "-Xlinker", "relro", "-Xlinker", "-z", "-Xlinker", "now"])
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
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0", traits: []),
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
            dependencies: [
                "BitMindAPI",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "HeapModule", package: "swift-collections"),
                .product(name: "OrderedCollections", package: "swift-collections"),
            ],
            swiftSettings: strict),
        .target(
            name: "WatchService",
            dependencies: [
                "WatchCore", "BitMind", "BitMindAPI", "LinuxSystem", "CTOML",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "bitmind-watch",
            dependencies: [
                "WatchService", "WatchCore", "BitMind", "LinuxSystem", "SampleMedia",
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict, linkerSettings: hardened),

        // Small genuine files of every format, for the demo and the tests.
        .target(name: "SampleMedia", dependencies: ["BitMindAPI"], swiftSettings: strict),

        // The stand-in for the API.
        .target(
            name: "BitMindSimulator",
            dependencies: [
                "BitMindAPI", "CCrypto", "SampleMedia",
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
            swiftSettings: strict, linkerSettings: hardened),

        // Tests.
        .target(name: "CTestSupport", path: "Tests/CTestSupport"),
        .target(
            name: "TestSupport",
            dependencies: [
                "BitMindAPI", "CCrypto", "LinuxSystem", "SampleMedia",
                .product(name: "SystemPackage", package: "swift-system"),
            ], path: "Tests/TestSupport",
            swiftSettings: strict),
        .testTarget(
            name: "BitMindAPITests", dependencies: ["BitMindAPI", "SampleMedia", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "BitMindTests",
            dependencies: ["BitMind", "BitMindSimulator", "CCrypto", "CCurl", "CTestSupport", "TestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "BitMindSimulatorTests",
            dependencies: [
                "BitMindSimulator", "CTestSupport", "SampleMedia", "TestSupport", "bitmind-simulator",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "LinuxSystemTests",
            dependencies: [
                "LinuxSystem", "TestSupport", .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "WatchCoreTests", dependencies: ["WatchCore", "TestSupport", "SampleMedia"],
            swiftSettings: strict),
        .testTarget(
            name: "WatchServiceTests",
            dependencies: ["WatchService", "BitMind", "BitMindSimulator", "TestSupport", "SampleMedia"],
            swiftSettings: strict),
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "WatchCore", "WatchService", "BitMindSimulator", "TestSupport", "SampleMedia",
                "bitmind-watch", "bitmind-simulator",
                .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            swiftSettings: strict),
        // Runs the program, and kills it or fails its calls at any system call.
        .target(name: "CCallTracer", path: "Tests/CCallTracer"),
        .testTarget(
            name: "DisasterTests",
            dependencies: [
                "BitMindAPI", "CCallTracer", "LinuxSystem", "BitMindSimulator", "TestSupport", "SampleMedia",
                "bitmind-watch", .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: strict),
        // The service as it is installed, on a real systemd with a journal of its own.
        .testTarget(
            name: "SystemdTests",
            dependencies: [
                "TestSupport", "SampleMedia", "WatchCore", "BitMindAPI", "BitMindSimulator", "bitmind-watch",
                "bitmind-simulator",
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            exclude: ["systemd-box.sh", "alerts.test.yml"],
            swiftSettings: strict),
    ],
    cxxLanguageStandard: .cxx17
)
