internal import CCurl

/// The libcurl handles that one thread keeps from one request to the next.
///
/// | handle | remembers | until | effect |
/// | --- | --- | --- | --- |
/// | easy | that the body must be rewound, after CURLcode 65 (libcurl 8.7 and later) | it is freed | every later request fails with 65, without traffic |
/// | easy | how often it replaced a connection by itself (before 8.17) | it is freed | the sixth replacement fails |
/// | easy | its TLS sessions (before 8.12) | it is freed | a handshake with a session that the server has dropped |
/// | multi | one connection | it breaks | a request on a connection that is dead already |
/// | multi | the addresses of a name | 60 s | new connections go to a host that has moved |
/// | multi | that a name has no address (8.16 and later) | 30 s | the host stays unknown after its name is back |
/// | multi | its TLS sessions (8.12 and later) | it is freed | as for the easy handle |
///
/// Therefore the handles are reused only after a request that succeeded at its first attempt. After any other
/// request, new handles are made, which costs some microseconds.
final class KeptHandles {
    let multi: UnsafeMutableRawPointer
    let waker: Waker
    /// The handle of the last upload, set up for the next one.
    private var uploadHandle: EasyHandle?

    init() {
        // As Swift itself does.
        guard let multi = curl_multi_init() else { fatalError("libcurl has no memory") }
        ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, 1)
        // Up to 8.19 the easy handle has this option, see `prepare`. Older libraries refuse it here.
        ccurl_multi_set_long(multi, ccurl_multi_quick_exit, 1)
        self.multi = multi
        waker = Waker(multi)
    }

    /// The handle of the last upload, if it was kept.
    func takeUploadHandle() -> EasyHandle? { uploadHandle.take() }

    /// Keeps the handle of a successful upload.
    func keep(_ handle: EasyHandle) {
        handle.clearMessage()
        uploadHandle = handle
    }

    /// Closes the connection, and frees everything. Call once, before the targets of the callbacks are freed.
    func close() {
        waker.close()
        uploadHandle.take()?.release()
        curl_multi_cleanup(multi)
    }
}
