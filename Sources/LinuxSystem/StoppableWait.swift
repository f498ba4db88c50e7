import CLinux
import Glibc
import Synchronization

/// Waits until a descriptor is readable, or another thread wakes or stops the waiting thread.
struct StoppableWait: ~Copyable, Sendable {
    enum Outcome {
        case readable, woken, stopped
    }

    private let counter: OwnedDescriptor
    private let stopFlag = Atomic(false)

    init() throws(SystemCallError) {
        counter = OwnedDescriptor(owning: try system("eventfd") { linux_event_counter() })
    }

    var isStopped: Bool { stopFlag.load(ordering: .acquiring) }

    /// Blocks without a time limit. One thread may wait at a time.
    func wait(for descriptor: borrowing OwnedDescriptor) throws(SystemCallError) -> Outcome {
        var descriptors = [
            pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0),
            pollfd(fd: counter.rawValue, events: Int16(POLLIN), revents: 0),
        ]
        try system("poll") { poll(&descriptors, nfds_t(descriptors.count), -1) }
        if isStopped { return .stopped }
        if descriptors[1].revents == 0 { return .readable }
        // Reset before the flag is checked again, so a stop in between is either seen here or still readable.
        var wakes: UInt64 = 0
        try system("read") { read(counter.rawValue, &wakes, MemoryLayout.size(ofValue: wakes)) }
        return isStopped ? .stopped : .woken
    }

    /// Makes the current wait, or the next one, end as `.woken`.
    func wake() {
        var one: UInt64 = 1
        // It fails only if 2^64 wakes are already pending.
        _ = write(counter.rawValue, &one, MemoryLayout.size(ofValue: one))
    }

    /// Makes the current wait and all later ones end as `.stopped`.
    func stop() {
        stopFlag.store(true, ordering: .releasing)
        wake()
    }
}
