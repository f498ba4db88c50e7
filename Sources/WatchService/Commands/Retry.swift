import LinuxSystem
import SystemPackage
package import WatchCore

/// Puts failed files back into their inboxes.
package struct Retry: Sendable {
    private let watches: [Configuration.Watch]

    package init(_ configuration: Configuration) {
        watches = configuration.watches
    }

    /// Why a file stays where it is, and what to do about it, in a sentence.
    package struct Refusal: Error, Sendable, CustomStringConvertible {
        package let description: String

        init(_ description: String) { self.description = description }

        /// This user lacks a permission that the service's user has.
        static func denied(_ act: String) -> Refusal {
            Refusal("you may not \(act): run sudo -u \(Product.name) \(Product.name) retry")
        }
    }

    private var failedFolders: [String] { Set(watches.map(\.failed)).sorted() }

    /// The failed file at a path.
    /// - Parameter path: absolute, without `.` and `..`.
    /// - Throws: if no destination for failed files contains it.
    package func file(at path: String) throws(Refusal) -> FiledFile {
        for folder in failedFolders {
            if let below = path.below(folder) { return FiledFile(destination: folder, path: below) }
        }
        throw Refusal("it is not in a folder for failed files of the configuration: name a file in one")
    }

    /// Every file in all destinations for failed files, and every file of an interrupted retry. Files with a
    /// sidecar that is not a failure's, and files that an inbox would ignore, are left out.
    /// - Parameter fault: called with each folder that could not be searched, and the cause.
    package func all(fault: (FiledFile, Refusal) -> Void) -> [FiledFile] {
        var found: [FiledFile] = []
        for destination in failedFolders {
            func tell(_ path: RelativePath, _ error: SystemCallError) {
                let refusal =
                    error.isDenied
                    ? Refusal.denied("read it")
                    : Refusal("it cannot be read (\(error)): repair it, and try again")
                fault(FiledFile(destination: destination, path: path), refusal)
            }
            let root: DirectoryHandle
            do throws(SystemCallError) {
                root = try DirectoryHandle.open(path: destination)
            } catch {
                tell(.root, error)
                continue
            }
            FiledTree(root: root).walk(fault: tell) { path, folder, names in
                let media = Set(VerifyInventory.media(of: names, in: folder))
                let failed = names.filter { media.contains($0) && Self.isToPutBack($0, in: folder) }
                let interrupted = names.filter { RetryMark.isMark($0, in: folder) }
                for name in Set(failed + interrupted.compactMap(RetryMark.media)) {
                    found.append(FiledFile(destination: destination, path: path.appending(name)))
                }
            }
        }
        return found.sorted { $0.path.bytes.lexicographicallyPrecedes($1.path.bytes) }
    }

    private static func isToPutBack(_ name: [UInt8], in folder: DirectoryHandle) -> Bool {
        do throws(SidecarFault) {
            guard case .failed = try folder.sidecar(name + TargetName.sidecarSuffix).outcome else {
                return false
            }
            return true
        } catch .missing {
            // `putBack` reports the problem. But a file that an inbox would ignore is not the service's.
            return IgnoreRules().ignores(file: RelativePath(name)) == nil
        } catch {
            // `putBack` reports what is wrong.
            return true
        }
    }

    /// Puts a file back, under its original name or the first free one of `name-1`, `name-2` …, and removes
    /// its sidecar. If this is interrupted at any point, the file is whole in at least one of the two places,
    /// and a repeated call completes it.
    /// - Returns: where the file is now; nil if an interrupted retry had already put it back, so that only
    ///   its mark was removed.
    package func putBack(_ file: FiledFile) throws(Refusal) -> FiledFile? {
        do {
            let root = try DirectoryHandle.open(path: file.destination)
            let lock = try Self.lock(root)
            defer { withExtendedLifetime(lock) {} }
            let folder = try root.openFolder(file.path.folderBytes)
            let name = file.path.name
            if let mark = try RetryMark.left(for: name, in: folder, at: file.path.folder) {
                let isThere = try folder.statusIfThere(name) != nil
                // With a sidecar of its own it is another file, which failed later.
                guard try !isThere || folder.statusIfThere(name + TargetName.sidecarSuffix) != nil else {
                    return try putBack(mark)
                }
                let place = try finish(mark)
                if !isThere { return place }
            }
            guard let status = try folder.statusIfThere(name) else {
                throw Refusal("there is no such file: it may have been put back already")
            }
            guard status.kind == .regular else {
                throw Refusal("it is not a regular file: only regular files are retried")
            }
            _ = try place(of: Self.failure(name + TargetName.sidecarSuffix, in: folder))
            return try putBack(RetryMark(of: name, in: folder, at: file.path.folder))
        } catch let refusal as Refusal {
            throw refusal
        } catch let error as SystemCallError where error.isDenied {
            throw .denied("move it")
        } catch {
            throw Refusal("it cannot be put back (\(error)): repair the cause, and try again")
        }
    }

    /// Locks a destination against other retries. If no service has ever run there, there is no working
    /// folder, and no lock.
    /// - Returns: the handle that holds the lock while it exists.
    private static func lock(_ root: DirectoryHandle) throws -> DirectoryHandle? {
        guard let work = try root.folderIfThere(Destination.workFolder) else { return nil }
        let isLocked: Bool
        do throws(SystemCallError) { isLocked = try work.lock() } catch _ { return nil }
        guard isLocked else {
            throw Refusal("another retry is putting files back from there: wait until it ends")
        }
        return work
    }

    private func putBack(_ mark: RetryMark) throws -> FiledFile {
        do {
            let (inbox, path) = try place(of: mark.record)
            let target = RetryTarget(path: path, record: mark.record)
            let root = try Self.openInbox(inbox)
            try Self.expectKnown(path.folder, in: root, of: mark)
            let name = try target.take(mark, into: root)
            try mark.folder.flush()
            try mark.remove()
            return FiledFile(destination: inbox, path: path.folder.appending(name))
        } catch {
            // The first error matters. A mark that stays is found next time.
            if mark.folder.identity(of: mark.media) != nil {
                do throws(SystemCallError) { try mark.revoke() } catch _ {}
            }
            throw error
        }
    }

    /// Completes a retry that was interrupted after the file had left its destination.
    /// - Returns: where the file is now; nil if it was already in the inbox.
    private func finish(_ mark: RetryMark) throws -> FiledFile? {
        let (inbox, path) = try place(of: mark.record)
        let target = RetryTarget(path: path, record: mark.record)
        let name = try target.takeCopy(of: mark, in: Self.openInbox(inbox))
        try mark.remove()
        return name.map { FiledFile(destination: inbox, path: path.folder.appending($0)) }
    }

    /// The inbox that a file came from, and the path to which it returns.
    private func place(of record: Sidecar.MediaRecord) throws(Refusal) -> (inbox: String, path: RelativePath)
    {
        guard let watch = watches.first(where: { $0.inbox == record.inbox }) else {
            let inbox = DisplayName(record.inbox.utf8).escaped
            throw Refusal(
                "it came from \(inbox), which is not an inbox of the configuration: move it into an inbox by hand"
            )
        }
        return (watch.inbox, watch.recursive ? RelativePath(record.path) : RelativePath(record.name))
    }

    /// Throws if the sidecar's path does not match the file's place in its destination. Folders of an inbox
    /// are made again only if it does, so that a forged sidecar makes no others.
    private static func expectKnown(
        _ folder: RelativePath, in inbox: DirectoryHandle, of mark: RetryMark
    ) throws {
        do throws(SystemCallError) {
            _ = try inbox.openFolder(folder.bytes)
        } catch let error where error.errno == .noSuchFileOrDirectory {
            guard folder == mark.place else {
                throw Refusal(
                    "its sidecar names a folder that is neither in the inbox nor the folder of the file: make that "
                        + "folder, or move the file into an inbox by hand")
            }
        }
    }

    private static func openInbox(_ path: String) throws(Refusal) -> DirectoryHandle {
        do throws(SystemCallError) {
            return try DirectoryHandle.open(path: path)
        } catch let error where error.isDenied {
            throw .denied("read its inbox \(DisplayName(path.utf8).escaped)")
        } catch {
            throw Refusal(
                "its inbox \(DisplayName(path.utf8).escaped) cannot be opened (\(error)): check that it is mounted"
            )
        }
    }

    /// The record of a file in a failure's sidecar.
    static func failure(
        _ name: [UInt8], in folder: DirectoryHandle
    ) throws(Refusal) -> Sidecar.MediaRecord {
        let sidecar: Sidecar
        do throws(SidecarFault) {
            sidecar = try folder.sidecar(name)
        } catch {
            switch error {
            case .missing:
                throw Refusal("it has no sidecar, so its inbox is unknown: move it into an inbox by hand")
            case .denied: throw .denied("read its sidecar")
            case .unreadable(let reason):
                throw Refusal("its sidecar is not valid (\(reason)): move the file into an inbox by hand")
            }
        }
        guard case .failed = sidecar.outcome else {
            throw Refusal("it has a verdict, \(sidecar.outcome.verdict): only failed files are retried")
        }
        return sidecar.media
    }
}
