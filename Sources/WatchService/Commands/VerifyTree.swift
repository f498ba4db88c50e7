import LinuxSystem
import Synchronization
import SystemPackage
package import WatchCore

/// A file in a destination, or the place of one.
package struct FiledFile: Sendable, Hashable {
    /// The destination's absolute path.
    package let destination: String
    /// Relative to the destination.
    package let path: RelativePath

    package init(destination: String, path: RelativePath) {
        self.destination = destination
        self.path = path
    }

    /// Whether it is the sidecar of another file in the list, as when a shell expands `*` in a folder.
    package func isSidecar(amongst files: Set<FiledFile>) -> Bool {
        guard let media = path.name.mediaOfSidecar else { return false }
        return files.contains(FiledFile(destination: destination, path: path.folder.appending(media)))
    }

    /// The whole path, in one line that shows every byte.
    package var shown: String { DisplayName(Array(destination.utf8) + Array("/".utf8) + path.bytes).escaped }
}

/// The folders of a destination, from a starting folder downwards, without the service's working folder.
struct FiledTree {
    let root: DirectoryHandle

    /// Visits every folder once. Entries that appear during the walk may be missed.
    /// - Parameters:
    ///   - start: the folder to begin with, below the root.
    ///   - fault: called with each folder that could not be listed, and the cause.
    ///   - visit: called with each folder, and the names of all its entries except folders.
    func walk(
        from start: RelativePath = .root, fault: (RelativePath, SystemCallError) -> Void,
        visit: (RelativePath, DirectoryHandle, [[UInt8]]) -> Void
    ) {
        var waiting = [start]
        while let path = waiting.popLast() {
            do throws(SystemCallError) {
                let folder = try root.openFolder(path.bytes)
                let (names, folders) = try list(folder)
                for name in folders where !(path.isRoot && name == Destination.workFolder) {
                    waiting.append(path.appending(name))
                }
                visit(path, folder, names)
            } catch let error where error.errno == .noSuchFileOrDirectory && path != start {
                // It was removed since its parent was listed.
            } catch {
                fault(path, error)
            }
        }
    }

    private func list(
        _ folder: DirectoryHandle
    ) throws(SystemCallError) -> (names: [[UInt8]], folders: [[UInt8]]) {
        var names: [[UInt8]] = []
        var folders: [[UInt8]] = []
        let cursor = try folder.entries()
        while true {
            let entries = try cursor.next(1024)
            if entries.isEmpty { return (names, folders) }
            for entry in entries {
                switch try folder.kind(of: entry) {
                case .folder: folders.append(entry.name)
                default: names.append(entry.name)
                }
            }
        }
    }
}

/// Why a sidecar cannot be used.
enum SidecarFault: Error, CustomStringConvertible {
    case missing
    /// This user may not read it.
    case denied
    /// With the cause.
    case unreadable(String)

    var description: String {
        switch self {
        case .missing: "there is none"
        case .denied: "you may not read it"
        case .unreadable(let reason): reason
        }
    }
}

/// Allows one unusually large sidecar to be read at a time, because a user may have written many.
private let largeSidecar = Mutex(())

extension DirectoryHandle {
    /// The largest usual size of a sidecar, in bytes.
    private static let usualSize: Int64 = 1 << 20

    /// Reads the sidecar of that name. Any user who may write in a destination may have written it.
    func sidecar(_ name: [UInt8]) throws(SidecarFault) -> Sidecar {
        let file: FileHandle
        let size: Int64
        do throws(SystemCallError) {
            guard try status(of: name).kind == .regular else {
                throw .init(call: "open", errno: .invalidArgument)
            }
            file = try openFile(name)
            size = try file.status().size
        } catch let error where error.errno == .noSuchFileOrDirectory {
            throw .missing
        } catch let error where error.isDenied {
            throw .denied
        } catch {
            throw .unreadable("\(error)")
        }
        guard size <= Sidecar.mostBytes else { throw .unreadable("it is larger than any sidecar") }
        guard size > Self.usualSize else { return try Self.sidecar(in: file) }
        return try largeSidecar.withLock { _ throws(SidecarFault) in try Self.sidecar(in: file) }
    }

    private static func sidecar(in file: FileHandle) throws(SidecarFault) -> Sidecar {
        let bytes: [UInt8]
        do throws(SystemCallError) {
            bytes = try file.bytes(at: 0, count: Sidecar.mostBytes)
        } catch {
            throw .unreadable("\(error)")
        }
        do throws(SidecarError) {
            return try Sidecar(parsing: bytes)
        } catch {
            throw .unreadable("\(error)")
        }
    }
}

extension [UInt8] {
    /// The name of the media of a sidecar with this name; nil if it is not a sidecar's name.
    var mediaOfSidecar: [UInt8]? {
        let suffix = TargetName.sidecarSuffix
        guard count > suffix.count, self[(count - suffix.count)...].elementsEqual(suffix) else { return nil }
        return Array(dropLast(suffix.count))
    }
}
