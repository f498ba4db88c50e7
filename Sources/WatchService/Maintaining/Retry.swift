import LinuxSystem
import SystemPackage
package import WatchCore

/// Puts failed files back into the inboxes that they came from.
package struct Retry: Sendable {
    private let watches: [Configuration.Watch]

    package init(_ configuration: Configuration) {
        watches = configuration.watches
    }

    /// Why a file stays where it is, and what to do about it, in a sentence.
    package struct Refusal: Error, Sendable, CustomStringConvertible {
        package let description: String

        init(_ description: String) { self.description = description }
    }

    private var failedFolders: [String] { Set(watches.map(\.failed)).sorted() }

    /// The failed file that a path means.
    /// - Parameter path: absolute, without `.` and `..`.
    /// - Throws: where no destination for failed files holds it.
    package func file(at path: String) throws(Refusal) -> FiledFile {
        for folder in failedFolders {
            if let below = path.below(folder) { return FiledFile(destination: folder, path: below) }
        }
        throw Refusal("it is in none of the configuration's folders for failed files: name a file of one")
    }

    /// Every file with a failure's sidecar, in all destinations for failed files.
    /// - Parameter fault: takes each folder that could not be looked through, and why.
    package func all(fault: (FiledFile, Refusal) -> Void) -> [FiledFile] {
        var found: [FiledFile] = []
        for destination in failedFolders {
            func tell(_ path: RelativePath, _ error: SystemCallError) {
                let refusal = Refusal("it cannot be looked through (\(error)): see to it, and try again")
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
                for name in names where Self.hasFailed(name, in: folder) {
                    found.append(FiledFile(destination: destination, path: path.appending(name)))
                }
            }
        }
        return found.sorted { $0.path.bytes.lexicographicallyPrecedes($1.path.bytes) }
    }

    private static func hasFailed(_ name: [UInt8], in folder: DirectoryHandle) -> Bool {
        do throws(SidecarFault) {
            guard case .failed = try folder.sidecar(name + TargetName.sidecarSuffix).outcome else {
                return false
            }
            return true
        } catch .missing {
            return false
        } catch {
            // Putting it back tells what is wrong.
            return true
        }
    }

    /// Puts a file back, under the name that it came with or the first free one of `name-1`, `name-2` …, and
    /// removes its sidecar. Whatever interrupts it, the file is whole in one of the two places, and the sidecar
    /// goes last.
    /// - Returns: where the file is now.
    package func putBack(_ file: FiledFile) throws(Refusal) -> FiledFile {
        do {
            let folder = try DirectoryHandle.open(path: file.destination).openFolder(file.path.folder.bytes)
            guard let status = try folder.statusIfThere(file.path.name) else {
                throw Refusal("there is no such file: it may have been put back already")
            }
            guard status.kind == .regular else {
                throw Refusal("it is no regular file: only those are retried")
            }
            let sidecarName = file.path.name + TargetName.sidecarSuffix
            let original = folder.identity(of: sidecarName)
            let record = try Self.failure(sidecarName, in: folder)
            guard let watch = watches.first(where: { $0.inbox == record.inbox }) else {
                let inbox = DisplayName(record.inbox.utf8).escaped
                throw Refusal(
                    "it came from \(inbox), which is no inbox of the configuration: move it into an inbox by hand"
                )
            }
            let path = watch.recursive ? RelativePath(record.path) : RelativePath(record.name)
            let target = RetryTarget(path: path, sha256: record.sha256)
            let name = try target.take(file.path.name, from: folder, into: Self.openInbox(watch.inbox))
            // Another one of that name may have been filed by now: its sidecar stays.
            if let original, folder.identity(of: sidecarName) == original { try folder.remove(sidecarName) }
            try folder.flush()
            return FiledFile(destination: watch.inbox, path: path.folder.appending(name))
        } catch let refusal as Refusal {
            throw refusal
        } catch {
            throw Refusal("it cannot be put back (\(error)): see to it, and try again")
        }
    }

    private static func openInbox(_ path: String) throws(Refusal) -> DirectoryHandle {
        do throws(SystemCallError) {
            return try DirectoryHandle.open(path: path)
        } catch {
            throw Refusal(
                "its inbox \(DisplayName(path.utf8).escaped) cannot be opened (\(error)): is it mounted?")
        }
    }

    private static func failure(
        _ name: [UInt8], in folder: DirectoryHandle
    ) throws(Refusal) -> Sidecar.MediaRecord {
        let sidecar: Sidecar
        do throws(SidecarFault) {
            sidecar = try folder.sidecar(name)
        } catch {
            switch error {
            case .missing:
                throw Refusal("it has no sidecar that says where it came from: move it into an inbox by hand")
            case .unreadable(let reason):
                throw Refusal("its sidecar cannot be relied on (\(reason)): move it into an inbox by hand")
            }
        }
        guard case .failed = sidecar.outcome else {
            throw Refusal("it has a verdict, \(sidecar.outcome.verdict): only failed files are retried")
        }
        return sidecar.media
    }
}
