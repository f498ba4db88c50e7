import CLinux
import Glibc
import SystemPackage

/// The attributes that a copy takes from its original.
extension FileHandle {
    /// Sets the times of last access and of last change of the content. `nil` leaves a time unchanged.
    package func setTimes(accessed: SystemTime?, modified: SystemTime?) throws(SystemCallError) {
        let unchanged = timespec(tv_sec: 0, tv_nsec: linux_unchanged_time)
        let times = [accessed?.timespec ?? unchanged, modified?.timespec ?? unchanged]
        try system("futimens") { futimens(descriptor.rawValue, times) }
    }

    /// Sets owner and group. Throws EPERM if the process may not do so. The call clears set-user-ID and
    /// set-group-ID.
    package func setOwner(_ owner: UInt32, group: UInt32) throws(SystemCallError) {
        try system("fchown") { fchown(descriptor.rawValue, owner, group) }
    }

    /// Sets the permission bits. The umask has no effect.
    /// - Parameter mode: the lower 12 bits of a mode.
    package func setMode(_ mode: UInt32) throws(SystemCallError) {
        try system("fchmod") { fchmod(descriptor.rawValue, mode) }
    }

    /// Copies the extended attributes of another file, including access control lists.
    ///
    /// An attribute is left out if the file system cannot store it, the process may not set it, or it cannot
    /// be read. The other attributes are copied all the same.
    /// - Returns: the names of the attributes left out.
    @discardableResult
    package func copyExtendedAttributes(from original: FileHandle) throws(SystemCallError) -> [[UInt8]] {
        var leftOut: [[UInt8]] = []
        for name in try original.extendedAttributeNames() {
            let terminatedName = try terminated(name, for: "fsetxattr")
            do throws(SystemCallError) {
                guard let value = try original.extendedAttribute(terminatedName) else { continue }
                try system("fsetxattr") {
                    linux_set_attribute(descriptor.rawValue, terminatedName, value, value.count)
                }
            } catch {
                leftOut.append(name)
            }
        }
        return leftOut
    }

    /// The largest list of names, and the largest value, that the kernel returns: 64 KiB.
    private static let largestAttribute = 64 * 1024

    /// The names of the file's extended attributes that this process may see; none if the file system has no
    /// attributes.
    func extendedAttributeNames() throws(SystemCallError) -> [[UInt8]] {
        do throws(SystemCallError) {
            let list = try [UInt8](capacity: Self.largestAttribute, for: "flistxattr") { buffer in
                linux_attribute_names(descriptor.rawValue, buffer.baseAddress, buffer.count)
            }
            return list.split(separator: 0).map(Array.init)
        } catch let error where error.errno == .notSupported {
            return []
        }
    }

    /// The value of an extended attribute; `nil` if it no longer exists.
    func extendedAttribute(_ name: [CChar]) throws(SystemCallError) -> [UInt8]? {
        do throws(SystemCallError) {
            return try [UInt8](capacity: Self.largestAttribute, for: "fgetxattr") { buffer in
                linux_attribute(descriptor.rawValue, name, buffer.baseAddress, buffer.count)
            }
        } catch let error where error.errno == .noData {
            return nil
        }
    }
}
