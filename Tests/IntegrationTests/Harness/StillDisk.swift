import Glibc
import Testing

/// A separate file system on which writes block for now. Needs root.
struct StillDisk {
    private let folder: String

    /// Runs `body` with one that is mounted over the folder.
    static func with(at folder: String, _ body: (StillDisk) async throws -> Void) async throws {
        let image = folder + ".image"
        try await run("/usr/bin/truncate", "-s", "64M", image)
        try await run("/sbin/mkfs.ext4", "-q", image)
        try await run("/bin/mount", "-o", "loop", image, folder)
        let result: Result<Void, any Error>
        do {
            try await run("/sbin/fsfreeze", "--freeze", folder)
            result = .success(try await body(StillDisk(folder: folder)))
        } catch {
            result = .failure(error)
        }
        // Otherwise a process that waits for it could never end.
        _ = try await Program.run("/sbin/fsfreeze", ["--unfreeze", folder])
        umount2(folder, Int32(MNT_DETACH))
        try result.get()
    }

    /// From now on, writes continue.
    func goOn() async throws { try await Self.run("/sbin/fsfreeze", "--unfreeze", folder) }

    private static func run(_ program: String, _ arguments: String...) async throws {
        let ending = try await Program.run(program, arguments)
        try #require(ending.code == 0, "\(program): \(ending.errors)")
    }
}
