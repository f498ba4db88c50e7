import Synchronization
import WatchCore

/// The use of each folder in this service, by any path that leads to it. A destination or another inbox is
/// never watched as a part of an inbox. Otherwise each filed file would arrive again, without end.
///
/// A configuration with overlapping folders is refused. But links and mounts may be made later, and a second
/// mount of a folder is visible only at its mount point. Therefore the use is checked for every folder before
/// it is watched, and before files are filed to it.
package final class FolderUses: Sendable {
    /// Why a folder must not be watched as a part of an inbox.
    package struct Use: Hashable, Sendable {
        /// The inbox that it is, or whose destination it is.
        let inbox: InboxID
        /// An absolute path.
        let path: [UInt8]
        /// The role of the destination; nil for an inbox.
        let role: DestinationRole?
    }

    fileprivate struct State {
        var uses: [FolderIdentity: Set<Use>] = [:]
        var places: [Use: FolderIdentity] = [:]
        /// How many times each folder is watched: a folder that moves is briefly watched at both places.
        var watched: [FolderIdentity: Int] = [:]
        var version = 0
    }

    private let state = Mutex(State())

    package init() {}

    /// Changes when a watched folder must no longer be watched.
    var version: Int { state.withLock { $0.version } }

    /// Records the folder of an inbox.
    /// - Returns: why it cannot be an inbox; nil also if it only replaces the inbox that had the path before.
    func claim(_ folder: FolderIdentity, for use: Use) -> Use? {
        state.withLock { state in
            if let other = state.other(of: folder, forRootOf: use) { return other }
            state.add(use, of: folder)
            return nil
        }
    }

    /// Records the folder of a destination.
    func add(_ use: Use, of folder: FolderIdentity) {
        state.withLock { $0.add(use, of: folder) }
    }

    /// Records the folders on the path to a destination folder to which files go. They matter only if one of
    /// them is watched: folders in it may have been made just now, and would be watched too.
    /// - Parameter way: from the innermost folder outwards.
    func add(ifWatched way: [(use: Use, folder: FolderIdentity)]) {
        state.withLock { state in
            guard let last = way.lastIndex(where: { state.watched[$0.folder] != nil }) else { return }
            for (use, folder) in way[...last] { state.add(use, of: folder) }
        }
    }

    func remove(_ use: Use) {
        state.withLock { $0.remove(use) }
    }

    /// Removes the folder and the destinations of an inbox that is no longer served.
    func removeAll(of inbox: InboxID) {
        state.withLock { state in
            for use in state.places.keys where use.inbox == inbox { state.remove(use) }
        }
    }

    /// Counts a folder as watched, or as watched once more, unless another use forbids it.
    /// - Parameters:
    ///   - known: the folder watched in its place so far.
    ///   - inbox: the inbox whose own folder it is; nil for a folder below one.
    /// - Returns: the use that forbids it.
    func watch(_ folder: FolderIdentity, insteadOf known: FolderIdentity?, asRootOf inbox: InboxID?) -> Use? {
        state.withLock { state in
            if let other = state.other(of: folder, forRootOf: state.root(inbox, at: folder)) { return other }
            if known != folder {
                state.watched[folder, default: 0] += 1
                if let known { state.unwatch(known) }
            }
            return nil
        }
    }

    /// Counts folders as no longer watched, each once.
    func unwatch(_ folders: some Sequence<FolderIdentity>) {
        state.withLock { state in
            for folder in folders { state.unwatch(folder) }
        }
    }
}

extension FolderUses.State {
    /// Another use of a folder. The inbox that had the path before does not count: it ends, and releases its
    /// lock before its folder.
    fileprivate func other(of folder: FolderIdentity, forRootOf root: FolderUses.Use?) -> FolderUses.Use? {
        uses[folder]?.filter { $0.role != nil || $0.path != root?.path }.min { "\($0)" < "\($1)" }
    }

    fileprivate func root(_ inbox: InboxID?, at folder: FolderIdentity) -> FolderUses.Use? {
        uses[folder]?.first { $0.role == nil && $0.inbox == inbox }
    }

    fileprivate mutating func add(_ use: FolderUses.Use, of folder: FolderIdentity) {
        guard places[use] != folder else { return }
        remove(use)
        places[use] = folder
        uses[folder, default: []].insert(use)
        if watched[folder] != nil { version += 1 }
    }

    fileprivate mutating func remove(_ use: FolderUses.Use) {
        guard let folder = places.removeValue(forKey: use) else { return }
        uses[folder]?.remove(use)
        if uses[folder]?.isEmpty == true { uses[folder] = nil }
    }

    fileprivate mutating func unwatch(_ folder: FolderIdentity) {
        let count = (watched[folder] ?? 0) - 1
        watched[folder] = count > 0 ? count : nil
    }
}

extension FolderUses.Use: CustomStringConvertible {
    package var description: String {
        let name = DisplayName(path).escaped
        return role.map { "the folder \(name), where \"\($0.rawValue)\" files go" } ?? "the inbox \(name)"
    }
}
