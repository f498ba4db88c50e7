import LinuxSystem
import SystemPackage

/// The places that the systemd unit hides from the service (`ProtectHome=`, systemd.exec(5)).
enum HiddenPlace {
    private static let tops = ["/home", "/root", "/run/user"]

    /// What to do if a path is in a place that is hidden from this process; nil if it is not.
    static func advice(for path: String) -> String? {
        advice(for: path) { top in
            do throws(SystemCallError) {
                let (folder, name) = top.splitLastComponent
                return try DirectoryHandle.open(path: folder).status(of: name).mode
            } catch {
                return nil
            }
        }
    }

    /// - Parameter mode: returns the permission bits of one of these places; nil if it does not exist.
    static func advice(for path: String, mode: (String) -> UInt32?) -> String? {
        guard let top = tops.first(where: { path == $0 || path.hasPrefix($0 + "/") }) else { return nil }
        // systemd mounts an empty folder without permissions, or a separate file system, in its place.
        if let mode = mode(top), mode & 0o777 != 0, !isTemporary(top) || isShown(path) { return nil }
        return
            "the unit hides \(top) from the service (ProtectHome=): use a folder below /srv or /mnt, or the "
            + "second part of the example media-folder.conf"
    }

    /// Whether the parent folder of a path is visible, as with `BindPaths=`.
    private static func isShown(_ path: String) -> Bool {
        Host.mayExist(path.splitLastComponent.parent)
    }

    /// Whether the place is a separate file system in memory.
    private static func isTemporary(_ top: String) -> Bool {
        do throws(SystemCallError) {
            let folder = try DirectoryHandle.open(path: top)
            let parent = try DirectoryHandle.open(path: top.splitLastComponent.0)
            guard try folder.status().device != parent.status().device else { return false }
            return try folder.fileSystem.name == "tmpfs"
        } catch {
            return false
        }
    }
}
