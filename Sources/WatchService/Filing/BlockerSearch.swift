import LinuxSystem
import SystemPackage
import WatchCore

extension OpenDestination {
    /// The blocker of a file that could not be put into its place, and the cause in words.
    ///
    /// The destination is the blocker only if a trial of it fails too. Otherwise the next trial would end the
    /// blocker at once, and the same file would fail again (decision 0011).
    /// - Parameters:
    ///   - path: of the file below the inbox.
    ///   - fault: how it failed.
    func blocker(of id: FilingID, at path: RelativePath, _ fault: FilingFault) -> FilingEnd {
        let cause = "\(fault)"
        let (folder, barrier) = way(to: path)
        if barrier != nil, folder.isRoot { return .blocked(.destination(id.role), cause: cause) }
        do throws(SystemCallError) {
            try destination.probe()
        } catch {
            return .blocked(barrier == nil ? .destination(id.role) : place(folder), cause: cause)
        }
        if barrier?.mayBeOfName == true || barrier == nil && fault.isOfName || !canName(path) {
            return .blocked(
                .file(id),
                cause: "its destination cannot hold its name (\(cause)): rename it, or its folder")
        }
        return .blocked(place(folder), cause: cause)
    }

    /// What prevents a file from reaching its place, as far as this can be determined without making
    /// anything; nil if nothing does.
    func blockerOnWay(to path: RelativePath) -> FilingEnd? {
        guard case (let folder, let error?) = way(to: path), !error.mayBeOfName else { return nil }
        return .blocked(
            folder.isRoot ? .destination(destination.role) : place(folder), cause: "\(error)")
    }

    private func place(_ folder: RelativePath) -> Blocker {
        .folder(DestinationPlace(destination.role, folder))
    }

    /// Whether the destination accepts names like those of a path. For a name that they cannot store, some
    /// file systems report a missing folder.
    private func canName(_ path: RelativePath) -> Bool {
        for component in path.bytes.split(separator: UInt8(ascii: "/")) {
            // Long names are shortened.
            let name = Destination.probeMark + component.suffix(100)
            do throws(SystemCallError) {
                _ = try work.createFile(name, mode: 0o600)
                try work.removeIfThere(name)
            } catch let error where error.errno == .fileExists {
                continue
            } catch {
                return false
            }
        }
        return true
    }

    /// Follows the path of a file to its place, without making anything.
    /// - Returns: the folder that it goes to, or the last existing one on the path; and why nothing can be
    ///   made in it.
    private func way(to path: RelativePath) -> (folder: RelativePath, error: SystemCallError?) {
        var place = path.folder
        var failure: (folder: RelativePath, error: SystemCallError?)?
        while true {
            do throws(SystemCallError) {
                let folder = try root.openFolder(place.bytes)
                if let failure { return failure }
                do throws(SystemCallError) {
                    try folder.expectWritable()
                    return (place, nil)
                } catch {
                    return (place, error)
                }
            } catch {
                if error.errno != .noSuchFileOrDirectory { failure = (place, error) }
                // The destination itself is open.
                place = place.folder
            }
        }
    }
}
