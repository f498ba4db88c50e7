import CLinux
import Glibc
import SystemPackage

/// A signal that asks the process for something.
package enum Signal: Sendable, Hashable, CaseIterable {
    case terminate, interrupt, hangUp, user1, user2
    /// The terminal has another size.
    case windowChange
    /// Ctrl-Z at the terminal.
    case suspend

    /// Those that a service heeds, or must at least outlive.
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
    /// Ignores SIGIO, which the kernel sends where a writer comes upon a lease, and SIGPIPE, which it sends
    /// where the other end of a connection is gone: both would end the process, and both are also told
    /// otherwise.
    package static func ignoreLeaseAndPipe() {
        _ = signal(SIGIO, SIG_IGN)
        _ = signal(SIGPIPE, SIG_IGN)
    }

    /// Stops this process, as Ctrl-Z does where nobody catches it; returns when it is told to go on.
    package static func stopProcess() {
        kill(getpid(), SIGSTOP)
    }
}

/// Takes the signals that are sent to this process, one after the other, on a thread that may block. Programs
/// that this one starts don't inherit it. All readers of a process share what comes.
package final class SignalReader: Sendable {
    private let descriptor: OwnedDescriptor
    private let wait: StoppableWait

    /// Catches signals from now on, for as long as the process lives.
    package init(_ signals: [Signal] = Signal.forService) throws(SystemCallError) {
        let numbers = signals.map(\.number)
        let number = try system("sigaction") { linux_signal_reader(numbers, numbers.count) }
        descriptor = OwnedDescriptor(owning: number)
        wait = try StoppableWait()
    }

    /// Blocks until a signal comes; `nil` once `stop()` was called.
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

    /// Makes the `next()` under way and all later ones return `nil`.
    package func stop() {
        wait.stop()
    }
}
