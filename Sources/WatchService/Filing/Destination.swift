package import LinuxSystem
import SystemPackage
package import WatchCore

/// A folder that files go to, with the hidden folder in it where filings are prepared.
package struct Destination: Sendable {
    package let role: DestinationRole
    /// Absolute.
    package let path: String
    /// Of the folder as it was when the service took it up: device and inode.
    private let origin: FolderIdentity

    /// The folder of the service's own working files, in each destination.
    package static let workFolder = Array(".bitmind-watch".utf8)

    /// Takes a destination up: makes it where its parent exists, and its working folder.
    package init(_ role: DestinationRole, path: String) throws(SystemCallError) {
        let root = try Self.openOrMake(path)
        let work = try root.makeFolders(Self.workFolder, mode: 0o700)
        guard try work.status().mode & 0o077 == 0 else { throw SystemCallError(call: "mkdirat", errno: .notPermitted) }
        self.role = role
        self.path = path
        origin = FolderIdentity(try root.status())
    }

    private static func openOrMake(_ path: String) throws(SystemCallError) -> DirectoryHandle {
        do throws(SystemCallError) {
            return try DirectoryHandle.open(path: path)
        } catch let error where error.errno == .noSuchFileOrDirectory {
            let (parent, name) = path.splitLastComponent
            try DirectoryHandle.open(path: parent).makeFolder(name, mode: 0o777)
            return try DirectoryHandle.open(path: path)
        }
    }

    /// Opens the destination as its path leads to it now.
    ///
    /// Where the working folder is missing, the disk that held it may be unmounted, and what is filed now would
    /// vanish below its mount point: it is made again only in the very folder that was taken up.
    package func open() throws(SystemCallError) -> OpenDestination {
        let root = try DirectoryHandle.open(path: path)
        do throws(SystemCallError) {
            return OpenDestination(destination: self, root: root, work: try root.openFolder(Self.workFolder))
        } catch let error where error.errno == .noSuchFileOrDirectory {
            guard FolderIdentity(try root.status()) == origin else { throw error }
            return OpenDestination(
                destination: self, root: root, work: try root.makeFolders(Self.workFolder, mode: 0o700))
        }
    }
}

package struct OpenDestination: Sendable {
    package let destination: Destination
    package let root: DirectoryHandle
    package let work: DirectoryHandle
}

package struct FolderIdentity: Hashable, Sendable {
    package let device: UInt64
    package let inode: UInt64

    package init(_ status: FileStatus) {
        device = status.device
        inode = status.inode
    }
}

extension String {
    /// An absolute path's parent, and its last component's bytes.
    var splitLastComponent: (parent: String, name: [UInt8]) {
        let slash = lastIndex(of: "/") ?? startIndex
        let parent = slash == startIndex ? "/" : String(self[..<slash])
        return (parent, Array(self[slash...].utf8.drop { $0 == UInt8(ascii: "/") }))
    }
}
