import LinuxSystem
import SystemPackage
package import WatchCore

extension ConfigurationReader {
    /// The configuration in the file at a path, whose folders must not overlap, even by symbolic links and
    /// mounts.
    ///
    /// Throws as `read(path:)` does. The real places of the folders are determined on a separate thread. If a
    /// disk does not complete a call, the check is skipped; `FolderUses` prevents harm from overlaps that
    /// were not found.
    /// - Parameter patience: the longest wait for the disks.
    package static func readLooking(
        path: String, patience: Duration = .seconds(5)
    ) async throws(ConfigurationErrors) -> Configuration {
        let bytes = try contents(of: path)
        let configuration = try read(bytes: bytes, fileName: path)
        let looked: Result<Configuration, ConfigurationErrors>?
        do throws(SystemCallError) {
            looked = try await BlockingThreads("places", count: 1).run(atMost: patience) {
                Result { () throws(ConfigurationErrors) in
                    try read(bytes: bytes, fileName: path) { FolderPlace(of: $0) }
                }
            }
        } catch {
            return configuration
        }
        return try looked?.get() ?? configuration
    }
}

extension FolderPlace {
    /// Where a path leads now. Blocks. Nil if that cannot be determined, for example without a permission.
    init?(of named: NamedPath) {
        var path = named.path
        var missing: [[UInt8]] = []
        func goUp() {
            let (parent, name) = path.splitLastComponent
            missing.insert(name, at: 0)
            path = parent
        }
        // A file is written by its name in its folder, so the file now at that name does not matter.
        if named.isFile { goUp() }
        while true {
            do throws(SystemCallError) {
                let folders = try DirectoryHandle.lineage(path: Array(path.utf8)).map { FolderIdentity($0) }
                self.init(folders: folders.reversed(), names: missing)
                return
            } catch let error where error.errno == .noSuchFileOrDirectory && path != "/" {
                goUp()
            } catch {
                return nil
            }
        }
    }
}
