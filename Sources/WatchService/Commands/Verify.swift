package import LinuxSystem
import Synchronization
import SystemPackage
package import WatchCore

/// Compares filed media with their sidecars.
///
/// The service may be filing at the same time, and a sidecar appears before its media. Each problem is
/// therefore checked again after a moment, and reported only if it persists.
package struct Verify: Sendable {
    private let destinations: [String]
    private let threads: BlockingThreads
    private let pause: @Sendable () async throws -> Void

    /// The number of files read at once.
    private static let width = 4

    /// - Parameters:
    ///   - configuration: its destinations are verified.
    ///   - pause: waits between the two checks.
    /// - Throws: if no threads can be started.
    package init(
        _ configuration: Configuration,
        pause: @escaping @Sendable () async throws -> Void = { try await Task.sleep(for: .seconds(3)) }
    ) throws(SystemCallError) {
        destinations = Set(configuration.watches.flatMap { $0.folders.map(\.path) }).sorted()
        threads = try BlockingThreads("verify", count: Self.width)
        self.pause = pause
    }

    /// What was checked, and what is wrong.
    package struct Report: Sendable {
        /// The number of files, without their sidecars.
        package let files: Int
        /// Sorted by path.
        package let findings: [VerifyFinding]
        /// Working folders that this user may not read, so that unfinished filings there are unknown.
        package let hiddenWork: [String]
    }

    /// The filed file, or the folder of filed files, at a path.
    /// - Parameter path: absolute, without `.` and `..`. The path of a sidecar means its media.
    /// - Returns: nil if no destination contains it.
    package func file(at path: String) -> FiledFile? {
        for folder in destinations {
            if path == folder { return FiledFile(destination: folder, path: .root) }
            if let below = path.below(folder) { return FiledFile(destination: folder, path: below) }
        }
        return nil
    }

    /// Verifies everything in all destinations.
    /// - Throws: the errors of `pause`; `CancellationError` if there is none.
    package func all() async throws -> Report {
        try await verify(destinations.map { FiledFile(destination: $0, path: .root) })
    }

    /// Verifies these files, and everything in these folders.
    /// - Throws: the errors of `pause`; `CancellationError` if there is none.
    package func verify(_ chosen: [FiledFile]) async throws -> Report {
        let inventory = await threads.run {
            var inventory = VerifyInventory()
            for file in chosen { inventory.add(file) }
            return inventory
        }
        let suspects = await findings(among: inventory.files) { file in Self.look(at: file) }
        var findings = inventory.findings
        if !suspects.isEmpty || !inventory.work.isEmpty {
            try await pause()
            findings += await self.findings(among: suspects.map(\.file)) { file in Self.look(at: file) }
            findings += await self.findings(among: inventory.work) { work in work.lookAgain() }
        }
        findings.sort { $0.file.shown < $1.file.shown }
        return Report(
            files: inventory.files.count, findings: findings, hiddenWork: inventory.hiddenWork)
    }

    /// The findings of `look`, which is called for several items at once.
    private func findings<Item: Sendable>(
        among items: [Item], _ look: @escaping @Sendable (Item) -> VerifyFinding?
    ) async -> [VerifyFinding] {
        let next = NextIndex()
        return await withTaskGroup(of: [VerifyFinding].self) { group in
            for _ in 0..<Self.width {
                group.addTask {
                    await threads.run {
                        var findings: [VerifyFinding] = []
                        while let index = next.take(below: items.count) {
                            if let finding = look(items[index]) { findings.append(finding) }
                        }
                        return findings
                    }
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
    }
}

/// Gives out numbers, each once.
private final class NextIndex: Sendable {
    private let next = Mutex(0)

    /// The next number from 0 on; nil at the limit.
    func take(below limit: Int) -> Int? {
        next.withLock { next in
            guard next < limit else { return nil }
            defer { next += 1 }
            return next
        }
    }
}
