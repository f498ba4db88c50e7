internal import CCurl

/// One thread's libcurl: sends one request at a time, and keeps the connection for the next.
final class TransferWorker {
    let connections: Connections
    let settings: CurlTransport.Settings
    private let bandwidth: SharedAllowance
    private let multi: UnsafeMutableRawPointer
    private let waker: Waker
    /// Of the last upload: the next one finds it as it needs it.
    private var uploadHandle: EasyHandle?

    init(settings: CurlTransport.Settings, bandwidth: SharedAllowance) {
        // As Swift itself does.
        guard let multi = curl_multi_init() else { fatalError("libcurl has no memory") }
        ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, 1)
        self.multi = multi
        self.settings = settings
        self.bandwidth = bandwidth
        waker = Waker(multi)
        connections = Connections(settings: settings)
    }

    deinit {
        waker.close()
        uploadHandle?.release()
        curl_multi_cleanup(multi)
    }

    /// Sends the request and waits for its answer, as long as the order has not ended by other hands.
    func send(_ order: TransferOrder) -> TransferOrder.Outcome {
        order.setSender(waker)
        defer { order.setSender(nil) }
        guard let transfer = makeTransfer(for: order) else { return .failure(.noMemory) }
        connections.carry(transfer)
        defer { dismantle(transfer) }
        guard transfer.beginBody() else { return transfer.outcome(CURLE_ABORTED_BY_CALLBACK) }
        // libcurl would take for this request's answer what lies in a connection already (8 looks by itself).
        ccurl_set_long(transfer.handle.easy, CURLOPT_FRESH_CONNECT, connections.areSilent ? 0 : 1)
        let code = curl_multi_add_handle(multi, transfer.handle.easy)
        guard code == CURLM_OK else {
            return .failure(TransportFailure(.unreachable, String(cString: curl_multi_strerror(code))))
        }
        return drive(transfer)
    }

    /// Lets libcurl work until the transfer ends.
    private func drive(_ transfer: Transfer) -> TransferOrder.Outcome {
        let interval = settings.checkInterval
        var lastCheck = ContinuousClock.now
        while true {
            // Its caller has heard already.
            if transfer.order.hasEnded { return .failure(.cancelled) }
            var running: Int32 = 0
            curl_multi_perform(multi, &running)
            if let code = result() { return transfer.outcome(code) }
            transfer.resumeIfItMay()
            let now = ContinuousClock.now
            if now - lastCheck >= interval {
                lastCheck = now
                if let failure = transfer.standstill(at: now, timeout: settings.requestTimeout) {
                    return .failure(failure)
                }
            }
            let wait = min(interval, transfer.pauseLasts ?? interval)
            let milliseconds = max(1, (wait / .milliseconds(1)).rounded(.up))
            curl_multi_poll(multi, nil, 0, Int32(milliseconds), nil)
        }
    }

    /// How the transfer ended, once it did.
    private func result() -> CURLcode? {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            if message.pointee.msg == CURLMSG_DONE { return message.pointee.data.result }
        }
        return nil
    }

    private func makeTransfer(for order: TransferOrder) -> Transfer? {
        let kept = order.request.isUpload ? uploadHandle.take() : nil
        guard let handle = kept ?? makeHandle() else { return nil }
        let transfer = Transfer(order: order, handle: handle, bandwidth: bandwidth, isTLS: settings.isTLS)
        configure(transfer)
        return transfer
    }

    private func makeHandle() -> EasyHandle? {
        guard let handle = EasyHandle() else { return nil }
        prepare(handle)
        return handle
    }

    /// The connection is kept where the transfer ended well, and closed where not.
    private func dismantle(_ transfer: Transfer) {
        curl_multi_remove_handle(multi, transfer.handle.easy)
        connections.carry(nil)
        curl_slist_free_all(transfer.headers)
        if transfer.order.request.isUpload {
            transfer.handle.clearMessage()
            uploadHandle = transfer.handle
        } else {
            transfer.handle.release()
        }
    }
}
