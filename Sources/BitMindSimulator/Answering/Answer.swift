/// The answer to the client.
struct Answer: Sendable, Hashable {
    /// How the body is sent.
    enum Delivery: Sendable, Hashable {
        case whole
        /// Byte by byte, with this pause between two bytes.
        case trickle(Duration)
        /// Half of the body; then the connection is closed.
        case cut
        /// The body, then padding as long as the client reads.
        case endless
    }

    var status: Int
    var body: String
    var contentType = "application/json"
    var headers: [String: String] = [:]
    var delivery = Delivery.whole
    /// Whether the connection is closed after it.
    var closes = false

    init(status: Int, body: String) {
        self.status = status
        self.body = body
    }

    init(json body: String) { self.init(status: 200, body: body) }

    /// A refusal in the current form of error bodies.
    init(_ refusal: Refusal, form: ErrorBody) {
        (body, contentType) = form.body(status: refusal.status, message: refusal.message)
        status = refusal.status
        if let retryAfter = refusal.retryAfter { headers["Retry-After"] = retryAfter }
        if refusal.status == 401 { headers["WWW-Authenticate"] = "Bearer" }
    }

    /// - Parameter script: Sent unchanged; without a body, an error body in the current form.
    init(_ script: ScriptedAnswer, form: ErrorBody) {
        let (text, type) = form.body(
            status: script.status, message: "answered \(script.status) as configured")
        status = script.status
        body = script.body ?? text
        headers = script.headers
        let declared = headers.keys.first { $0.lowercased() == "content-type" }
        contentType =
            declared.flatMap { headers.removeValue(forKey: $0) } ?? (script.body == nil ? type : contentType)
    }

    /// The answer with a field `received` in each verdict or, if there is none, at its beginning.
    func repeating(_ credentials: String) -> Answer {
        var answer = self
        let field = "\"received\": \(json(credentials)), "
        let verdict = "\"isAI\":"
        answer.body =
            body.contains(verdict)
            ? body.replacing(verdict, with: field + verdict) : "{" + field + body.dropFirst()
        return answer
    }
}

extension ErrorBody {
    /// The body with `message` in this form, and its media type.
    func body(status: Int, message: String) -> (text: String, contentType: String) {
        let text = json(message)
        let json = "application/json"
        return switch self {
        case .error: (#"{"error": \#(text)}"#, json)
        case .message: (#"{"message": \#(text), "code": \#(status)}"#, json)
        case .detail: (#"{"detail": \#(text)}"#, json)
        case .detailArray:
            (#"{"detail": [{"loc": ["body"], "msg": \#(text), "type": "value_error"}]}"#, json)
        case .errorMessage: (#"{"error": {"code": \#(status), "message": \#(text)}}"#, json)
        case .errorDescription: (#"{"error": {}, "error_description": \#(text)}"#, json)
        case .plain: (message + "\n", "text/plain; charset=utf-8")
        case .html:
            ("<html><head><title>\(status)</title></head><body>\(message)</body></html>\n", "text/html")
        case .empty: ("", "text/plain")
        }
    }
}

/// A JSON string, with its quotes.
func json(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": result += "\\\""
        case "\\": result += "\\\\"
        case "\n": result += "\\n"
        case _ where scalar.value < 0x20:
            let digits = String(scalar.value, radix: 16)
            result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result + "\""
}
