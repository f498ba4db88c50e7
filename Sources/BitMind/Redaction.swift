/// Takes out of an answer what the request proved itself with, for what a server says goes to logs and
/// sidecars, and a server may repeat whatever it was sent.
struct Redaction {
    /// The secrets, the longest first.
    private let words: [String]

    /// - Parameter secrets: as they were sent; of a bearer token the word `Bearer` may show.
    init(_ secrets: [Secret]) {
        let bearer = "Bearer "
        let texts = secrets.map { secret in
            let text = secret.revealedText()
            return text.hasPrefix(bearer) ? String(text.dropFirst(bearer.count)) : text
        }
        words = texts.filter { !$0.isEmpty }.sorted { $0.utf8.count > $1.utf8.count }
    }

    /// The answer without the secrets; where none is in it, the answer to the byte. A token that was granted
    /// is left as it is: it is a secret by itself, and might hold the client's name.
    func redacted(_ answer: TransportAnswer, at endpoint: Endpoint) -> TransportAnswer {
        guard endpoint != .token || !answer.isSuccess else { return answer }
        var result = answer
        result.headers = answer.headers.mapValues(redacted(text:))
        result.body = redacted(body: answer.body)
        return result
    }

    private func redacted(body: [UInt8]) -> [UInt8] {
        // What JSON escapes shows only once it is read.
        guard body.contains(UInt8(ascii: "\\")) || holdsAny(body) else { return body }
        guard let json = AnswerDecoder.jsonIfAny(in: body) else {
            return Array(redacted(text: String(decoding: body, as: UTF8.self)).utf8)
        }
        let result = redacted(json: json)
        return result == json ? body : result.serialized()
    }

    /// Numbers stay: a word of digits in a verdict's confidence is there by chance.
    private func redacted(json: JSONText) -> JSONText {
        switch json {
        case .null, .bool, .number: json
        case .string(let text): .string(redacted(text: text))
        case .array(let elements): .array(elements.map(redacted(json:)))
        case .object(let members):
            .object(members.map { .init(redacted(name: $0.name), redacted(json: $0.value)) })
        }
    }

    /// A short word is in a name by chance, and what the name means must not be lost.
    private func redacted(name: String) -> String {
        words.contains { $0.utf8.count >= 16 && name.contains($0) } ? redacted(text: name) : name
    }

    private func redacted(text: String) -> String {
        holdsAny(Array(text.utf8)) ? words.reduce(text) { $0.replacing($1, with: "redacted") } : text
    }

    private func holdsAny(_ bytes: [UInt8]) -> Bool {
        words.contains { bytes.holds(Array($0.utf8)) }
    }
}

extension [UInt8] {
    /// Whether these bytes are in it, one after the other. The library's `contains` takes some hundred times
    /// as long.
    fileprivate func holds(_ word: [UInt8]) -> Bool {
        withUnsafeBytes { bytes in
            word.withUnsafeBytes { word in
                guard let first = word.first, word.count <= bytes.count else { return false }
                return (0...bytes.count - word.count).contains { start in
                    bytes[start] == first && bytes[start..<start + word.count].elementsEqual(word)
                }
            }
        }
    }
}
