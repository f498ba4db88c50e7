import LinuxSystem
import SystemPackage
import WatchCore

extension Check {
    /// Whether the kernel allows a watch for each folder, and one more instance.
    func inotify(needed: Int) -> [CheckResult] {
        [watches(needed: needed), instance()]
    }

    private func watches(needed: Int) -> CheckResult {
        do throws(SystemCallError) {
            let allowed = try InotifyLimits.maxUserWatches
            guard needed <= allowed else {
                return .problem(
                    "inotify: \(needed) folders to watch, but only \(allowed) watches allowed: "
                        + "raise fs.inotify.max_user_watches with sysctl")
            }
            return .ok("inotify: \(needed) watches needed, \(allowed) allowed")
        } catch {
            return .ok("inotify: \(needed) watches needed; the limit cannot be read here")
        }
    }

    private func instance() -> CheckResult {
        do throws(SystemCallError) {
            if try Inotify().canWatch { return .ok("inotify: an instance is available") }
            return .problem(
                "inotify: no instance is available: raise fs.inotify.max_user_instances with sysctl")
        } catch {
            return .problem("inotify: no instance is available (\(error))")
        }
    }

    /// Whether the kernel reports that a process still writes a file.
    func openForWriting() -> CheckResult {
        let what = "open for writing: "
        do throws(SystemCallError) {
            let status = try DirectoryHandle.open(path: "/proc/self").openFile(Array("status".utf8))
                .bytes(at: 0, count: 16_384)
            if CapabilityText.hasLease(String(decoding: status, as: UTF8.self)) {
                return .ok(what + "detected for all files (CAP_LEASE)")
            }
            return .ok(
                what + "detected for the service's own files only; for other files, the quiet time `settle` "
                    + "decides. The systemd unit gives CAP_LEASE, which detects it for all files")
        } catch {
            return .ok(what + "it cannot be checked here whether it is detected (\(error.errno))")
        }
    }

    /// Whether the metrics can be written.
    func metrics() -> [CheckResult] {
        guard let path = configuration.metrics.textfile else { return [] }
        guard let complaint = ReplacedFile(path).complaint(about: { try $0.probe() }) else {
            return [.ok("metrics \(shown(path)): can be written")]
        }
        return [
            .problem(
                "metrics \(shown(path)): \(complaint.text)",
                denial: complaint.isDenied ? "metrics \(shown(path)): you may not write there" : nil)
        ]
    }
}

/// The capabilities in `/proc/self/status`.
enum CapabilityText {
    /// Whether CAP_LEASE (capabilities(7), number 28) is in effect.
    static func hasLease(_ status: String) -> Bool {
        for line in status.split(separator: "\n") where line.hasPrefix("CapEff:") {
            let digits = line.dropFirst("CapEff:".count).drop { $0 == "\t" || $0 == " " }
            return (UInt64(digits, radix: 16) ?? 0) & (1 << 28) != 0
        }
        return false
    }
}
