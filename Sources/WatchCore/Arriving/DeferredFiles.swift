package import BitMindAPI

/// The files of an inbox that are not in hand, for they can't go for now and there are many of them: how many, in
/// which folders, and why. A folder is read on when its files may go, or when it is time to look again.
package struct DeferredFiles: Sendable {
    package typealias Instant = ContinuousClock.Instant

    /// Why files can't go for now.
    package enum Reason: String, Sendable, Hashable, CaseIterable, Codable {
        /// Their kind has no permission, or its endpoint fails.
        case image, video
        /// They can't be read, or not be moved.
        case held
        /// They look cut short, or are being written.
        case unfinished

        package init(_ kind: MediaKind) { self = kind == .image ? .image : .video }
    }

    private struct Folders: Sendable {
        var files: [RelativePath: Int] = [:]
        /// When to look again; nil for files of a kind that can't go: they are told when it can.
        var due: Instant?
        var delay: Duration?
    }

    private var folders: [Reason: Folders] = [:]
    /// How many files there are, as far as known.
    package private(set) var count = 0

    /// How long to wait before they are looked at again: at first, and at the longest.
    package static let delays: ClosedRange<Duration> = .seconds(30)...(.seconds(600))

    package init() {}

    /// The first time at which to look at some again; nil where there is none.
    package var next: Instant? { folders.values.compactMap(\.due).min() }

    /// A file is not in hand any more.
    package mutating func add(_ reason: Reason, in folder: RelativePath, at now: Instant) {
        count += 1
        folders[reason, default: Folders()].files[folder, default: 0] += 1
        guard folders[reason]?.due == nil, reason == .held || reason == .unfinished else { return }
        let delay = folders[reason]?.delay ?? Self.delays.lowerBound
        folders[reason]?.due = now + delay
        folders[reason]?.delay = min(delay * 2, Self.delays.upperBound)
    }

    /// Takes all files of a reason: their folders, each with how many it has.
    package mutating func take(_ reason: Reason) -> [RelativePath: Int] {
        guard let all = folders[reason] else { return [:] }
        // What comes again at once waits for longer.
        folders[reason] = Folders(delay: all.delay)
        count -= all.files.values.reduce(0, +)
        return all.files
    }

    /// Takes the files that are to be looked at again.
    package mutating func takeDue(at now: Instant) -> [RelativePath: Int] {
        var due: [RelativePath: Int] = [:]
        for (reason, all) in folders where all.due.map({ $0 <= now }) == true {
            due.merge(take(reason), uniquingKeysWith: +)
        }
        return due
    }

    /// Takes the files of folders whose permissions have changed.
    package mutating func takeHeld(inside changed: Set<RelativePath>) -> [RelativePath: Int] {
        let taken = folders[.held]?.files.filter { changed.contains(anyAbove: $0.key) }
        for (folder, files) in taken ?? [:] {
            folders[.held]?.files[folder] = nil
            count -= files
        }
        return taken ?? [:]
    }

    /// Takes the files of a folder, which is read from its beginning.
    /// - Returns: how many they are.
    package mutating func take(in folder: RelativePath) -> Int {
        count == 0 ? 0 : take { $0 == folder }
    }

    /// Forgets the files of a folder that is gone, and of those below it.
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

    /// How many files of a folder are not in hand, by why.
    package func reasons(in folder: RelativePath) -> [Reason: Int] {
        folders.compactMapValues { $0.files[folder] }
    }

    /// All folders with such files, and the reason of most of them.
    package var byFolder: [RelativePath: Reason] {
        var most: [RelativePath: (reason: Reason, files: Int)] = [:]
        for (reason, all) in folders {
            for (folder, files) in all.files where files > most[folder]?.files ?? 0 {
                most[folder] = (reason, files)
            }
        }
        return most.mapValues(\.reason)
    }

    /// Forgets all: they are looked for anew.
    package mutating func removeAll() {
        folders = [:]
        count = 0
    }
}
