internal import CCurl

/// The libcurl of one thread. Sends one request at a time, and keeps the connection for the next.
final class TransferWorker {
    let connections: Connections
    let settings: CurlTransport.Settings
    private let bandwidth: SharedAllowance
    private let paths: PathWatch
    private var kept = KeptHandles()

    init(settings: CurlTransport.Settings, bandwidth: SharedAllowance, paths: PathWatch) {
        self.paths = paths
        self.settings = settings
        self.bandwidth = bandwidth
        connections = Connections(settings: settings)
    }

    deinit { kept.close() }

    /// Sends the request and waits for its answer, unless the order is ended from elsewhere.
    func send(_ order: TransferOrder) -> TransferOrder.Outcome {
        order.setSender(kept.waker)
        defer { order.setSender(nil) }
        guard let transfer = makeTransfer(for: order) else { return .failure(.noMemory) }
        connections.carry(transfer)
        // Until libcurl has seen the request, its handles can be reused.
        var endedWell = true
        defer { dismantle(transfer, endedWell: endedWell) }
        guard transfer.beginBody() else { return transfer.outcome(CURLE_ABORTED_BY_CALLBACK) }
        endedWell = false
        // libcurl would mistake data already in a connection for this request's answer (8 checks this
        // itself).
        ccurl_set_long(transfer.handle.easy, CURLOPT_FRESH_CONNECT, connections.areSilent ? 0 : 1)
        let added = curl_multi_add_handle(kept.multi, transfer.handle.easy)
        guard added == CURLM_OK else {
            return .failure(TransportFailure(.unreachable, String(cString: curl_multi_strerror(added))))
        }
        switch drive(transfer) {
        case .success(let result):
            endedWell = result == CURLE_OK && transfer.hasEndedAtOnce
            return transfer.outcome(result)
        case .failure(let failure): return .failure(failure)
        }
    }

    /// Runs libcurl until the transfer ends.
    ///
    /// - Returns: libcurl's code; or why the transfer was stopped.
    private func drive(_ transfer: Transfer) -> Result<CURLcode, TransportFailure> {
        let multi = kept.multi
        let interval = settings.checkInterval
        var lastCheck = ContinuousClock.now
        while true {
            // Its caller already has the result.
            if transfer.order.hasEnded { return .failure(.cancelled) }
            var running: Int32 = 0
            curl_multi_perform(multi, &running)
            if let code = result() { return .success(code) }
            transfer.resumeIfItMay()
            let now = ContinuousClock.now
            if now - lastCheck >= interval {
                lastCheck = now
                let limit = settings.requestTimeout
                if let failure = transfer.standstill(at: now, timeout: limit, paths: paths) {
                    return .failure(failure)
                }
            }
            let wait = min(interval, transfer.pauseLasts ?? interval)
            let milliseconds = max(1, (wait / .milliseconds(1)).rounded(.up))
            curl_multi_poll(multi, nil, 0, Int32(milliseconds), nil)
        }
    }

    /// The transfer's result, once it has ended.
    private func result() -> CURLcode? {
        var left: Int32 = 0
        while let message = curl_multi_info_read(kept.multi, &left) {
            if message.pointee.msg == CURLMSG_DONE { return message.pointee.data.result }
        }
        return nil
    }

    private func makeTransfer(for order: TransferOrder) -> Transfer? {
        let kept = order.request.isUpload ? kept.takeUploadHandle() : nil
        guard let handle = kept ?? makeHandle() else { return nil }
        let transfer = Transfer(order: order, handle: handle, bandwidth: bandwidth, isTLS: settings.isTLS)
        transfer.url = settings.baseURL
        configure(transfer)
        return transfer
    }

    private func makeHandle() -> EasyHandle? {
        guard let handle = EasyHandle() else { return nil }
        prepare(handle)
        return handle
    }

    /// Keeps the connection and the handles if the transfer succeeded; otherwise frees them (see
    /// `KeptHandles`).
    private func dismantle(_ transfer: Transfer, endedWell: Bool) {
        curl_multi_remove_handle(kept.multi, transfer.handle.easy)
        connections.carry(nil)
        if endedWell, transfer.order.request.isUpload {
            kept.keep(transfer.handle)
        } else {
            transfer.handle.release()
        }
        if !endedWell {
            kept.close()
            kept = KeptHandles()
        }
        curl_slist_free_all(transfer.headers)
    }
}
