import CLinux
import Glibc
import Synchronization

/// Waits until a descriptor has something to read, or somebody wants the waiting thread to look up or stop.
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

    /// Blocks, for any time, on one thread at once.
    func wait(for descriptor: borrowing OwnedDescriptor) throws(SystemCallError) -> Outcome {
        var descriptors = [
            pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0),
            pollfd(fd: counter.rawValue, events: Int16(POLLIN), revents: 0),
        ]
        try system("poll") { poll(&descriptors, nfds_t(descriptors.count), -1) }
        if isStopped { return .stopped }
        if descriptors[1].revents == 0 { return .readable }
        // Taken back before the flag is looked at again, so a stop in between is either seen or still to
        // read.
        var wakes: UInt64 = 0
        try system("read") { read(counter.rawValue, &wakes, MemoryLayout.size(ofValue: wakes)) }
        return isStopped ? .stopped : .woken
    }

    /// Makes the wait under way, else the next one, end as `.woken`.
    func wake() {
        var one: UInt64 = 1
        // It fails only where 2^64 wakes are waiting already.
        _ = write(counter.rawValue, &one, MemoryLayout.size(ofValue: one))
    }

    /// Makes the wait under way and all later ones end as `.stopped`.
    func stop() {
        stopFlag.store(true, ordering: .releasing)
        wake()
    }
}
