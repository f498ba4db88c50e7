import CLinux
import CSystemd
import Glibc

/// systemd, if it started this process and expects notifications (`sd_notify`). Every function returns
/// whether the message was sent. Without systemd no message is sent, and that is not an error.
package struct ServiceManager: Sendable {
    /// The service manager that started this process, if any.
    package static let current = ServiceManager()

    private init() {}

    /// The start of the service, or its reload, is complete.
    @discardableResult
    package func ready() -> Bool { notify("READY=1") }

    /// Reports what the service is doing, in one line for people.
    /// - Parameter line: control characters become spaces, because a line break would begin another message.
    @discardableResult
    package func status(_ line: String) -> Bool { notify("STATUS=" + Self.singleLine(line)) }

    /// The service is alive (the watchdog's notification).
    @discardableResult
    package func watchdog() -> Bool { notify("WATCHDOG=1") }

    /// The service is stopping.
    @discardableResult
    package func stopping() -> Bool { notify("STOPPING=1") }

    /// The service reloads its configuration; `ready()` ends the reload. systemd matches the message to a
    /// signal by its time, so it must be sent after the signal arrived.
    @discardableResult
    package func reloading() -> Bool {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return notify("RELOADING=1\nMONOTONIC_USEC=\(time.tv_sec * 1_000_000 + time.tv_nsec / 1_000)")
    }

    /// Extends the time-out of a start, reload or stop to `duration` from now.
    /// - Parameter duration: positive; counted in whole microseconds.
    @discardableResult
    package func extendTimeout(by duration: Duration) -> Bool {
        let (seconds, attoseconds) = duration.components
        return notify("EXTEND_TIMEOUT_USEC=\(seconds * 1_000_000 + attoseconds / 1_000_000_000_000)")
    }

    /// The longest time between two calls of `watchdog()`, after which systemd kills the service; `nil`
    /// without a watchdog.
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
