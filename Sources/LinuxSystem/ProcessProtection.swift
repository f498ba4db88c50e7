import CLinux

/// What keeps the process's memory, and the credentials in it, to itself.
package enum ProcessProtection {
    /// Lets the process open as many files as it may at all (RLIMIT_NOFILE): the usual soft limit of 1,024 is
    /// kept low for programs that use select(2), which this one does not.
    package static func raiseOpenFiles() throws(SystemCallError) {
        try system("setrlimit") { linux_raise_open_files() }
    }

    /// From now on a crash leaves no core dump, not even by way of a crash handler, and processes of the
    /// same user can't trace this one or read its memory. Programs that this one starts are not protected.
    ///
    /// Swift's own handler is taken off as well: its backtrace prints memory, secrets perhaps included, and
    /// waits for ever for what an undumpable process doesn't give it. A crash ends the process at once.
    ///
    /// The process's files in /proc belong to root from now on; it still gets at its own descriptors there.
    package static func forbidCoreDumps() throws(SystemCallError) {
        try system("prctl") { linux_forbid_dumps() }
    }
}
