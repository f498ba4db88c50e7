/// How credentials are sent.
enum AuthorizationRequest {
    /// Sent to the token endpoint.
    case token(form: Secret, headers: [TransportRequest.Header], hidden: [Secret])
    /// Sent with each request: an API key needs no token.
    case key(headers: [TransportRequest.Header])

    /// - Throws: `.missingCredentials` if the credentials cannot be put into a header.
    init(_ credentials: Credentials) throws(APIError) {
        switch credentials {
        case .apiKey(let key):
            self = .key(headers: [try Self.bearer(key)])
        case .oauth(let clientID, let secret):
            let form = Self.form([("client_id", clientID), ("client_secret", secret)])
            self = .token(form: form, headers: [], hidden: Self.hidden(clientID) + Self.hidden(secret))
        case .mtls(let clientID, let certificate):
            let header = TransportRequest.Header(
                name: "X-Client-Cert", value: Secret(Self.base64(certificate.revealed())))
            let form = Self.form([("client_id", clientID)])
            self = .token(form: form, headers: [header], hidden: Self.hidden(clientID) + [header.value])
        }
    }

    /// The header with a token or key.
    static func bearer(_ token: Secret) throws(APIError) -> TransportRequest.Header {
        guard token.fitsHeader else {
            throw APIError(.missingCredentials, message: "the API key has characters that no header may have")
        }
        return TransportRequest.Header(name: "Authorization", value: Secret("Bearer " + token.revealedText()))
    }

    /// The values to redact for a form field: its text, and its encoded form.
    private static func hidden(_ field: Secret) -> [Secret] {
        [field, Secret(percentEncoded(field.revealed()))]
    }

    private static func form(_ fields: [(name: String, value: Secret)]) -> Secret {
        let fields = fields.map { "&\($0.name)=" + percentEncoded($0.value.revealed()) }
        return Secret("grant_type=client_credentials" + fields.joined())
    }

    /// The text with all bytes except the unreserved characters of RFC 3986 as `%XX`.
    static func percentEncoded(_ bytes: [UInt8]) -> String {
        bytes.map { byte in
            switch Unicode.Scalar(byte) {
            case "a"..."z", "A"..."Z", "0"..."9", "-", ".", "_", "~": String(Unicode.Scalar(byte))
            default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }.joined()
    }

    /// RFC 4648, with padding, on one line.
    static func base64(_ bytes: [UInt8]) -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var output: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << (8 * (3 - group.count))
            for index in 0..<4 {
                let letter = letters[Int(bits >> (18 - 6 * index)) & 63]
                output.append(index <= group.count ? letter : UInt8(ascii: "="))
            }
        }
        return String(decoding: output, as: UTF8.self)
    }
}
