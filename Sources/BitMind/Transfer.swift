internal import CCurl

/// One request under way. It lives on the thread of transfers alone.
final class Transfer {
    /// Why the body is not being sent at the moment.
    enum Pause {
        case body
        case bandwidth
        case listening
    }

    let order: TransferOrder
    let body: UploadBody?
    let handle: EasyHandle
    let headers: UnsafeMutablePointer<curl_slist>?
    unowned let loop: TransferLoop

    /// Of the connection that carries it; -1 until the request begins.
    var socket: Int32 = -1
    /// Whether the request was begun on a connection that stood.
    var hasBegun = false
    /// How many bytes of the body libcurl has.
    var sent: Int64 = 0
    var pause: Pause?
    var head = AnswerHead()
    var answer: [UInt8] = []
    /// What still lay in the socket when it was closed.
    var remains: [UInt8] = []

    var lastProgress: ContinuousClock.Instant
    var acknowledged: UInt64 = 0
    var answerBegan: ContinuousClock.Instant?

    init(
        order: TransferOrder, body: UploadBody?, handle: EasyHandle,
        headers: UnsafeMutablePointer<curl_slist>?, loop: TransferLoop
    ) {
        self.order = order
        self.body = body
        self.handle = handle
        self.headers = headers
        self.loop = loop
        lastProgress = .now
    }

    var length: Int64 { body?.length ?? 0 }

    /// Takes a line of the answer's head.
    ///
    /// - Returns: false where the head becomes longer than allowed.
    func hear(_ line: UnsafeRawBufferPointer) -> Bool {
        guard head.add(line) else { return false }
        if head.isFinal { loop.heard(self) }
        return true
    }

    /// Takes a piece of the answer's body.
    ///
    /// - Returns: false where it becomes longer than allowed.
    func receive(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let room = order.request.maximumAnswer - answer.count
        answer.append(contentsOf: bytes.prefix(room))
        return bytes.count <= room
    }
}

/// One of libcurl's handles and the buffer for its words about an error.
struct EasyHandle {
    let easy: UnsafeMutableRawPointer
    private let message: UnsafeMutablePointer<CChar>

    init?() {
        guard let easy = curl_easy_init() else { return nil }
        self.easy = easy
        message = .allocate(capacity: Int(CURL_ERROR_SIZE))
        message.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        ccurl_set_pointer(easy, CURLOPT_ERRORBUFFER, message)
    }

    /// Forgets the last error.
    func clearMessage() { message.pointee = 0 }

    /// What libcurl says of an error.
    func message(for code: CURLcode) -> String {
        let text = String(cString: message)
        return text.isEmpty ? String(cString: curl_easy_strerror(code)) : text
    }

    func release() {
        curl_easy_cleanup(easy)
        message.deallocate()
    }
}
