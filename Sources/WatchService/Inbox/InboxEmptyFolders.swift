import LinuxSystem
import WatchCore

// Removes sub-folders that filing has emptied, if so configured.
extension Inbox {
    /// Records the folders of a filed file.
    func emptied(by path: RelativePath) {
        guard watch.removeEmpty > .zero, let folders = attendance.attachment?.folders else { return }
        var next = folders.tree.folder(at: path.folder)
        while let folder = next, folder != folders.tree.root {
            attendance.emptied.insert(folder)
            timetable.set(.emptied(folder), at: now + watch.removeEmpty)
            next = folders.tree.parent(of: folder)
        }
    }

    /// Removes a folder that has been empty long enough, and its parents if they become empty.
    func removeIfEmpty(_ folder: FolderTree.ID) {
        // After an inbox was lost, its folders may be another inbox's.
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
    /// Removes a folder that has been empty for a time, and its parents if they have no other entries.
    /// `rmdir` refuses a folder that is not empty, so a file that arrives at the last moment keeps it.
    ///
    /// The change time shows how long a folder has been empty: every new or removed entry moves it, and
    /// nobody can set it.
    /// - Returns: how long to wait if the folder was changed since; nil if it was removed, or stays.
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
                // The removal moves the change time of the parent.
                knownAge = .nanoseconds(date.nanosecondsSince(Timestamp(try above.status().changed)))
                try above.removeFolder(name)
            } catch {
                // Not empty, or removal is not permitted.
                return nil
            }
            next = parent
        }
        return nil
    }
}
