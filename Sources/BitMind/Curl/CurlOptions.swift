internal import CCrypto
internal import CCurl

extension TransferWorker {
    /// Sets the options of all requests.
    func prepare(_ handle: EasyHandle) {
        let easy = handle.easy
        ccurl_set_long(easy, CURLOPT_NOSIGNAL, 1)
        // Without it, libcurl waits for a name server that does not answer, despite the request's time-out or
        // a stop. The look-up's thread is detached, and cleans up when the C library gives up. From libcurl
        // 8.20 on, the multi handle has this option.
        ccurl_set_long(easy, CURLOPT_QUICK_EXIT, 1)
        ccurl_set_string(easy, CURLOPT_PROTOCOLS_STR, "http,https")
        // Before 8.16 libcurl leaves the lowest version to OpenSSL and its configuration.
        ccurl_set_long(easy, CURLOPT_SSLVERSION, ccurl_tls_1_2)
        ccurl_set_long(easy, CURLOPT_PROXY_SSLVERSION, ccurl_tls_1_2)
        ccurl_set_long(easy, CURLOPT_FOLLOWLOCATION, 0)
        // Many uploads over one HTTP/2 connection would share one window.
        ccurl_set_long(easy, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        ccurl_set_string(easy, CURLOPT_USERAGENT, settings.userAgent)
        // Over TLS, data already given to libcurl delays the server's early answer, so give it little at a
        // time.
        ccurl_set_long(easy, CURLOPT_UPLOAD_BUFFERSIZE, settings.isTLS ? 16 << 10 : UploadBody.bufferSize)
        ccurl_set_long(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        // Some proxies compress without being asked. The length of the decompressed answer counts.
        ccurl_set_string(easy, CURLOPT_ACCEPT_ENCODING, "gzip, deflate")
        ccurl_set_long(
            easy, CURLOPT_CONNECTTIMEOUT_MS, max(1, Int(settings.connectTimeout / .milliseconds(1))))
        ccurl_set_long(
            easy, CURLOPT_EXPECT_100_TIMEOUT_MS, Int(settings.questionTimeout / .milliseconds(1)))
        ccurl_set_long(easy, CURLOPT_TCP_KEEPALIVE, 1)
        if let proxy = settings.proxy { ccurl_set_string(easy, CURLOPT_PROXY, proxy) }
        if settings.ignoresNoProxy { ccurl_set_string(easy, CURLOPT_NOPROXY, "") }
        keepConnections(of: easy)
    }

    /// Registers `connections` for each connection, and the check of the server's certificate.
    private func keepConnections(of easy: UnsafeMutableRawPointer) {
        let pointer = Unmanaged.passUnretained(connections).toOpaque()
        ccurl_on_open(
            easy,
            { pointer, _, address in
                guard let pointer, let address = address?.pointee else { return -1 }
                return Connections.at(pointer).open(
                    family: address.family, type: address.socktype, protocol: address.protocol)
            }, pointer)
        ccurl_on_close(
            easy, { pointer, socket in pointer.map { Connections.at($0).close(socket) } ?? -1 }, pointer)
        // CURLOPT_CAINFO would replace the system's authorities; this adds to them.
        guard settings.caFile != nil else { return }
        ccurl_on_tls(
            easy,
            { _, context, pointer in
                guard let context, let pointer, let file = Connections.at(pointer).settings.caFile,
                    SSL_CTX_load_verify_locations(OpaquePointer(context), file, nil) == 1
                else { return CURLE_SSL_CACERT_BADFILE }
                return CURLE_OK
            }, pointer)
    }

    /// Sets the options of this request.
    func configure(_ transfer: Transfer) {
        let easy = transfer.handle.easy
        let pointer = Unmanaged.passUnretained(transfer).toOpaque()
        ccurl_set_string(easy, CURLOPT_URL, settings.baseURL + transfer.order.request.path)
        ccurl_set_headers(easy, transfer.headers)
        setBody(of: transfer)
        ccurl_on_write(
            easy,
            { bytes, size, count, pointer in
                let bytes = UnsafeRawBufferPointer(start: bytes, count: size * count)
                return pointer.map { Transfer.at($0).receive(bytes) } == true ? bytes.count : 0
            }, pointer)
        ccurl_on_header(
            easy,
            { line, size, count, pointer in
                let line = UnsafeRawBufferPointer(start: line, count: size * count)
                return pointer.map { Transfer.at($0).hear(line) } == true ? line.count : 0
            }, pointer)
        ccurl_on_request(
            easy,
            { pointer, _, _, _, localPort in
                if let pointer { Connections.at(pointer).begins(localPort: localPort) }
                return Int32(CURL_PREREQFUNC_OK)
            }, Unmanaged.passUnretained(connections).toOpaque())
    }

    /// Sets the method and the body.
    private func setBody(of transfer: Transfer) {
        let easy = transfer.handle.easy
        switch transfer.order.request.body {
        case .none: ccurl_set_long(easy, CURLOPT_HTTPGET, 1)
        case .form(let form):
            let bytes = form.revealed()
            ccurl_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(bytes.count))
            bytes.withUnsafeBytes { copied in
                _ = ccurl_set_pointer(
                    easy, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: copied.baseAddress))
            }
        case .upload:
            ccurl_set_long(easy, CURLOPT_POST, 1)
            ccurl_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(transfer.length))
            let pointer = Unmanaged.passUnretained(transfer).toOpaque()
            ccurl_on_read(
                easy,
                { buffer, size, count, pointer in
                    guard let pointer else { return Int(CURL_READFUNC_ABORT) }
                    return Transfer.at(pointer).supply(
                        UnsafeMutableRawBufferPointer(start: buffer, count: size * count))
                }, pointer)
            // Otherwise libcurl would rewind and resend by itself data that the server may have read already.
            ccurl_on_seek(easy, { _, _, _ in Int32(CURL_SEEKFUNC_CANTSEEK) }, pointer)
        }
    }
}

extension Connections {
    fileprivate static func at(_ pointer: UnsafeMutableRawPointer) -> Connections {
        Unmanaged<Connections>.fromOpaque(pointer).takeUnretainedValue()
    }
}

extension Transfer {
    fileprivate static func at(_ pointer: UnsafeMutableRawPointer) -> Transfer {
        Unmanaged<Transfer>.fromOpaque(pointer).takeUnretainedValue()
    }
}

extension TransportRequest {
    /// The headers for libcurl. Free with `curl_slist_free_all`.
    func curlHeaders() -> UnsafeMutablePointer<curl_slist>? {
        var list: UnsafeMutablePointer<curl_slist>?
        for header in headers {
            list = curl_slist_append(list, "\(header.name): \(header.value.revealedText())")
        }
        // Answers are short, so no compression is requested.
        list = curl_slist_append(list, "Accept-Encoding:")
        // A header without a value is not sent. This avoids a wait of one second for a server that does not
        // know it.
        return curl_slist_append(list, asksFirst ? "Expect: 100-continue" : "Expect:")
    }
}
