internal import CCurl
internal import Glibc

/// One current request. It belongs to the thread that sends it.
final class Transfer {
    /// Why the body is not being sent now.
    enum Pause {
        /// The bandwidth is used up.
        case bandwidth
        /// The server has sent something.
        case listening
    }

    let order: TransferOrder
    /// The request's URL, from the configuration.
    var url = ""
    let body: UploadBody?
    let handle: EasyHandle
    let headers: UnsafeMutablePointer<curl_slist>?
    private let bandwidth: SharedAllowance
    private let isTLS: Bool

    /// The socket of its connection; -1 until the request begins.
    var socket: Int32 = -1
    /// How often the request was begun on an established connection. libcurl replaces a connection that broke
    /// before a byte of the body was sent.
    var attempts = 0 { didSet { tellIfWhollySent() } }
    /// Whether the request was begun on an established connection.
    var hasBegun: Bool { attempts > 0 }
    /// The number of bytes of the body that libcurl has taken.
    private(set) var sent: Int64 = 0 { didSet { tellIfWhollySent() } }
    private(set) var pause: Pause?
    /// Whether the head of an answer arrived while the body was paused.
    private var isAnswered = false
    private(set) var head = AnswerHead()
    private var screen: AnswerScreen
    /// The answer's body, as far as it is kept.
    var answer: [UInt8] { screen.bytes }
    /// Why the rest of the answer was not read; nil if it was.
    private(set) var refusal: String?
    /// The data left in the socket when it was closed.
    var remains: [UInt8] = []
    /// Why this machine has no socket for the request. libcurl reports only that it could not connect.
    private(set) var shortage: String?

    var lastProgress = ContinuousClock.now
    var standstill = Standstill()

    init(order: TransferOrder, handle: EasyHandle, bandwidth: SharedAllowance, isTLS: Bool) {
        self.order = order
        self.handle = handle
        self.bandwidth = bandwidth
        self.isTLS = isTLS
        headers = order.request.curlHeaders()
        screen = AnswerScreen(limit: order.request.maximumAnswer)
        body =
            if case .upload(let segments) = order.request.body { UploadBody(segments: segments) } else { nil }
    }

    var length: Int64 { body?.length ?? 0 }
    /// Whether the server received the whole request at the first attempt.
    var hasEndedAtOnce: Bool { attempts == 1 && sent == length }

    /// Records why `socket(2)` failed, if the machine or the process lacks a resource. Any other error
    /// concerns one address family: libcurl tries the next address.
    func noteMissingSocket(_ error: Int32) {
        guard [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(error) else { return }
        shortage = "no socket can be opened: \(String(cString: strerror(error)))"
    }

    /// Adds a line of the answer's head.
    ///
    /// - Returns: false if the head becomes longer than allowed.
    func hear(_ line: UnsafeRawBufferPointer) -> Bool {
        guard head.add(line) else { return false }
        if head.isFinal, pause != nil { isAnswered = true }
        return true
    }

    /// Adds a piece of the answer's body.
    ///
    /// - Returns: false if no more of it is read.
    func receive(_ bytes: UnsafeRawBufferPointer) -> Bool {
        refusal = screen.take(bytes, isSuccess: (200..<300).contains(head.status))
        return refusal == nil
    }
}

// MARK: - Sending

extension Transfer {
    /// Reads the beginning of the body, so that a file that cannot be read costs no connection.
    ///
    /// - Returns: whether it could be read.
    func beginBody() -> Bool {
        guard let body else { return true }
        guard order.reading({ body.begin() }) == true else { return false }
        lastProgress = .now
        return true
    }

    /// Gives libcurl the next bytes of the body.
    ///
    /// - Returns: the number of bytes, or another return value of a read callback (CURLOPT_READFUNCTION(3)).
    func supply(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        guard let body else { return 0 }
        // Over TLS, what the server sends before it closes is lost with the connection, so it is read first.
        if isTLS, !head.isFinal, socket >= 0, SocketState.isReadable(socket) { return pause(.listening) }
        let room = bandwidth.take(buffer.count)
        guard room > 0 else { return pause(.bandwidth) }
        let got = order.reading { body.read(into: .init(rebasing: buffer[..<room])) } ?? 0
        bandwidth.giveBack(room - got)
        // The order may have been ended while the read waited for the disk.
        guard body.failure == nil, !order.hasEnded else { return Int(CURL_READFUNC_ABORT) }
        sent += Int64(got)
        lastProgress = .now
        return got
    }

    private func pause(_ reason: Pause) -> Int {
        pause = reason
        return Int(CURL_READFUNC_PAUSE)
    }

    /// Continues with the body if its pause is over.
    func resumeIfItMay() {
        let isOver =
            switch pause {
            case nil: false
            // libcurl does not end a transfer whose body is paused, even if it has the whole answer.
            case _ where isAnswered: true
            case .bandwidth: bandwidth.wait() == .zero
            case .listening: !SocketState.isReadable(socket)
            }
        guard isOver else { return }
        pause = nil
        isAnswered = false
        lastProgress = .now
        curl_easy_pause(handle.easy, CURLPAUSE_CONT)
    }

    /// How long to wait for the socket before the next check whether a pause is over; nil without a pause.
    var pauseLasts: Duration? {
        switch pause {
        case nil: nil
        case .bandwidth: bandwidth.wait()
        case .listening: .milliseconds(1)
        }
    }
}

// MARK: - Ends

extension Transfer {
    /// Informs the order once libcurl has all of the body, so that the server may have it too.
    private func tellIfWhollySent() {
        if body != nil, hasBegun, sent == length { order.noteWhollySent() }
    }
}
