package import BitMindAPI

/// The files of an inbox that are put off, because they cannot proceed for now and are many. Only their
/// number, their folders and the reason are kept. A folder is scanned again when its files can proceed, or at
/// the time of the next look.
package struct DeferredFiles: Sendable {
    package typealias Instant = ContinuousClock.Instant

    /// Why files cannot proceed for now.
    package enum Reason: String, Sendable, Hashable, CaseIterable, Codable {
        /// Their kind has no permission, or its endpoint fails.
        case image, video
        /// They cannot be read, or cannot be moved.
        case held
        /// They look cut short, or are being written.
        case unfinished

        package init(_ kind: MediaKind) { self = kind == .image ? .image : .video }
    }

    private struct Folders: Sendable {
        var files: [RelativePath: Int] = [:]
        /// The time of the next look; nil for files of a kind that cannot be sent, which wait for a change of
        /// the kinds.
        var due: Instant?
        var delay: Duration?
    }

    private var folders: [Reason: Folders] = [:]
    /// The number of files, as far as known.
    package private(set) var count = 0

    /// The wait before the next look: the first one, and the longest one.
    package static let delays: ClosedRange<Duration> = .seconds(30)...(.seconds(600))

    package init() {}

    /// The earliest time of a next look; nil if there is none.
    package var next: Instant? { folders.values.compactMap(\.due).min() }

    /// A file is put off.
    package mutating func add(_ reason: Reason, in folder: RelativePath, at now: Instant) {
        count += 1
        folders[reason, default: Folders()].files[folder, default: 0] += 1
        guard folders[reason]?.due == nil, reason == .held || reason == .unfinished else { return }
        let delay = folders[reason]?.delay ?? Self.delays.lowerBound
        folders[reason]?.due = now + delay
        folders[reason]?.delay = min(delay * 2, Self.delays.upperBound)
    }

    /// Takes all files of a reason.
    /// - Returns: their folders, each with its number of files.
    package mutating func take(_ reason: Reason) -> [RelativePath: Int] {
        guard let all = folders[reason] else { return [:] }
        // Files that are put off again at once wait longer.
        folders[reason] = Folders(delay: all.delay)
        count -= all.files.values.reduce(0, +)
        return all.files
    }

    /// Takes the files whose next look is due.
    package mutating func takeDue(at now: Instant) -> [RelativePath: Int] {
        var due: [RelativePath: Int] = [:]
        for (reason, all) in folders where all.due.map({ $0 <= now }) == true {
            due.merge(take(reason), uniquingKeysWith: +)
        }
        return due
    }

    /// Takes the held files of folders whose permissions have changed.
    package mutating func takeHeld(inside changed: Set<RelativePath>) -> [RelativePath: Int] {
        let taken = folders[.held]?.files.filter { changed.contains(anyAbove: $0.key) }
        for (folder, files) in taken ?? [:] {
            folders[.held]?.files[folder] = nil
            count -= files
        }
        return taken ?? [:]
    }

    /// Takes the files of a folder, which is scanned from its beginning.
    /// - Returns: the number of files.
    package mutating func take(in folder: RelativePath) -> Int {
        count == 0 ? 0 : take { $0 == folder }
    }

    /// Removes the files of a folder that no longer exists, and of all folders below it.
    package mutating func forget(inside folder: RelativePath) { _ = take { $0.isInside(folder) } }

    private mutating func take(where isTaken: (RelativePath) -> Bool) -> Int {
        var taken = 0
        for (reason, all) in folders {
            for (folder, files) in all.files where isTaken(folder) {
                folders[reason]?.files[folder] = nil
                taken += files
            }
        }
        count -= taken
        return taken
    }

    /// Takes one file, which is looked at again.
    package mutating func takeOne(_ reason: Reason, in folder: RelativePath) {
        guard let files = folders[reason]?.files[folder] else { return }
        folders[reason]?.files[folder] = files > 1 ? files - 1 : nil
        count -= 1
    }

    /// The number of files put off in a folder, by reason.
    package func reasons(in folder: RelativePath) -> [Reason: Int] {
        folders.compactMapValues { $0.files[folder] }
    }

    /// All folders with files put off, and the most frequent reason in each.
    package var byFolder: [RelativePath: Reason] {
        var most: [RelativePath: (reason: Reason, files: Int)] = [:]
        for (reason, all) in folders {
            for (folder, files) in all.files where files > most[folder]?.files ?? 0 {
                most[folder] = (reason, files)
            }
        }
        return most.mapValues(\.reason)
    }

    /// Removes all files. A new scan finds them again.
    package mutating func removeAll() {
        folders = [:]
        count = 0
    }
}
