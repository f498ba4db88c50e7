/// The status line and headers of an answer, as they arrive line by line.
struct AnswerHead {
    /// More than any normal answer has.
    static let limit = 64 << 10

    private(set) var status = 0
    /// By lower-case name; the last of several with one name.
    private(set) var headers: [String: String] = [:]
    /// Whether the empty line has arrived.
    private(set) var isComplete = false
    /// Whether it is complete, and not an interim answer.
    var isFinal: Bool { isComplete && status >= 200 }
    /// The bytes of this answer's head so far.
    private(set) var bytes: [UInt8] = []
    private var count = 0

    /// Adds a line with its end. A status line starts over, because an answer may follow interim ones (1xx).
    ///
    /// - Returns: false if there is more than any normal answer has.
    mutating func add(_ line: UnsafeRawBufferPointer) -> Bool {
        count += line.count
        guard count <= Self.limit else { return false }
        if line.starts(with: Array("HTTP/".utf8)) {
            let words = String(decoding: line, as: UTF8.self).split(separator: " ", maxSplits: 2)
            status = words.count > 1 ? Int(words[1].prefix { $0.isASCII && $0.isNumber }) ?? 0 : 0
            headers = [:]
            isComplete = false
            bytes = Array(line)
            return true
        }
        bytes.append(contentsOf: line)
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else {
            isComplete = line.allSatisfy { $0 == 13 || $0 == 10 }
            return true
        }
        let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
        let value = line[(colon + 1)...].drop { $0 <= 0x20 }.reversed().drop { $0 <= 0x20 }.reversed()
        headers[name] = String(decoding: value, as: UTF8.self)
        return true
    }
}

extension TransportAnswer {
    /// Reads an answer from the bytes that were in a socket when its connection broke, after the bytes of its
    /// head already read.
    ///
    /// - Returns: nil unless it is a complete head with a status of 400 or more. Of a connection that broke
    ///   in the middle of a request, only a refusal is accepted.
    init?(head: AnswerHead, remains: [UInt8], limit: Int) {
        var rest = (head.bytes + remains)[...]
        var head = AnswerHead()
        while !head.isFinal {
            guard let end = rest.firstIndex(of: 10) else { return nil }
            let fits = rest[...end].withUnsafeBytes { head.add($0) }
            guard fits else { return nil }
            rest = rest[(end + 1)...]
        }
        let length = head.headers["content-length"].flatMap { Int($0) } ?? rest.count
        // Compressed content is not decoded here.
        let isPlain = head.headers["content-encoding"] == nil
        self.init(
            status: head.status, headers: head.headers,
            body: isPlain ? Array(rest.prefix(max(0, min(length, limit)))) : [])
        guard status >= 400 else { return nil }
    }
}
