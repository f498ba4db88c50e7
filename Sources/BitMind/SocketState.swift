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

    /// How many bytes the peer has acknowledged since the connection stood; nil where the kernel doesn't
    /// tell.
    static func acknowledgedBytes(_ socket: Int32) -> UInt64? {
        // The place of tcpi_bytes_acked in struct tcp_info, which glibc's own declaration lacks.
        let offset = 120
        var info = [UInt8](repeating: 0, count: 256)
        var length = socklen_t(info.count)
        guard getsockopt(socket, Int32(IPPROTO_TCP), TCP_INFO, &info, &length) == 0, length >= offset + 8
        else {
            return nil
        }
        return info.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self) }
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
