internal import Synchronization

/// All secrets of the account that a server may have received, in any request. A server may repeat the
/// client's secret in the answer to an upload, which did not carry it.
final class KnownSecrets: Sendable {
    /// The account's own secrets, and its last tokens. Older tokens have expired.
    private static let count = 24

    private struct State {
        var secrets: [Secret] = []
        var redaction = Redaction([])
    }

    private let state = Mutex(State())

    /// Adds the secrets that are sent with a request.
    func add(_ secrets: [Secret]) {
        state.withLock { state in
            // A secret that is used again counts as new, so old tokens are dropped first, never the account's
            // own secrets.
            let others = state.secrets.filter { !secrets.contains($0) }
            let isNew = others.count + secrets.count > state.secrets.count
            state.secrets = Array((others + secrets).suffix(Self.count))
            if isNew { state.redaction = Redaction(state.secrets) }
        }
    }

    /// Removes all of them from an answer.
    var redaction: Redaction { state.withLock { $0.redaction } }
}

extension Credentials {
    /// The secrets to redact, and their forms in a request.
    var secrets: [Secret] {
        switch self {
        case .apiKey(let key): return [key]
        case .oauth(let clientID, let secret):
            // Also in the form of HTTP's Basic authentication.
            return [clientID, secret, Secret("\(clientID.revealedText()):\(secret.revealedText())")]
        case .mtls(let clientID, let certificate):
            let lines = certificate.revealedText().split(whereSeparator: \.isNewline)
            // A certificate without its frame and line ends, as many servers write it.
            let inner = lines.filter { !$0.hasPrefix("-----") }.joined()
            return [clientID, certificate, Secret(inner)]
        }
    }
}

/// Removes the account's secrets from an answer, because the server's text goes to logs and sidecars. A
/// server may repeat anything it was sent, unchanged or in an encoded form.
struct Redaction: Sendable {
    /// The secrets, longest first. As bytes, because a combining mark after a character would change the
    /// character.
    private let words: [[UInt8]]

    /// A shorter word may be in a text by chance.
    private static let shortest = 4

    /// - Parameter secrets: as they were sent. The word `Bearer` of a bearer token is not redacted.
    init(_ secrets: [Secret]) {
        let bearer = Array("Bearer ".utf8)
        let forms = secrets.flatMap { secret in
            let bytes = secret.revealed()
            return Self.forms(of: bytes.starts(with: bearer) ? Array(bytes.dropFirst(bearer.count)) : bytes)
        }
        words = Set(forms.filter { $0.count >= Self.shortest }).sorted {
            ($1.count, $0.description) < ($0.count, $1.description)
        }
    }

    /// The usual encodings of a secret: unchanged, escaped for a URL, a form or a page, in base64.
    private static func forms(of bytes: [UInt8]) -> [[UInt8]] {
        let escaped = AuthorizationRequest.percentEncoded(bytes)
        let text = String(decoding: bytes, as: UTF8.self)
        let page = text.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
            .replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
        let texts = [
            escaped, escaped.lowercasedEscapes, escaped.replacing("%2F", with: "/"),
            escaped.replacing("%20", with: "+"), page, page.replacing("'", with: "&#39;"),
        ]
        return [bytes] + texts.map { Array($0.utf8) } + base64Forms(of: bytes)
    }

    /// The secret's characters in the base64 of any text that contains it, as far as they depend on the
    /// secret alone; in both alphabets.
    private static func base64Forms(of bytes: [UInt8]) -> [[UInt8]] {
        let alone = AuthorizationRequest.base64(bytes)
        let bare = alone.filter { $0 != "=" }
        let web = bare.replacing("+", with: "-").replacing("/", with: "_")
        return [alone, bare, web].filter { $0.count >= 8 }.map { Array($0.utf8) } + shiftedForms(of: bytes)
    }

