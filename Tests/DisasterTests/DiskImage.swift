import Glibc
import LinuxSystem
import Subprocess
import TestSupport
import Testing

/// A separate file system in a file, which can lose its power. It then contains what the kernel had written
/// to the device by that instant, and nothing that was in memory only.
final class DiskImage: Sendable {
    enum Format: String, CaseIterable, Sendable {
        case ext4, xfs, btrfs

        /// Those that can be made and mounted here.
        static let possible = allCases.filter(\.isPossible)

        /// Those that can't, by name.
        static var impossible: String {
            allCases.filter { !$0.isPossible }.map(\.rawValue).joined(separator: ", ")
        }

        private var isPossible: Bool {
            let makers = ["/usr/sbin", "/sbin"].map { "\($0)/\(maker[0])" }
            do throws(SystemCallError) {
                let known = try DirectoryHandle.open(path: "/proc").openFile(Array("filesystems".utf8))
                let names = String(decoding: try known.bytes(at: 0, count: 65_536), as: UTF8.self)
                    .split(whereSeparator: \.isWhitespace)
                return names.contains { $0 == rawValue } && makers.contains { access($0, X_OK) == 0 }
            } catch {
                return false
            }
        }

        /// About the smallest possible size, because the image is copied.
        fileprivate var megabytes: Int {
            switch self {
            case .ext4: 16
            case .xfs: 300
            case .btrfs: 128
            }
        }

        /// Nothing is written out just because it was some time in memory.
        fileprivate var options: String {
            switch self {
            case .ext4, .btrfs: "loop,commit=300"
            // What made a copy of all mounts, as a container does, has the one before the cut still.
            case .xfs: "loop,nouuid"
            }
        }

        fileprivate var maker: [String] {
            switch self {
            case .ext4: ["mkfs.ext4", "-q", "-F"]
            case .xfs: ["mkfs.xfs", "-q"]
            case .btrfs: ["mkfs.btrfs", "-q"]
            }
        }
    }

    /// The folder that it is mounted over.
    let scratch: DisasterScratch
    private let format: Format
    private let files: DisasterScratch

    private var image: String { files.path + "/image" }

    init(_ format: Format) async throws {
        self.format = format
        scratch = try DisasterScratch()
        files = try DisasterScratch(named: "bitmind-image")
        _ = try DirectoryHandle.open(path: files.path).createFile(Array("image".utf8), mode: 0o600)
        try #require(truncate(image, format.megabytes << 20) == 0)
        try await Self.run(format.maker + [image])
        try await mount()
    }

    deinit { umount2(scratch.path, Int32(MNT_DETACH)) }

    private func mount() async throws {
        let line = ["mount", "-o", format.options, image, scratch.path]
        // Another program may have taken the free loop device that "mount" had found, or may be giving it back. What
        // an image itself is to blame for fails each time.
        for _ in 0..<5 where try await Self.end(of: line).succeeds { return }
        try await Self.run(line)
    }

    /// Makes its current content survive a loss of power.
    func flush() throws(SystemCallError) {
        try DirectoryHandle.open(path: scratch.path).flushFileSystem()
    }

    /// Makes it lose its power, and come back. No process may be using it.
    func losePower() async throws {
        let crashed = files.path + "/crashed"
        // Writes that the kernel has begun continue for a moment. The instant is when no more data changes.
        repeat {
            try await Self.run(["cp", "--sparse=always", image, crashed])
        } while try await !Self.succeeds(["cmp", "-s", image, crashed])
        try #require(umount2(scratch.path, 0) == 0, "still in use: errno \(errno)")
        try #require(rename(crashed, image) == 0)
        try await mount()
    }

    private static func run(_ line: [String]) async throws {
        let ending = try await end(of: line)
        try #require(ending.succeeds, "\(line) failed: \(ending.errors)")
    }

    private static func succeeds(_ line: [String]) async throws -> Bool {
        try await end(of: line).succeeds
    }

    private static func end(of line: [String]) async throws -> (succeeds: Bool, errors: String) {
        let ending = try await Subprocess.run(
            .name(line[0]), arguments: Arguments(Array(line.dropFirst())), input: .none, output: .discarded,
            error: .string(limit: 10_000))
        return (ending.terminationStatus.isSuccess, ending.standardError)
    }
}
