// swift-tools-version: 6.1
import PackageDescription

// A package of its own: it needs nothing of the service's but the built programs, and the library's users
// nothing of it.
let package = Package(
    name: "benchmarks",
    targets: [
        .executableTarget(name: "benchmarks"),
        .executableTarget(name: "filing-loop", path: "Yardsticks/filing-loop"),
        .executableTarget(name: "link-emulator"),
    ]
)