    private static func shiftedForms(of bytes: [UInt8]) -> [[UInt8]] {
        (0..<3).flatMap { before -> [[UInt8]] in
            let text = AuthorizationRequest.base64([UInt8](repeating: 0, count: before) + bytes)
            let whole = text.dropFirst((before * 8 + 5) / 6)
            let end = (before + bytes.count) % 3 == 0 ? 0 : 1
            let own = String(whole.filter { $0 != "=" }.dropLast(end))
            guard own.count >= 8 else { return [] }
            let other = own.replacing("+", with: "-").replacing("/", with: "_")
            return [Array(own.utf8), Array(other.utf8)]
        }
    }

    /// The answer without the secrets; unchanged to the byte if it contains none. A granted token stays: it
    /// is itself a secret, and might contain the client's name.
    func redacted(_ answer: TransportAnswer, at endpoint: Endpoint) -> TransportAnswer {
        guard endpoint != .token || !answer.isSuccess else { return answer }
        var result = answer
        result.headers = answer.headers.mapValues(redacted(text:))
        result.body = redacted(body: answer.body)
        return result
    }

    private func redacted(body: [UInt8]) -> [UInt8] {
        // Text that JSON escapes becomes visible only once it is parsed.
        guard body.contains(UInt8(ascii: "\\")) || holdsAny(body) else { return body }
        guard let json = AnswerDecoder.jsonIfAny(in: body) else {
            return redacted(bytes: body)
        }
        let result = redacted(json: json)
        return result == json ? body : result.serialized()
    }

    /// Numbers stay: a secret's digits in a verdict's confidence are a coincidence.
    private func redacted(json: JSONText) -> JSONText {
        switch json {
        case .null, .bool, .number: json
        case .string(let text): .string(redacted(text: text))
        case .array(let elements): .array(elements.map(redacted(json:)))
        case .object(let members):
            .object(members.map { .init(redacted(name: $0.name), redacted(json: $0.value)) })
        }
    }

    /// A short word in a name is a coincidence, and the name must keep its meaning.
    private func redacted(name: String) -> String {
        let bytes = Array(name.utf8)
        return words.contains { $0.count >= 16 && bytes.holds($0) } ? redacted(text: name) : name
    }

    /// A text without the secrets.
    func redacted(text: String) -> String {
        let bytes = Array(text.utf8)
        return holdsAny(bytes) ? String(decoding: redacted(bytes: bytes), as: UTF8.self) : text
    }

    private func redacted(bytes: [UInt8]) -> [UInt8] {
        words.reduce(bytes) { $0.exchanging($1, for: Array("redacted".utf8)) }
    }

    private func holdsAny(_ bytes: [UInt8]) -> Bool {
        words.contains { bytes.holds($0) }
    }
}

extension String {
    /// The same text with its `%XX` in lower case.
    fileprivate var lowercasedEscapes: String {
        split(separator: "%", omittingEmptySubsequences: false).enumerated().map { index, part in
            index == 0 ? String(part) : "%" + part.prefix(2).lowercased() + part.dropFirst(2)
        }.joined()
    }
}

extension [UInt8] {
    /// Whether it contains these bytes.
    fileprivate func holds(_ word: [UInt8]) -> Bool { place(of: word, from: 0) != nil }

    /// The same bytes with `other` in place of each `word`.
    fileprivate func exchanging(_ word: [UInt8], for other: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var rest = 0
        while let place = place(of: word, from: rest) {
            result += self[rest..<place]
            result += other
            rest = place + word.count
        }
        return result + self[rest...]
    }

    /// The next place of `word`. The library's search takes about a hundred times as long.
    private func place(of word: [UInt8], from start: Int) -> Int? {
        withUnsafeBytes { bytes in
            word.withUnsafeBytes { word in
                guard let first = word.first, word.count <= bytes.count - start else { return nil }
                return (start...bytes.count - word.count).first { place in
                    bytes[place] == first && bytes[place..<place + word.count].elementsEqual(word)
                }
            }
        }
    }
}
