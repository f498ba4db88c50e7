internal import CCrypto
internal import CCurl
internal import Glibc

/// HTTP by libcurl, on a thread of its own.
final class CurlTransport: Transport {
    /// What the thread of transfers needs to know.
    struct Settings: Sendable {
        let baseURL: String
        let requestTimeout: Duration
        let caFile: String?
        let proxy: String?
        /// A proxy that was asked for by the configuration is used for every host.
        let ignoresNoProxy: Bool
        let bandwidth: Int64?
        let userAgent: String
        let maximumConnections: Int

        var isTLS: Bool { baseURL.lowercased().hasPrefix("https:") }

        /// How long one read of a body may take: a thread that has no processor for a while is no dead disk.
        var readTimeout: Duration { max(requestTimeout, .seconds(5)) }

        /// How often progress is looked at: often enough to be right within an eighth.
        var checkInterval: Duration { min(.seconds(1), max(.milliseconds(10), requestTimeout / 8)) }
    }

    private let mailbox: TransferMailbox
    private let readers: ReaderPool
    private let watch: BodyWatch

    /// - Throws: where the base URL or the CA file will not do, or the process has no room for a thread.
    init(configuration: BitMindClient.Configuration) throws(ConfigurationError) {
        guard Self.isLibraryReady else { throw ConfigurationError("libcurl cannot be initialised") }
        let settings = try Settings(configuration)
        mailbox = try TransferMailbox()
        readers = try ReaderPool(maximumThreads: settings.maximumConnections)
        watch = BodyWatch(limit: settings.readTimeout, interval: settings.checkInterval) {
            [mailbox] order, failure in
            order.end(.failure(failure))
            mailbox.post(.cancel(order))
        }
        guard TransferLoop.start(settings: settings, mailbox: mailbox) else {
            throw ConfigurationError("no thread can be started for uploads")
        }
    }

    deinit {
        mailbox.post(.stop(nil))
        readers.stop()
    }

    private static let isLibraryReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    func send(_ request: TransportRequest) async throws(TransportFailure) -> TransportAnswer {
        let order = TransferOrder(request)
        defer { watch.remove(order) }
        return try await withTaskCancellationHandler {
            begin(order)
            return await order.outcome()
        } onCancel: {
            order.end(.failure(.cancelled))
            mailbox.post(.cancel(order))
        }.get()
    }

    private func begin(_ order: TransferOrder) {
        guard case .upload(let segments) = order.request.body else {
            if !mailbox.post(.start(order)) { order.end(.failure(.shutDown)) }
            return
        }
        let body = UploadBody(segments: segments, readers: readers) { [mailbox] body in
            if !mailbox.post(.supply(order, body)) { order.end(.failure(.shutDown)) }
        }
        watch.add(order, body)
        if !body.begin() { order.end(.failure(.shutDown)) }
    }

    func offload<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
        await readers.value(of: work)
    }

    func shutdown() async {
        await withCheckedContinuation { continuation in
            if !mailbox.post(.stop(continuation)) { continuation.resume() }
        }
        readers.stop()
    }
}

extension CurlTransport.Settings {
    init(_ configuration: BitMindClient.Configuration) throws(ConfigurationError) {
        var url = configuration.baseURL
        while url.hasSuffix("/") { url.removeLast() }
        let scheme = url.lowercased()
        guard scheme.hasPrefix("https://") || scheme.hasPrefix("http://"), Self.isURL(url) else {
            throw ConfigurationError("\"\(PrintableText.printable(url))\" is no URL with http or https")
        }
        caFile = configuration.caFile.flatMap { $0.isEmpty ? nil : $0 }
        if let caFile { try Self.check(caFile: caFile) }
        baseURL = url
        requestTimeout = configuration.requestTimeout
        bandwidth = configuration.bandwidth.flatMap { $0 > 0 ? $0 : nil }
        userAgent = configuration.userAgent
        maximumConnections = max(1, configuration.maximumConnections)
        // libcurl itself reads all of the variables but HTTP_PROXY in capitals.
        let isPlain = scheme.hasPrefix("http://")
        let inherited =
            isPlain && getenv("http_proxy") == nil ? getenv("HTTP_PROXY").map { String(cString: $0) } : nil
        let configured = configuration.proxy.flatMap { $0.isEmpty ? nil : $0 }
        proxy = configured ?? (inherited == "" ? nil : inherited)
        ignoresNoProxy = configured != nil
    }

    private static func isURL(_ text: String) -> Bool {
        guard let url = curl_url() else { return false }
        defer { curl_url_cleanup(url) }
        return curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK
    }

    private static func check(caFile: String) throws(ConfigurationError) {
        guard let context = SSL_CTX_new(TLS_client_method()) else { return }
        defer { SSL_CTX_free(context) }
        guard SSL_CTX_load_verify_locations(context, caFile, nil) == 1 else {
            throw ConfigurationError(
                "\(PrintableText.printable(caFile)) holds no certificates in PEM that can be read")
        }
    }
}
