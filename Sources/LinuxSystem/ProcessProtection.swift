import CLinux

/// Protects the process's memory, and the credentials in it, from other processes.
package enum ProcessProtection {
    /// Raises the limit of open files to its maximum (RLIMIT_NOFILE). The usual soft limit of 1,024 is low
    /// for the sake of programs that use select(2), which this one does not.
    package static func raiseOpenFiles() throws(SystemCallError) {
        try system("setrlimit") { linux_raise_open_files() }
    }

    /// From now on a crash leaves no core dump, not even through a crash handler, and processes of the same
    /// user cannot trace this one or read its memory. Programs that this process starts are not protected.
    ///
    /// Swift's own crash handler is removed: its backtrace prints memory, which may contain secrets, and it
    /// waits forever for data that an undumpable process does not give. A crash ends the process at once.
    ///
    /// From now on the process's files in /proc belong to root. The process can still open its own
    /// descriptors there.
    package static func forbidCoreDumps() throws(SystemCallError) {
        try system("prctl") { linux_forbid_dumps() }
    }
}
