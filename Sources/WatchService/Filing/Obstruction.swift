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
    /// Whose fault it is that a file could not be put into its place.
    ///
    /// It is the destination's only where the trial fails too by which its return is told: else it would return
    /// at once, and fail with the same file again.
    func obstruction(of path: RelativePath) -> Obstruction {
        let (folder, error) = way(to: path)
        if error != nil { return folder.isRoot ? .destination : .place(folder) }
        do throws(SystemCallError) {
            try destination.probe()
            return .place(folder)
        } catch {
            return .destination
        }
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
