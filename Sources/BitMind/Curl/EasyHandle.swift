internal import CCurl

/// An easy handle of libcurl, and the buffer for its error message.
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

    /// Clears the last error.
    func clearMessage() { message.pointee = 0 }

    /// libcurl's message for an error.
    func message(for code: CURLcode) -> String {
        let text = String(cString: message)
        return text.isEmpty ? String(cString: curl_easy_strerror(code)) : text
    }

    func release() {
        curl_easy_cleanup(easy)
        message.deallocate()
    }
}
