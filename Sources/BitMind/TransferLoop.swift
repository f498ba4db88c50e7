internal import CCurl
internal import Glibc

/// The one thread that owns libcurl's multi handle and all transfers on it.
///
/// Others post commands to its mailbox; nothing of what is in here is ever touched by another thread.
final class TransferLoop {
    let settings: CurlTransport.Settings
    private let mailbox: TransferMailbox
    private let multi: UnsafeMutableRawPointer
    private var transfers: [ObjectIdentifier: Transfer] = [:]
    private var idle: [EasyHandle] = []
    private var sockets: [Int32: OpenSocket] = [:]
    private var waitingForBandwidth: [Transfer] = []
    private var listening: [Transfer] = []
    /// Those whose answer came while their body was paused.
    private var answered: [Transfer] = []
    private var allowance: UploadAllowance
    private var lastCheck = ContinuousClock.now
    /// Those who wait for the end.
    private var stopping: [CheckedContinuation<Void, Never>] = []
    private var isStopping = false

    /// What is known of a socket of libcurl's.
    private struct OpenSocket {
        /// Once it is connected.
        var localPort: Int32?
        /// The request that it carries.
        var transfer: Transfer?
    }

    private init?(settings: CurlTransport.Settings, mailbox: TransferMailbox) {
        guard let multi = curl_multi_init() else { return nil }
        self.multi = multi
        self.settings = settings
        self.mailbox = mailbox
        allowance = UploadAllowance(rate: settings.bandwidth, now: .now)
        ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, settings.maximumConnections)
    }

    /// Starts the thread; it ends at the command to stop.
    static func start(settings: CurlTransport.Settings, mailbox: TransferMailbox) -> Bool {
        WorkerThread.start(name: "bitmind-upload") {
            let loop = TransferLoop(settings: settings, mailbox: mailbox)
            loop?.run()
            let left = mailbox.take(closing: true)
            for command in left { refuse(command) }
            for continuation in loop?.stopping ?? [] { continuation.resume() }
        }
    }

    private static func refuse(_ command: TransferCommand) {
        switch command {
        case .start(let order), .supply(let order, _), .cancel(let order): order.end(.failure(.shutDown))
        case .stop(let continuation): continuation?.resume()
        }
    }

    private func run() {
        while !isStopping {
            for command in mailbox.take() { handle(command) }
            var running: Int32 = 0
            curl_multi_perform(multi, &running)
            collect()
            resumePaused()
            check()
            if !isStopping { poll() }
        }
        for transfer in Array(transfers.values) { finish(transfer, .failure(.shutDown)) }
        for handle in idle { handle.release() }
        curl_multi_cleanup(multi)
    }

    private func poll() {
        var entry = curl_waitfd(fd: mailbox.descriptor, events: Int16(CURL_WAIT_POLLIN), revents: 0)
        curl_multi_poll(multi, &entry, 1, pollTimeout(), nil)
        if entry.revents != 0 { mailbox.acknowledge() }
    }

    /// Milliseconds until something is to be looked at.
    private func pollTimeout() -> Int32 {
        guard !transfers.isEmpty else { return 3_600_000 }
        var timeout = settings.checkInterval
        if !waitingForBandwidth.isEmpty { timeout = min(timeout, allowance.wait(at: .now)) }
        if !listening.isEmpty { timeout = min(timeout, .milliseconds(1)) }
        return Int32(max(1, (timeout / .milliseconds(1)).rounded(.up)))
    }

    private func handle(_ command: TransferCommand) {
        switch command {
        case .start(let order): start(order, body: nil)
        case .supply(let order, let body):
            guard let transfer = transfers[ObjectIdentifier(order)] else { return start(order, body: body) }
            if transfer.pause == .body { resume(transfer) }
        case .cancel(let order):
            if let transfer = transfers[ObjectIdentifier(order)] { finish(transfer, .failure(.cancelled)) }
        case .stop(let continuation):
            if let continuation { stopping.append(continuation) }
            isStopping = true
        }
    }

    private func start(_ order: TransferOrder, body: UploadBody?) {
        guard !order.hasEnded else { return }
        if let failure = body?.failure { return order.end(.failure(TransportFailure(.bodyFailed, failure))) }
        guard let handle = body != nil ? idle.popLast() ?? newHandle() : newHandle() else {
            return order.end(.failure(TransportFailure(.unreachable, "libcurl has no memory")))
        }
        let transfer = Transfer(
            order: order, body: body, handle: handle, headers: order.request.curlHeaders(), loop: self)
        configure(transfer)
        transfers[ObjectIdentifier(order)] = transfer
        let code = curl_multi_add_handle(multi, handle.easy)
        if code != CURLM_OK {
            finish(
                transfer, .failure(TransportFailure(.unreachable, String(cString: curl_multi_strerror(code))))
            )
        }
    }

    private func newHandle() -> EasyHandle? {
        guard let handle = EasyHandle() else { return nil }
        prepare(handle, pointer: Unmanaged.passUnretained(self).toOpaque())
        return handle
    }

    /// Hands the ended transfers to those who wait.
    private func collect() {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else {
                continue
            }
            let code = message.pointee.data.result
            guard let transfer = transfers.values.first(where: { $0.handle.easy == easy }) else { continue }
            finish(transfer, transfer.outcome(code))
        }
    }

    /// Ends a transfer: its connection is kept if it ended well, and closed if not.
    private func finish(_ transfer: Transfer, _ outcome: TransferOrder.Outcome) {
        curl_multi_remove_handle(multi, transfer.handle.easy)
        curl_slist_free_all(transfer.headers)
        transfers[ObjectIdentifier(transfer.order)] = nil
        if sockets[transfer.socket]?.transfer === transfer { sockets[transfer.socket]?.transfer = nil }
        endPause(of: transfer)
        // Only uploads leave a handle that the next upload finds as it needs it.
        if transfer.body != nil, idle.count < settings.maximumConnections {
            transfer.handle.clearMessage()
            idle.append(transfer.handle)
        } else {
            transfer.handle.release()
        }
        transfer.order.end(outcome)
    }

    private func endPause(of transfer: Transfer) {
        transfer.pause = nil
        waitingForBandwidth.removeAll { $0 === transfer }
        listening.removeAll { $0 === transfer }
        answered.removeAll { $0 === transfer }
    }

    private func resume(_ transfer: Transfer) {
        endPause(of: transfer)
        transfer.lastProgress = .now
        curl_easy_pause(transfer.handle.easy, CURLPAUSE_CONT)
    }

    private func resumePaused() {
        // libcurl ends no transfer whose body is paused, not even one that has its whole answer.
        for transfer in answered { resume(transfer) }
        if !waitingForBandwidth.isEmpty, allowance.wait(at: .now) == .zero {
            for transfer in waitingForBandwidth { resume(transfer) }
        }
        for transfer in listening where !SocketState.isReadable(transfer.socket) { resume(transfer) }
    }

    /// Ends what has made no progress for too long.
    private func check() {
        let now = ContinuousClock.now
        guard now - lastCheck >= settings.checkInterval else { return }
        lastCheck = now
        for transfer in Array(transfers.values)
        where !transfer.isAlive(at: now, timeout: settings.requestTimeout) {
            let failure = TransportFailure(
                .noProgress, "nothing moved for \(settings.requestTimeout)", wasConnected: transfer.hasBegun,
                mayHaveBeenProcessed: transfer.isWhollySent)
            finish(transfer, .failure(failure))
        }
    }
}

