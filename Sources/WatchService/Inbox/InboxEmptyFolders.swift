import LinuxSystem
import WatchCore

// Sub-folders that filing has emptied, where they are not to stay.
extension Inbox {
    /// Remembers the folders of a file that was filed.
    func emptied(by path: RelativePath) {
        guard watch.removeEmpty > .zero, let folders = attendance.attachment?.folders else { return }
        var next = folders.tree.folder(at: path.folder)
        while let folder = next, folder != folders.tree.root {
            attendance.emptied.insert(folder)
            timetable.set(.emptied(folder), at: now + watch.removeEmpty)
            next = folders.tree.parent(of: folder)
        }
    }

    /// Removes a folder that has been empty for long enough, and those above it that have become empty by that.
    func removeIfEmpty(_ folder: FolderTree.ID) {
        // Those of an inbox that was lost meanwhile are others' by now.
        guard attendance.emptied.contains(folder) else { return }
        if let wait = attendance.attachment?.folders.removeIfEmpty(
            folder, for: watch.removeEmpty, at: context.time.date)
        {
            timetable.set(.emptied(folder), at: now + wait)
        } else {
            attendance.emptied.remove(folder)
        }
    }
}

extension WatchedTree {
    /// Removes a folder that has been empty for so long, and those above it that have nothing else in them. `rmdir`
    /// refuses a folder that is not empty: what comes at the last moment keeps it.
    ///
    /// How long it has been empty is told by its change time, which every entry that comes or goes moves, and which
    /// nobody can set.
    /// - Returns: how long to wait where it was changed since; nil where it is removed, or stays.
    func removeIfEmpty(_ folder: FolderTree.ID, for quiet: Duration, at date: Timestamp) -> Duration? {
        var next: FolderTree.ID? = folder
        var knownAge: Duration?
        while let id = next, id != tree.root, let parent = tree.parent(of: id), let name = tree.name(of: id) {
            do throws(SystemCallError) {
                let above = try root.openFolder(tree.path(of: parent).bytes)
                let status = try above.status(of: name)
                guard status.kind == .folder, identities[id] == FolderIdentity(status) else { return nil }
                let age = knownAge ?? .nanoseconds(date.nanosecondsSince(Timestamp(status.changed)))
                if age < quiet { return id == folder ? quiet - max(.zero, age) : nil }
                // Removing it moves the change time of the folder above.
                knownAge = .nanoseconds(date.nanosecondsSince(Timestamp(try above.status().changed)))
                try above.removeFolder(name)
            } catch {
                // Not empty, or not ours to remove.
                return nil
            }
            next = parent
        }
        return nil
    }
}
