import CLinux
import Glibc
package import SystemPackage

/// A failed system call, with its error.
package struct SystemCallError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The call's name, as in its manual page.
    package let call: String
    /// The error from the kernel.
    package let errno: Errno
    /// What is wrong, in words, if the error does not come from a call; nil if the call and the error are the
    /// whole message.
    package let detail: String?

    /// An error of `call`.
    package init(call: String, errno: Errno, detail: String? = nil) {
        self.call = call
        self.errno = errno
        self.detail = detail
    }

    /// `openat: No such file or directory (ENOENT)`
    package var description: String { detail ?? "\(call): \(reason)" }

    /// `No such file or directory (ENOENT)`
    package var reason: String {
        guard let symbol = linux_error_symbol(errno.rawValue) else { return "\(errno)" }
        return "\(errno) (\(String(cString: symbol)))"
    }
}

/// Makes a system call, repeats it while a signal interrupts it, and throws if it returns -1.
@discardableResult
func system<Answer: FixedWidthInteger & SignedInteger>(
    _ call: String, _ body: () -> Answer
) throws(SystemCallError) -> Answer {
    while true {
        let answer = body()
        if answer != -1 { return answer }
        let error = Glibc.errno
        if error != EINTR { throw SystemCallError(call: call, errno: Errno(rawValue: error)) }
    }
}

/// The name of one entry of a folder, terminated by NUL for the kernel.
///
/// A name cannot lead out of its folder: a name that is empty, `.` or `..`, or contains a slash or a NUL, is
/// an invalid argument.
func entryName(_ name: [UInt8], for call: String) throws(SystemCallError) -> [CChar] {
    let isSpecial =
        name.isEmpty || name == [UInt8(ascii: ".")] || name == [UInt8(ascii: "."), UInt8(ascii: ".")]
    if isSpecial || name.contains(UInt8(ascii: "/")) {
        throw SystemCallError(call: call, errno: .invalidArgument)
    }
    return try terminated(name, for: call)
}

/// A path, terminated by NUL for the kernel. A path that contains a NUL is an invalid argument.
func terminated(_ path: some Collection<UInt8>, for call: String) throws(SystemCallError) -> [CChar] {
    let bytes = Array(path)
    let hasEnd = bytes.withUnsafeBytes { bytes in
        bytes.baseAddress.map { memchr($0, 0, bytes.count) != nil } ?? false
    }
    if hasEnd { throw SystemCallError(call: call, errno: .invalidArgument) }
    return [CChar](unsafeUninitializedCapacity: bytes.count + 1) { characters, count in
        bytes.withUnsafeBytes { UnsafeMutableRawBufferPointer(characters).copyMemory(from: $0) }
        characters[bytes.count] = 0
        count = bytes.count + 1
    }
}
