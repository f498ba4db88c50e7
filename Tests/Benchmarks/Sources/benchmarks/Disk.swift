import Foundation

/// A small, separate file system, mounted until it is released. Needs root.
final class Disk {
    enum Kind {
        /// In an image beside the folder.
        case ext4
        case tmpfs
    }

    private let folder: String
    private var isHalted = false

    /// - Parameter folder: what it is mounted over.
    init(_ kind: Kind, at folder: String) throws {
        self.folder = folder
        switch kind {
        case .ext4:
            let image = folder + ".image"
            try output(of: ["/usr/bin/truncate", "-s", "64M", image])
            try output(of: ["/sbin/mkfs.ext4", "-q", image])
            try output(of: ["/bin/mount", "-o", "loop", image, folder])
        case .tmpfs: try output(of: ["/bin/mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", folder])
        }
        Interruption.mounted(folder)
    }

    func unmount() {
        do {
            try output(of: ["/bin/umount", folder])
            Interruption.unmounted(folder)
        } catch {
            say("\(folder) could not be unmounted: \(error)")
        }
    }

    /// From now on all who write to it wait.
    func halt() throws {
        try output(of: ["/sbin/fsfreeze", "--freeze", folder])
        isHalted = true
    }

    /// Ends a halt.
    func goOn() {
        guard isHalted else { return }
        do {
            try output(of: ["/sbin/fsfreeze", "--unfreeze", folder])
            isHalted = false
        } catch {
            say("\(folder) still stands still: \(error)")
        }
    }

    /// Leaves no room on it.
    func fill() throws {
        let ballast = open(folder + "/ballast", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(ballast) }
        for size in [1_000_000, 4096, 1] {
            let bytes = [UInt8](repeating: 0, count: size)
            while write(ballast, bytes, size) > 0 {}
        }
        guard errno == ENOSPC else { throw Failure("the disk cannot be filled (errno \(errno))") }
    }
}
