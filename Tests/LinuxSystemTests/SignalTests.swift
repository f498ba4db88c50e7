import Glibc
import Testing

@testable import LinuxSystem

// One after the other, because the readers of a process share the signals.
@Suite(.serialized) struct `Signals of the process` {
    @Test(.timeLimit(.minutes(3)))
    func `they come to the reader, in their order, until it is stopped`() async throws {
        let received = try await onThreadOfItsOwn {
            let reader = try SignalReader([.user1, .hangUp])
            kill(getpid(), SIGUSR1)
            let first = try reader.next()
            kill(getpid(), SIGHUP)
            let second = try reader.next()
            reader.stop()
            return [first, second, try reader.next()]
        }
        #expect(received == [.user1, .hangUp, nil])
    }

    @Test(.timeLimit(.minutes(3)))
    func `a reader that waits is stopped`() async throws {
        let reader = try SignalReader([.user2])
        async let signal = onThreadOfItsOwn { try reader.next() }
        reader.stop()
        #expect(try await signal == nil)
    }

    @Test func `a broken lease or connection does not end the process`() async throws {
        try await onThreadOfItsOwn {
            for number in [SIGIO, SIGPIPE] {
                _ = signal(number, SIG_DFL)
                // Threads that come from a pool may have it blocked, and pass this on.
                var set = sigset_t()
                sigemptyset(&set)
                sigaddset(&set, number)
                pthread_sigmask(SIG_UNBLOCK, &set, nil)
            }
            Signals.ignoreLeaseAndPipe()
            #expect(raise(SIGIO) == 0 && raise(SIGPIPE) == 0)
        }
    }

    @Test func `signals have the numbers that kill takes`() {
        #expect(Signal.allCases.map(\.number) == [15, 2, 1, 10, 12, 28, 20])
    }
}
