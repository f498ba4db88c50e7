internal import Glibc
internal import Synchronization

/// Which addresses answer new connections. Connections that make no progress share this, so that one probe
/// serves them all.
final class PathWatch: Sendable {
    private struct Path {
        var probed: ContinuousClock.Instant?
        var answered: ContinuousClock.Instant?
    }

    /// The longest time of a probe, and the interval of probes.
    static let interval = Duration.seconds(3)
    private let paths = Mutex<[SocketAddress: Path]>([:])

    /// When the address last answered; nil for never.
    func answered(_ address: SocketAddress) -> ContinuousClock.Instant? {
        paths.withLock { $0[address]?.answered }
    }

    /// Records that the address answers.
    func noteAnswer(_ address: SocketAddress, at now: ContinuousClock.Instant) {
        paths.withLock { $0[address, default: Path()].answered = now }
    }

    /// - Returns: whether to probe; false if another connection has just begun to.
    func beginProbe(_ address: SocketAddress, at now: ContinuousClock.Instant) -> Bool {
        paths.withLock { paths in
            // More than any host has: these are old.
            if paths.count > 64 { paths = [:] }
            if let probed = paths[address]?.probed, now - probed < Self.interval { return false }
            paths[address, default: Path()].probed = now
            return true
        }
    }
}

/// The address that a socket is connected to.
struct SocketAddress: Hashable {
    /// In the form of `struct sockaddr`.
    fileprivate let bytes: [UInt8]

    /// - Returns: nil if the socket is not connected.
    init?(ofPeer socket: Int32) {
        var bytes = [UInt8](repeating: 0, count: MemoryLayout<sockaddr_storage>.size)
        var length = socklen_t(bytes.count)
        let code = bytes.withUnsafeMutableBytes { bytes in
            getpeername(socket, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), &length)
        }
        guard code == 0 else { return nil }
        self.bytes = Array(bytes.prefix(Int(length)))
    }
}

/// A connection that only tests whether the address answers.
final class PathProbe {
    private let descriptor: Int32
    private let begun: ContinuousClock.Instant

    /// - Returns: nil if no socket can be made.
    init?(_ address: SocketAddress, at now: ContinuousClock.Instant) {
        let family = address.bytes.withUnsafeBytes { $0.loadUnaligned(as: sa_family_t.self) }
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        descriptor = socket(Int32(family), type, 0)
        begun = now
        guard descriptor >= 0 else { return nil }
        _ = address.bytes.withUnsafeBytes { bytes in
            connect(
                descriptor, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self),
                socklen_t(bytes.count))
        }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Whether the address has answered, even with a refusal; nil while this is not known.
    func result(at now: ContinuousClock.Instant) -> Bool? {
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        guard poll(&entry, 1, 0) > 0 else { return now - begun < PathWatch.interval ? nil : false }
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length)
        return code == 0 || code == ECONNREFUSED
    }
}