// What libcurl calls back, on the same thread.
extension TransferLoop {
    /// Gives libcurl the next bytes of a body.
    func supply(_ transfer: Transfer, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
        guard let body = transfer.body else { return 0 }
        // Over TLS, what the server says before it closes is lost with the connection: hear it first.
        if settings.isTLS, !transfer.head.isFinal, transfer.socket >= 0,
            SocketState.isReadable(transfer.socket)
        {
            transfer.pause = .listening
            listening.append(transfer)
            return Int(CURL_READFUNC_PAUSE)
        }
        let room = allowance.take(buffer.count, at: settings.bandwidth == nil ? lastCheck : .now)
        guard room > 0 else {
            transfer.pause = .bandwidth
            waitingForBandwidth.append(transfer)
            return Int(CURL_READFUNC_PAUSE)
        }
        let supply = body.take(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<room]))
        switch supply {
        case .bytes(let count):
            allowance.giveBack(room - count)
            transfer.sent += Int64(count)
            return count
        case .later:
            allowance.giveBack(room)
            transfer.pause = .body
            return Int(CURL_READFUNC_PAUSE)
        case .failed:
            allowance.giveBack(room)
            return Int(CURL_READFUNC_ABORT)
        case .end:
            allowance.giveBack(room)
            return 0
        }
    }

    /// The head of an answer is whole.
    func heard(_ transfer: Transfer) {
        if transfer.pause != nil { answered.append(transfer) }
    }

    func opened(_ socket: Int32) {
        sockets[socket] = OpenSocket()
        SocketState.limitUnsent(socket)
    }

    /// A request begins on the connection with this local port, be it new or used before.
    func begins(_ transfer: Transfer, localPort: Int32) {
        transfer.hasBegun = true
        transfer.lastProgress = .now
        for (socket, known) in sockets where (known.localPort ?? SocketState.localPort(socket)) == localPort {
            sockets[socket] = OpenSocket(localPort: localPort, transfer: transfer)
            transfer.socket = socket
        }
    }

    /// Closes a socket, having read what the server had still said.
    func close(_ socket: Int32) -> Int32 {
        if let transfer = sockets.removeValue(forKey: socket)?.transfer, !settings.isTLS {
            transfer.remains = SocketState.drain(socket, limit: transfer.order.request.maximumAnswer)
            transfer.socket = -1
        }
        return Glibc.close(socket)
    }
}
