internal import CCrypto
internal import CCurl
internal import Glibc

/// HTTP by libcurl. Each request has its own thread, so that it may wait for a disk, too.
final class CurlTransport: Transport {
    /// What the threads need.
    struct Settings: Sendable {
        let baseURL: String
        let requestTimeout: Duration
        let caFile: String?
        let proxy: String?
        /// Whether the proxy of the configuration is used for every host.
        let ignoresNoProxy: Bool
        let bandwidth: Int64?
        let userAgent: String
        let maximumUploads: Int

        var isTLS: Bool { baseURL.lowercased().hasPrefix("https:") }

        /// The longest time of one read of a body. A thread that gets no processor for a while is not a
        /// blocked disk.
        var readTimeout: Duration { max(requestTimeout, .seconds(5)) }

        /// How long to wait for the server's decision whether it wants the body; shorter than the time-out
        /// without progress.
        var questionTimeout: Duration { min(.seconds(5), requestTimeout / 2) }

        /// The longest time to set up a connection, with the name look-up and TLS. The kernel repeats its
        /// request at doubling intervals, so that a new attempt connects sooner once the network is back.
        var connectTimeout: Duration { min(.seconds(20), requestTimeout) }

        /// How often to check for progress: often enough to be accurate within an eighth.
        var checkInterval: Duration { min(.seconds(1), max(.milliseconds(10), requestTimeout / 8)) }
    }

    private let senders: ThreadPool<TransferWorker>
    private let readers: ThreadPool<Void>
    private let orders: OrdersUnderWay

    /// - Throws: if the base URL or the CA file cannot be used.
    init(configuration: BitMindClient.Configuration) throws(ConfigurationError) {
        guard Self.isLibraryReady else { throw ConfigurationError("libcurl cannot be initialised") }
        let settings = try Settings(configuration)
        let bandwidth = SharedAllowance(rate: settings.bandwidth)
        let paths = PathWatch()
        senders = ThreadPool(name: "bitmind-upload", maximumThreads: settings.maximumUploads) {
            TransferWorker(settings: settings, bandwidth: bandwidth, paths: paths)
        }
        readers = ThreadPool(name: "bitmind-reader", maximumThreads: settings.maximumUploads) {}
        orders = OrdersUnderWay(limit: settings.readTimeout, interval: settings.checkInterval) {
            [senders] in senders.lost()
        }
    }

    deinit { stop() }

    private static let isLibraryReady =
        CryptoLibrary.isReady && curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    func send(_ request: TransportRequest) async throws(TransportFailure) -> TransportAnswer {
        let order = TransferOrder(request)
        return try await withTaskCancellationHandler {
            begin(order)
            return await order.outcome()
        } onCancel: {
            order.end(.failure(.cancelled))
        }.get()
    }

    private func begin(_ order: TransferOrder) {
        orders.add(order)
        // A token must not wait for uploads, because they may wait for it.
        senders.run(isUrgent: !order.request.isUpload) { [orders, senders] worker in
            let outcome = worker.send(order)
            if order.isStuck { senders.found() }
            return {
                orders.remove(order)
                order.end(outcome)
            }
        } refused: { [orders] refusal in
            orders.remove(order)
            switch refusal {
            case .stopped: order.end(.failure(.shutDown))
            case .noThread: order.end(.failure(.noThread))
            }
        }
    }

    func offload<Value: Sendable>(
        isUrgent: Bool, _ work: @escaping @Sendable () -> Value
    ) async -> Value {
        await withCheckedContinuation { continuation in
            readers.run(isUrgent: isUrgent) {
                let value = work()
                return { continuation.resume(returning: value) }
            } refused: { _ in
                // Then the work runs on the caller's thread.
                continuation.resume(returning: work())
            }
        }
    }

    func shutdown() async {
        stop()
        await senders.ended()
    }

    private func stop() {
        senders.stop()
        orders.close()
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
        maximumUploads = max(1, configuration.maximumConnections)
        // libcurl itself reads all of the variables except HTTP_PROXY in upper case.
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
