import CLinux
import Glibc
import SystemPackage

/// What a copy takes over from its original.
extension FileHandle {
    /// Sets the times of last access and last change of the content; `nil` leaves one as it is.
    package func setTimes(accessed: SystemTime?, modified: SystemTime?) throws(SystemCallError) {
        let unchanged = timespec(tv_sec: 0, tv_nsec: linux_unchanged_time)
        let times = [accessed?.timespec ?? unchanged, modified?.timespec ?? unchanged]
        try system("futimens") { futimens(descriptor.rawValue, times) }
    }

    /// Sets owner and group; EPERM where the process may not. It clears set-user-ID and set-group-ID.
    package func setOwner(_ owner: UInt32, group: UInt32) throws(SystemCallError) {
        try system("fchown") { fchown(descriptor.rawValue, owner, group) }
    }

    /// Sets the permission bits, whatever the umask.
    /// - Parameter mode: the lower 12 bits of a mode.
    package func setMode(_ mode: UInt32) throws(SystemCallError) {
        try system("fchmod") { fchmod(descriptor.rawValue, mode) }
    }

    /// Copies the extended attributes, access control lists included, of another file.
    ///
    /// What the file system here has no place for, or the process may not set, or can't be read, is left out: one
    /// attribute that fails keeps none of the others.
    /// - Returns: the names of those left out.
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

    /// The largest list of names, and the largest value, that the kernel hands out: 64 KiB.
    private static let largestAttribute = 64 * 1024

    /// The names of the file's extended attributes that this process may see; none where the file system
    /// has none.
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

    /// An extended attribute's value; `nil` where it is gone.
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
