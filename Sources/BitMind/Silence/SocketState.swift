internal import Glibc

/// The kernel's state of a socket.
enum SocketState {
    /// Limits the data that the kernel holds beyond what the peer has accepted, so that the bytes sent by
    /// libcurl show the progress of an upload.
    static func limitUnsent(_ socket: Int32) {
        var bytes: Int32 = 16_384
        setsockopt(socket, Int32(IPPROTO_TCP), TCP_NOTSENT_LOWAT, &bytes, socklen_t(MemoryLayout<Int32>.size))
    }

    /// If the peer is near, limits the data in flight in the kernel: more would bring no speed, and would no
    /// longer be in the processor's cache when the peer reads it (a tenth of an upload's cost over the
    /// loopback interface). On longer paths a limit would cost speed, and the kernel finds the best value
    /// itself.
    static func limitInFlight(_ socket: Int32) {
        var info = tcp_info()
        var length = socklen_t(MemoryLayout<tcp_info>.size)
        let near = 200  // µs there and back
        guard getsockopt(socket, Int32(IPPROTO_TCP), TCP_INFO, &info, &length) == 0, info.tcpi_rtt < near
        else {
            return
        }
        // The kernel doubles the value for its own overhead (socket(7)).
        var bytes = Int32(UploadBody.bufferSize)
        setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &bytes, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Makes the kernel send keepalive probes while waiting for an answer. The kernel itself gives up only
    /// after minutes; `SilenceRule` decides earlier.
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

    /// Whether data, or the end, can be read.
    static func isReadable(_ socket: Int32) -> Bool {
        var entry = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, 0) > 0
    }

    /// The data in the socket, at most `limit` bytes, without waiting. It is available even after a reset.
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

/// The progress of a connection, from the kernel (struct tcp_info).
struct TCPState: Equatable {
    /// The number of bytes that the peer has acknowledged on this connection.
    var acknowledgedBytes: UInt64
    /// Whether bytes are in flight that the peer has not acknowledged.
    var isUnacknowledged: Bool
    /// How long the kernel waits before it resends them; longer each time.
    var nextRetransmission: Duration
    /// The time since the peer last acknowledged anything, even a probe.
    var sinceAcknowledged: Duration
}

extension TCPState {
    /// - Returns: nil if the kernel does not report it.
    init?(_ socket: Int32) {
        // Offsets in the kernel's structure. glibc's own declaration ends before tcpi_bytes_acked.
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
