import LinuxSystem
import SystemPackage
package import WatchCore

/// Whose fault it is that a filing can't go on.
package enum Obstruction: Sendable, Equatable {
    /// The file's own, which is tried again like any other.
    case file
    /// The destination can be written to, but this file can't be put there: for that folder's sake mostly.
    case place(RelativePath)
    case destination
}

extension OpenDestination {
    /// Whose fault it is that a file could not be put into its place, and the reason in words.
    ///
    /// It is the destination's only where the trial fails too by which its return is told: else it would return
    /// at once, and fail with the same file again.
    /// - Parameter fault: how it failed.
    func obstruction(of path: RelativePath, _ fault: FilingFault) -> (reason: String, by: Obstruction) {
        let (folder, barrier) = way(to: path)
        let reason = "\(fault)"
        if barrier != nil, folder.isRoot { return (reason, .destination) }
        do throws(SystemCallError) {
            try destination.probe()
        } catch {
            return (reason, barrier == nil ? .destination : .place(folder))
        }
        if barrier?.mayBeOfName == true || barrier == nil && fault.isOfName || !canName(path) {
            return ("its destination cannot hold its name (\(reason)): rename it, or its folder", .file)
        }
        return (reason, .place(folder))
    }

    /// Whether the destination takes names like those of a path. Some file systems answer to others as if a folder were
    /// missing.
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

    /// What lies in the way of a file to its place, as far as that can be told without making anything.
    /// - Returns: the folder that it goes to, or the last there is on the way; and why nothing can be made in it.
    func way(to path: RelativePath) -> (folder: RelativePath, error: SystemCallError?) {
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
