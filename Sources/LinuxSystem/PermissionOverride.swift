import CLinux
import Glibc
import SystemPackage

/// What a folder's handle may do in spite of permissions (decision 0016).
///
/// The unit gives the service `CAP_DAC_OVERRIDE` and `CAP_FOWNER`, with which the kernel refuses nothing.
/// Therefore each call on a folder first checks the permissions, unless the folder's handle has an override.
package enum PermissionOverride: Sendable {
    /// Opens and lists the content of the folder.
    case reading
    /// Opens, lists, makes, moves and removes the content of the folder.
    case moving

    /// Whether this process has the capabilities and is not root. Permissions never restrict root.
    package static let isPossible: Bool = geteuid() != 0 && linux_overrides_permissions() == 1

    /// An override, and the mount to which it applies.
    struct Grant: Sendable {
        let override: PermissionOverride
        let mount: UInt64

        /// nil if the process has no capabilities, or the kernel does not report the number of a mount
        /// (before 5.8).
        init?(_ override: PermissionOverride?, for folder: borrowing OwnedDescriptor) throws(SystemCallError)
        {
            guard let override, PermissionOverride.isPossible, let mount = try FileStatus(of: folder).mount
            else { return nil }
            self.override = override
            self.mount = mount
        }
    }
}

extension DirectoryHandle {
    /// Whether this process may move the content of this folder in spite of permissions.
    package var isOverridden: Bool { isGranted(.moving) }

    private func isGranted(_ need: PermissionOverride) -> Bool {
        guard let grant else { return false }
        return need == .reading || grant.override == .moving
    }

    /// Throws EACCES if the permissions of this folder refuse what the capabilities would allow.
    func expectPermission(for need: PermissionOverride) throws(SystemCallError) {
        guard PermissionOverride.isPossible, !isGranted(need) else { return }
        let mode = need == .reading ? X_OK : W_OK | X_OK
        try system("faccessat") { linux_may_access_folder(descriptor.rawValue, mode) }
    }

    /// Throws EPERM if the sticky bit of this folder protects an entry of another user.
    func expectNoStickyBit(for name: [CChar]) throws(SystemCallError) {
        guard PermissionOverride.isPossible, !isGranted(.moving) else { return }
        let folder = try status()
        let user = geteuid()
        guard folder.mode & UInt32(S_ISVTX) != 0, folder.owner != user else { return }
        guard try FileStatus(of: descriptor, name: name).owner == user else {
            throw SystemCallError(call: "faccessat", errno: .notPermitted)
        }
    }

    /// Throws EACCES if the permissions of a file opened here do not allow this process to read it.
    ///
    /// The override applies only to a regular file on the folder's own mount with a single name. A second
    /// name may be a link that a user made to another user's file, and a mount is not made by the dropper.
    func expectPermission(toRead file: borrowing OwnedDescriptor) throws(SystemCallError) {
        guard PermissionOverride.isPossible else { return }
        if let grant {
            let status = try FileStatus(of: file)
            if status.kind == .regular, status.linkCount <= 1, status.mount == grant.mount { return }
        }
        try Self.expectReadable(file)
    }

    /// Throws EACCES if the permissions of the open file or folder do not allow this process to read it.
    static func expectReadable(_ opened: borrowing OwnedDescriptor) throws(SystemCallError) {
        let number = opened.rawValue
        try system("faccessat2") { linux_may_read(number) }
    }

    /// A handle of a folder that was opened by a name in this one. Behind a mount it has no override, and its
    /// permissions apply.
    /// - Parameter isPassed: whether the path only passes through it. Then it need not be readable.
    func inner(
        owning descriptor: consuming OwnedDescriptor, isPassed: Bool
    ) throws(SystemCallError) -> DirectoryHandle {
        guard PermissionOverride.isPossible else { return DirectoryHandle(owning: descriptor) }
        if let grant, try FileStatus(of: descriptor).mount == grant.mount {
            return DirectoryHandle(owning: descriptor, grant: grant)
        }
        if !isPassed { try Self.expectReadable(descriptor) }
        return DirectoryHandle(owning: descriptor)
    }
}
