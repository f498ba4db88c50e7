import CLinux
import CSystemd
import Glibc

/// systemd, where it started this process and waits for word from it (`sd_notify`). Every message says
/// whether it was sent: where nobody waits, none is, and that is no error.
package struct ServiceManager: Sendable {
    /// The one that started this process, if any did.
    package static let current = ServiceManager()

    private init() {}

    /// The service, or its reload, is up.
    @discardableResult
    package func ready() -> Bool { notify("READY=1") }

    /// What the service is doing, in one line for people.
    /// - Parameter line: control characters in it become spaces, for a line break would begin another
    ///   message.
    @discardableResult
    package func status(_ line: String) -> Bool { notify("STATUS=" + Self.singleLine(line)) }

    /// The service is alive.
    @discardableResult
    package func watchdog() -> Bool { notify("WATCHDOG=1") }

    /// The service is ending.
    @discardableResult
    package func stopping() -> Bool { notify("STOPPING=1") }

    /// The service reads its configuration again; `ready()` ends it. Which signal asked for it is known by
    /// the time, so it has to be said after the signal came.
    @discardableResult
    package func reloading() -> Bool {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return notify("RELOADING=1\nMONOTONIC_USEC=\(time.tv_sec * 1_000_000 + time.tv_nsec / 1_000)")
    }

    /// Starting, reloading or stopping takes longer: no time-out before `duration` has passed from now.
    /// - Parameter duration: positive; whole microseconds of it count.
    @discardableResult
    package func extendTimeout(by duration: Duration) -> Bool {
        let (seconds, attoseconds) = duration.components
        return notify("EXTEND_TIMEOUT_USEC=\(seconds * 1_000_000 + attoseconds / 1_000_000_000_000)")
    }

    /// How often at least `watchdog()` must be called, lest the service be killed; `nil` where nobody counts.
    package var watchdogInterval: Duration? {
        var microseconds: UInt64 = 0
        guard sd_watchdog_enabled(0, &microseconds) > 0 else { return nil }
        return .microseconds(microseconds)
    }

    private func notify(_ message: String) -> Bool {
        sd_notify(0, message) > 0
    }

    static func singleLine(_ text: String) -> String {
        var line = String.UnicodeScalarView()
        line.append(
            contentsOf: text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 })
        return String(line)
    }
}
