import Foundation
import Testing

extension OnSystemd {
    /// What an attacker who controls the program could do from inside the unit: each thing is tried there.
    @Suite struct ProbeTests {
        /// Prints a line "NAME RESULT" for each thing that a script tries: "done", or the error's name.
        private static let prelude = #"""
            import ctypes, errno, mmap, os, socket, sys
            libc = ctypes.CDLL(None, use_errno=True)
            def attempt(name, action):
                try:
                    action()
                    print(name, "done")
                except OSError as error:
                    print(name, errno.errorcode.get(error.errno, error.errno))
            def call(number, *arguments):
                def action():
                    if libc.syscall(number, *arguments) == -1:
                        raise OSError(ctypes.get_errno(), "")
                return action
            """#

        private func results(_ text: String) -> [String: String] {
            Dictionary(
                text.split(separator: "\n").compactMap { line in
                    let words = line.split(separator: " ")
                    return words.count == 2 ? (String(words[0]), String(words[1])) : nil
                }, uniquingKeysWith: { first, _ in first })
        }

        @Test
        func `from inside nothing of the system is to be seen, changed or run but what the program needs`()
            async throws
        {
            try await Box.with { box in
                try await box.setUp()
                try await box.run(
                    """
                    useradd -m bob; echo secret >/home/bob/letter; mkdir -p /var/lib/other; echo x >/var/lib/other/data
                    cp /bin/true /srv/bitmind/program; chmod 755 /srv/bitmind/program
                    """)
                let hidden = [
                    "/etc/shadow", "/etc/credstore", "/etc/ssh", "/etc/systemd", "/home", "/root/probe.py",
                    "/var/lib", "/var/log", "/run/dbus", "/run/systemd/private", "/run/systemd/userdb",
                    "/run/systemd/system", "/sys/kernel", "/sys/class", "/dev/shm/x", "/dev/mem", "/dev/kmsg",
                    "/proc/1/environ", "/proc/kcore", "/proc/kallsyms", "/proc/sys/kernel",
                    "/proc/sysrq-trigger",
                    "/proc/cmdline", "/usr/bin/sudo", "/usr/bin/systemctl", "/usr/sbin", "/boot", "/mnt",
                    "/opt/x",
                ]
                let writes = [
                    "/", "/etc", "/etc/bitmind-watch", "/usr", "/usr/lib", "/usr/bin", "/lib", "/var", "/srv",
                ]
                let folders = ["/srv/bitmind", "/tmp", "/var/tmp", "/run"]
                let output = try await box.probe(
                    Self.prelude + """

