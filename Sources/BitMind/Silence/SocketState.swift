internal import Glibc

/// What the kernel knows of a socket.
enum SocketState {
    /// Has the kernel hold little more than the peer has taken, so that what libcurl has sent says how
    /// far an upload is.
    static func limitUnsent(_ socket: Int32) {
        var bytes: Int32 = 16_384
        setsockopt(socket, Int32(IPPROTO_TCP), TCP_NOTSENT_LOWAT, &bytes, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Where the peer is near, has the kernel hold little of what is on the way: the rest would be there for nothing,
    /// and no longer in the processor's cache when the peer reads it (a tenth of an upload's cost over the loopback
    /// interface). On longer ways that would take speed, and the kernel finds by itself what is best.
    static func limitInFlight(_ socket: Int32) {
        var info = tcp_info()
        var length = socklen_t(MemoryLayout<tcp_info>.size)
        let near = 200  // µs there and back
        guard getsockopt(socket, Int32(IPPROTO_TCP), TCP_INFO, &info, &length) == 0, info.tcpi_rtt < near
        else {
            return
        }
        // The kernel doubles it, and counts what it needs itself (socket(7)).
        var bytes = Int32(UploadBody.bufferSize)
        setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &bytes, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Has the kernel ask the peer for a sign of life while an answer is waited for. The kernel itself gives up only
    /// after minutes: `SilenceRule` decides before.
    static func askForLife(_ socket: Int32, _ asks: Bool) {
        let idle: Int32 = asks ? 5 : 60
        for (option, value) in [(TCP_KEEPIDLE, idle), (TCP_KEEPINTVL, asks ? 3 : 60), (TCP_KEEPCNT, 127)] {
            var value = value
            setsockopt(socket, Int32(IPPROTO_TCP), option, &value, socklen_t(MemoryLayout<Int32>.size))
        }
    }

    static func localPort(_ socket: Int32) -> Int32? {
        var address = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        let code = withUnsafeMutableBytes(of: &address) { bytes in
            getsockname(socket, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), &length)
        }
        // IPv4 has its port in the same place.
        return code == 0 ? Int32(UInt16(bigEndian: address.sin6_port)) : nil
    }

    /// Whether something, or the end, can be read.
    static func isReadable(_ socket: Int32) -> Bool {
        var entry = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, 0) > 0
    }

    /// What lies in the socket, at most `limit` bytes; doesn't wait. It is there even after a reset.
    static func drain(_ socket: Int32, limit: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while bytes.count < limit {
            let count = recv(socket, &chunk, chunk.count, Int32(MSG_DONTWAIT))
            guard count > 0 else { break }
            bytes.append(contentsOf: chunk[..<count])
        }
        return bytes
    }
}

/// How far a connection is, by the kernel's account (struct tcp_info).
struct TCPState: Equatable {
    /// How many bytes the peer has acknowledged since the connection stood.
    var acknowledgedBytes: UInt64
    /// Whether bytes are on the way that the peer has not acknowledged.
    var isUnacknowledged: Bool
    /// How long the kernel waits before it sends them again; longer each time.
    var nextRetransmission: Duration
    /// How long ago the peer acknowledged anything, be it a probe.
    var sinceAcknowledged: Duration
}

extension TCPState {
    /// - Returns: nil where the kernel doesn't tell.
    init?(_ socket: Int32) {
        // Of the kernel's structure: glibc's own declaration ends before tcpi_bytes_acked.
        let (rto, unacknowledged, lastAcknowledged, acknowledged) = (8, 24, 56, 120)
        var info = [UInt8](repeating: 0, count: 256)
        var length = socklen_t(info.count)
        guard getsockopt(socket, Int32(IPPROTO_TCP), TCP_INFO, &info, &length) == 0,
            length >= acknowledged + 8
        else { return nil }
        self = info.withUnsafeBytes { info in
            func number(at offset: Int) -> UInt32 {
                info.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
            }
            return TCPState(
                acknowledgedBytes: info.loadUnaligned(fromByteOffset: acknowledged, as: UInt64.self),
                isUnacknowledged: number(at: unacknowledged) > 0,
                nextRetransmission: .microseconds(Int64(number(at: rto))),
                sinceAcknowledged: .milliseconds(Int64(number(at: lastAcknowledged))))
        }
    }
}
