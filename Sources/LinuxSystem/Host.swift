import Glibc
import SystemPackage

/// The machine, and the environment of the process.
package enum Host {
    /// A variable of the environment; nil if it is not set, or empty.
    package static func environment(_ name: String) -> String? {
        guard let value = getenv(name), value.pointee != 0 else { return nil }
        return String(cString: value)
    }

    package static var processID: Int32 { getpid() }

    /// The effective user of this process.
    package static var userID: UInt32 { geteuid() }

    /// The number of a user; nil if the system knows no user of that name.
    package static func userID(of name: String) -> UInt32? {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16_384)
        guard getpwnam_r(name, &entry, &buffer, buffer.count, &found) == 0, found != nil else { return nil }
        return entry.pw_uid
    }

    /// The name of a user; the number if the system knows no name.
    package static func userName(of id: UInt32) -> String {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16_384)
        guard getpwuid_r(id, &entry, &buffer, buffer.count, &found) == 0, found != nil,
            let name = entry.pw_name
        else { return String(id) }
        return String(cString: name)
    }

    /// Whether a process with that number exists, of any user.
    package static func isRunning(_ processID: Int) -> Bool {
        guard let number = pid_t(exactly: processID), number > 0 else { return false }
        return kill(number, 0) == 0 || errno == EPERM
    }

    /// The absolute path of the process's working folder.
    package static var workingFolder: String {
        get throws(SystemCallError) {
            guard let path = getcwd(nil, 0) else {
                throw SystemCallError(call: "getcwd", errno: Errno(rawValue: errno))
            }
            defer { free(path) }
            return String(cString: path)
        }
    }

    /// The absolute path of an existing path, without `.`, `..` and symbolic links.
    ///
    /// Throws ENOENT if nothing exists there.
    package static func realPath(of path: String) throws(SystemCallError) -> String {
        guard let resolved = realpath(path, nil) else {
            throw SystemCallError(call: "realpath", errno: Errno(rawValue: errno))
        }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// Whether something exists at a path. Also true if that cannot be determined: opening the path then
    /// reports why.
    package static func mayExist(_ path: String) -> Bool {
        access(path, F_OK) == 0 || errno != ENOENT
    }

    /// The absolute path of the running program; nil if `/proc` is hidden.
    package static var executablePath: String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        guard count > 0 else { return nil }
        return String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// The host's name (gethostname(2)); empty if it has none.
    package static var name: String {
        var bytes = [CChar](repeating: 0, count: 256)
        guard gethostname(&bytes, bytes.count - 1) == 0 else { return "" }
        return String(decoding: bytes.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