                        for path in \(hidden):
                            attempt("see:" + path, lambda: os.close(os.open(path, os.O_RDONLY)))
                        for path in \(writes):
                            attempt("write:" + path, lambda: os.close(os.open(path + "/trial", os.O_CREAT | os.O_WRONLY)))
                        import shutil, subprocess
                        for path in \(folders):
                            def run():
                                shutil.copy("/bin/sh", path + "/program")
                                os.chmod(path + "/program", 0o755)
                                os.execv(path + "/program", ["program", "-c", "exit 0"])
                            attempt("run:" + path, run)
                        attempt("write:/srv/bitmind/inbox", lambda: os.close(os.open("/srv/bitmind/inbox/.trial", os.O_CREAT | os.O_WRONLY)))
                        """)
                let results = results(output)
                for path in hidden {
                    let result = try #require(results["see:" + path], "\(output)")
                    #expect(["ENOENT", "EACCES", "EPERM", "ENOTDIR"].contains(result), "\(path)")
                }
                for path in writes {
                    let result = try #require(results["write:" + path])
                    #expect(["EROFS", "EACCES", "ENOENT", "EPERM"].contains(result), "\(path)")
                }
                for path in folders { #expect(results["run:" + path] == "EACCES", "\(path): \(output)") }
                #expect(results["write:/srv/bitmind/inbox"] == "done")
            }
        }

        /// System calls that the program does not make, by their numbers; on x86-64 alone.
        private static let calls: [(name: String, arguments: String)] = [
            ("shmget", "29, 0, 4096, 0o1600"), ("semget", "64, 0, 1, 0o1600"), ("msgget", "68, 0, 0o1600"),
            ("mq_open", "240, b'x', 0o102, 0o600, None"), ("process_vm_readv", "310, 1, None, 0, None, 0, 0"),
            ("process_vm_writev", "311, 1, None, 0, None, 0, 0"), ("kcmp", "312, 1, 1, 0, 0, 0"),
            ("userfaultfd", "323, 1"), ("add_key", "248, b'user', b'x', b'x', 1, -3"),
            ("keyctl", "250, 0, -3, 1"),
            ("io_setup", "206, 1, ctypes.byref(ctypes.c_ulong(0))"), ("io_uring_setup", "425, 1, None"),
            ("setuid", "105, 0"), ("setresuid", "117, 0, 0, 0"), ("setgroups", "116, 0, None"),
            ("chroot", "161, b'/tmp'"), ("mount", "165, b'x', b'/tmp', b'tmpfs', 0, None"),
            ("umount2", "166, b'/proc', 2"),
            ("pivot_root", "155, b'/', b'/tmp'"), ("unshare", "272, 0x10000000"), ("setns", "308, 0, 0"),
            ("ptrace", "101, 16, 1, 0, 0"), ("bpf", "321, 0, None, 0"),
            ("perf_event_open", "298, None, 0, -1, -1, 0"),
            ("personality", "135, 0x8"), ("chown", "92, b'/srv/bitmind/inbox/.own', 0, 0"),
            ("capset", "126, None, None"),
            ("clock_settime", "227, 0, None"), ("settimeofday", "164, None, None"),
            ("sethostname", "170, b'x', 1"),
            ("syslog", "103, 10, 0, 0"), ("reboot", "169, 0, 0, 0, 0"), ("swapon", "167, b'/tmp/x', 0"),
            ("init_module", "175, None, 0, b''"), ("kexec_load", "246, 0, 0, None, 0"), ("iopl", "172, 3"),
            ("mknod", "133, b'/srv/bitmind/inbox/.device', 0o20600, 0x103"), ("acct", "163, None"),
            ("quotactl", "179, 0, None, 0, None"),
            ("open_by_handle_at", "304, -1, None, 0"), ("fanotify_init", "300, 0, 0"),
            ("lookup_dcookie", "212, 0, None, 0"),
            ("setpriority", "141, 0, 0, -5"),
            ("sched_setscheduler", "144, 0, 1, ctypes.byref(ctypes.c_int(1))"),
            ("chmod-setuid", "90, b'/srv/bitmind/inbox/.own', 0o4755"),
            ("fchmodat-setgid", "268, -100, b'/srv/bitmind/inbox/.own', 0o2755"),
            ("create-setuid", "257, -100, b'/srv/bitmind/inbox/.setuid', 0o101, 0o4755"),
        ]

        @Test(.enabled(if: isX86, "the numbers of the calls are those of x86-64"))
        func `from inside no call is answered that the program does not make`() async throws {
            try await Box.with { box in
                try await box.setUp()
                let lines = Self.calls.map { #"attempt("\#($0.name)", call(\#($0.arguments)))"# }
                let output = try await box.probe(
                    Self.prelude + """

                        os.close(os.open("/srv/bitmind/inbox/.own", os.O_CREAT | os.O_WRONLY, 0o755))
                        \(lines.joined(separator: "\n"))
                        for name, family, kind in [("netlink", 16, 3), ("packet", 17, 3), ("raw", 2, 3), ("vsock", 40, 1), ("bluetooth", 31, 3)]:
                            attempt("socket-" + name, lambda: socket.socket(family, kind, 1 if family in (2, 31) else 0))
                        attempt("memory", lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC))
                        attempt("pipe", lambda: os.pipe())
                        attempt("internet", lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM))
                        """)
                let results = results(output)
                for name in Self.calls.map(\.name) + [
                    "socket-netlink", "socket-packet", "socket-raw", "socket-vsock", "socket-bluetooth",
                    "memory",
                ] {
                    let result = try #require(results[name], "\(name): \(output)")
                    #expect(
                        ["EPERM", "EACCES", "EAFNOSUPPORT", "ENOSYS"].contains(result), "\(name): \(result)")
                }
                #expect(results["pipe"] == "done" && results["internet"] == "done")
                for property in ["MemoryMax", "TasksMax"] {
                    #expect(try await box.property(property) != "infinity", "\(property)")
                }
            }
        }

        private static var isX86: Bool {
            #if arch(x86_64)
                true
            #else
                false
            #endif
        }

        @Test func `names of hosts are looked up as the system does it now, without a restart`() async throws
        {
            try await Box.with { box in
                try await box.setUp()
                let process = try await box.property("MainPID")
                for file in ["resolv.conf", "hosts", "nsswitch.conf"] {
                    try await box.run(
                        "cp /etc/\(file) /etc/new; echo '# changed' >>/etc/new; mv /etc/new /etc/\(file)")
                    try await box.wait(
                        until: "tail -n 1 /proc/\(process)/root/etc/\(file) | grep -qx '# changed'")
                }
                #expect(try await box.property("MainPID") == process)
            }
        }
    }
}
