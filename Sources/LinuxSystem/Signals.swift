import CLinux
import Glibc
import SystemPackage

/// A signal that requests something from the process.
package enum Signal: Sendable, Hashable, CaseIterable {
    case terminate, interrupt, hangUp, user1, user2
    /// The size of the terminal changed.
    case windowChange
    /// Ctrl-Z at the terminal.
    case suspend

    /// The signals that a service handles, or must at least survive.
    package static let forService: [Signal] = [.terminate, .interrupt, .hangUp, .user1, .user2]

    /// Its number, as `kill` takes it.
    package var number: CInt {
        switch self {
        case .terminate: SIGTERM
        case .interrupt: SIGINT
        case .hangUp: SIGHUP
        case .user1: SIGUSR1
        case .user2: SIGUSR2
        case .windowChange: SIGWINCH
        case .suspend: SIGTSTP
        }
    }
}

/// What the process does about signals.
package enum Signals {
    /// Ignores SIGIO, which the kernel sends when a writer meets a lease, and SIGPIPE, which it sends when
    /// the other end of a connection is closed. Both would end the process, and the calls concerned report
    /// both cases anyway.
    package static func ignoreLeaseAndPipe() {
        _ = signal(SIGIO, SIG_IGN)
        _ = signal(SIGPIPE, SIG_IGN)
    }

    /// Stops this process, as the default effect of Ctrl-Z does. Returns when the process is continued.
    package static func stopProcess() {
        kill(getpid(), SIGSTOP)
    }
}

/// Takes the signals sent to this process, one after the other, on a thread that may block. Programs that
/// this process starts do not inherit the handlers. All readers of a process share the signals.
package final class SignalReader: Sendable {
    private let descriptor: OwnedDescriptor
    private let wait: StoppableWait

    /// Catches the signals from now on, until the process ends.
    package init(_ signals: [Signal] = Signal.forService) throws(SystemCallError) {
        let numbers = signals.map(\.number)
        let number = try system("sigaction") { linux_signal_reader(numbers, numbers.count) }
        descriptor = OwnedDescriptor(owning: number)
        wait = try StoppableWait()
    }

    /// Blocks until a signal arrives; `nil` after `stop()`.
    package func next() throws(SystemCallError) -> Signal? {
        while try wait.wait(for: descriptor) != .stopped {
            do throws(SystemCallError) {
                let number = try system("read") { linux_next_signal(descriptor.rawValue) }
                if let signal = Signal.allCases.first(where: { $0.number == number }) { return signal }
            } catch let error where error.errno == .wouldBlock {
                // Another reader of this process took it.
            }
        }
        return nil
    }

    /// Makes the current `next()` and all later ones return `nil`.
    package func stop() {
        wait.stop()
    }
}
