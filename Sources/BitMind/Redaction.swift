/// Takes out of an answer what the request proved itself with, for what a server says goes to logs and
/// sidecars, and a server may repeat whatever it was sent.
struct Redaction {
    /// The secrets, the longest first. Bytes, for a mark that follows a character makes another character of it.
    private let words: [[UInt8]]

    /// - Parameter secrets: as they were sent; of a bearer token the word `Bearer` may show.
    init(_ secrets: [Secret]) {
        let bearer = "Bearer "
        let texts = secrets.map { secret in
            let text = secret.revealedText()
            return text.hasPrefix(bearer) ? String(text.dropFirst(bearer.count)) : text
        }
        words = texts.map { Array($0.utf8) }.filter { !$0.isEmpty }.sorted { $0.count > $1.count }
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
            return redacted(bytes: body)
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
        let bytes = Array(name.utf8)
        return words.contains { $0.count >= 16 && bytes.holds($0) } ? redacted(text: name) : name
    }

    private func redacted(text: String) -> String {
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

extension [UInt8] {
    /// Whether these bytes are in it, one after the other.
    fileprivate func holds(_ word: [UInt8]) -> Bool { place(of: word, from: 0) != nil }

    /// The same with `other` wherever `word` is.
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

    /// Where `word` begins next. The library's search takes some hundred times as long.
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
