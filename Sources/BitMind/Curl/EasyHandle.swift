internal import CCurl

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
