import Synchronization
import WatchCore

/// What each folder is to this service, by whatever name it is reached: no folder that files go to, and no other
/// inbox, is watched as a part of an inbox. What is filed there would arrive, and be filed, without end.
///
/// A configuration whose folders overlap is refused. But links and mounts may be made later, and that a folder is
/// mounted at a second place shows nowhere but there. So it is asked where it matters: of every folder that is
/// about to be watched, and of every folder that is about to be filed to.
package final class FolderUses: Sendable {
    /// Why a folder is not to be watched as a part of an inbox.
    package struct Use: Hashable, Sendable {
        /// Whose own folder or destination it is.
        let inbox: InboxID
        /// Absolute.
        let path: [UInt8]
        /// What goes there; nil for an inbox.
        let role: DestinationRole?
    }

    fileprivate struct State {
        var uses: [FolderIdentity: Set<Use>] = [:]
        var places: [Use: FolderIdentity] = [:]
        /// How many times each is watched: one that moves is for a moment watched at both places.
        var watched: [FolderIdentity: Int] = [:]
        var version = 0
    }

    private let state = Mutex(State())

    package init() {}

    /// Changes when a folder that is watched must not be any more.
    var version: Int { state.withLock { $0.version } }

    /// Says that an inbox's own folder is this one.
    /// - Returns: why it cannot be; nil also where it only takes over from the inbox that had the path before.
    func claim(_ folder: FolderIdentity, for use: Use) -> Use? {
        state.withLock { state in
            if let other = state.other(of: folder, forRootOf: use) { return other }
            state.add(use, of: folder)
            return nil
        }
    }

    /// Says that a destination is this folder.
    func add(_ use: Use, of folder: FolderIdentity) {
        state.withLock { $0.add(use, of: folder) }
    }

    /// Says that files go to a folder below a destination, by way of others. That matters only where one of them is
    /// being watched: those in it may have been made just now, and are about to be watched too.
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

    /// Forgets the folder and the destinations of an inbox that is not served any more.
    func removeAll(of inbox: InboxID) {
        state.withLock { state in
            for use in state.places.keys where use.inbox == inbox { state.remove(use) }
        }
    }

    /// Says that a folder is watched from now on, or once more, unless something forbids it.
    /// - Parameters:
    ///   - known: what was watched in its place so far.
    ///   - inbox: whose own folder it is; nil for one below.
    /// - Returns: what forbids it.
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

    /// Says that folders are watched no more, each once.
    func unwatch(_ folders: some Sequence<FolderIdentity>) {
        state.withLock { state in
            for folder in folders { state.unwatch(folder) }
        }
    }
}

extension FolderUses.State {
    /// What else a folder is. An inbox that had the path before is nothing else: it ends, and lets go of its lock
    /// before it lets go of the folder.
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
