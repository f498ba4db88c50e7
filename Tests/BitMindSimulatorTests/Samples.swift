@testable import BitMindSimulator

/// Bytes that begin like each format, and requests that carry them.
enum Samples {
    static let authorization = (name: "Authorization", value: "Bearer enterprise-key")
    static let boundary = "----a boundary--x"

    static func jpeg(_ text: String = "a jpeg") -> [UInt8] { [0xFF, 0xD8, 0xFF, 0xE0] + text.utf8 }
    static let badJPEG = jpeg("JFIF simulate-bad")
    static let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + "a png".utf8
    static let webp = Array("RIFF....WEBPVP8 ".utf8)
    static let avi = Array("RIFF....AVI LIST".utf8)
    static let mp4 = Array("....ftypisom....".utf8)
    static let quickTime = Array("....ftypqt  ....".utf8)

    struct Part {
        var name: String
        var fileName = "x"
        var contentType = "application/octet-stream"
        var bytes: [UInt8]
    }

    static func multipart(_ parts: [Part]) -> [UInt8] {
        var body: [UInt8] = []
        for part in parts {
            body += "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(part.name)\"; ".utf8
            body += "filename=\"\(part.fileName)\"\r\nContent-Type: \(part.contentType)\r\n\r\n".utf8
            body += part.bytes + "\r\n".utf8
        }
        return body + "--\(boundary)--\r\n".utf8
    }

    static func raw(_ bytes: [UInt8], _ contentType: String = "image/jpeg") -> RawRequest {
        RawRequest("POST", "/image", [authorization, ("Content-Type", contentType)], body: bytes)
    }

    static func upload(_ path: String, _ parts: [Part]) -> RawRequest {
        let type = ("Content-Type", "multipart/form-data; boundary=\"\(boundary)\"")
        return RawRequest("POST", path, [authorization, type], body: multipart(parts))
    }

    static func batch(_ files: [[UInt8]]) -> RawRequest {
        upload("/batch_image", files.map { Part(name: "images", bytes: $0) })
    }

    static func token(_ fields: String, _ headers: [(name: String, value: String)] = []) -> RawRequest {
        let type = ("Content-Type", "application/x-www-form-urlencoded")
        return RawRequest("POST", "/v1/oauth/token", headers + [type], body: Array(fields.utf8))
    }

    static func sha256(_ bytes: [UInt8]) -> String {
        let digest = SHA256Digest()
        bytes.withUnsafeBytes { digest?.update($0) }
        return digest?.finish() ?? ""
    }

    /// The verdict object that the bytes must get.
    static func verdict(_ bytes: [UInt8], position: Int? = nil) -> String {
        let verdict = Simulator.verdict(forSHA256: sha256(bytes))
        let end = position.map { ", \"batch_position\": \($0)}" } ?? "}"
        return """
            {"isAI": \(verdict.isAI), "confidence": \(verdict.confidence), \
            "processingTime": \(verdict.processingTime)
            """ + end
    }
}

extension Simulator {
    /// Sends one request on a new connection, and expects a complete answer.
    func ask(_ request: RawRequest) throws -> RawAnswer {
        let connection = try RawConnection(port: port)
        try connection.send(request)
        return try connection.answer()
    }

    /// A token of the account `a`.
    func token() throws -> String {
        let answer = try ask(Samples.token("grant_type=client_credentials&client_id=a&client_secret=b"))
        return String(answer.body.split(separator: "\"")[3])
    }
}
