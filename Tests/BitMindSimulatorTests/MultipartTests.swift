import TestSupport
import Testing

@testable import BitMindSimulator

@Suite(.holds(descriptors: 8)) struct MultipartTests {
    /// Contents that try to look like a delimiter.
    private static let contents: [[UInt8]] = [
        Array("\r\n--\(Samples.boundary.dropLast())".utf8), Array("\r\r\n\r\n--".utf8), [], [13],
        Array("\r\n".utf8),
        Array("--\(Samples.boundary)".utf8), Array("\r\n-\r\n--\r\n---\(Samples.boundary)--".utf8),
    ]

    private static var body: [UInt8] {
        var body: [UInt8] = []
        for content in contents {
            body += "--\(Samples.boundary)\r\nContent-Disposition: form-data; name=images\r\n\r\n".utf8
            body += content + "\r\n".utf8
        }
        return body + "--\(Samples.boundary)--\r\n".utf8
    }

    /// Reads a body in pieces and puts its parts together again.
    private func parts(_ pieces: [ArraySlice<UInt8>]) throws -> [[UInt8]] {
        var stream = MultipartStream(boundary: Samples.boundary)
        var parts: [[UInt8]] = []
        var ended = 0
        for piece in pieces {
            try Array(piece).withUnsafeBytes { bytes in
                try stream.consume(bytes) { event in
                    switch event {
                    case .begin(let head):
                        #expect(head.name == "images")
                        parts.append([])
                    case .data(let data): parts[parts.count - 1] += data
                    case .end: ended += 1
                    }
                }
            }
        }
        #expect(stream.isComplete)
        #expect(ended == parts.count)
        return parts
    }

    @Test func `a body cut in two anywhere has the same parts`() throws {
        let body = Self.body
        for edge in 0...body.count {
            #expect(try parts([body[..<edge], body[edge...]]) == Self.contents, "cut at \(edge)")
        }
    }

    @Test func `a body in pieces of any one size has the same parts`() throws {
        let body = Self.body
        for size in 1...80 {
            let pieces = stride(from: 0, to: body.count, by: size).map {
                body[$0..<min(body.count, $0 + size)]
            }
            #expect(try parts(pieces) == Self.contents, "pieces of \(size)")
        }
    }

    @Test func `a preamble and an epilogue are no parts`() throws {
        let body = Array("a preamble\r\n".utf8) + Self.body + "an epilogue\r\n--".utf8
        #expect(try parts([body[...]]) == Self.contents)
    }

    @Test func `over a socket too, for any segments`() async throws {
        try await Simulator.with { simulator throws in
            let files = [
                Samples.jpeg("\r\n--\(Samples.boundary.dropLast())"), Samples.jpeg("\r\n--"), Samples.png,
            ]
            let request = Samples.batch(files)
            let connection = try RawConnection(port: simulator.port)
            for edge in stride(from: 1, to: request.body.count, by: 7) {
                try connection.send(request.head + request.body[..<edge])
                try connection.send(Array(request.body[edge...]))
                let answer = try connection.answer()
                #expect(answer.status == 200)
            }
            for file in files {
                #expect(simulator.uploads(of: Samples.sha256(file)) == simulator.requests.count)
            }
        }
    }

    @Test(arguments: [
        "--\(Samples.boundary)\r\nContent-Type: image/jpeg\r\n\r\nx\r\n--\(Samples.boundary)--\r\n",
        "--\(Samples.boundary)\r\nContent-Disposition: form-data; name=\"image\"\r\n\r\nx",
        "--\(Samples.boundary)\r\nA: \(String(repeating: "a", count: 20_000))",
        "no multipart",
    ])
    func `malformed bodies are refused with 400`(body: String) async throws {
        try await Simulator.with { simulator throws in
            var request = Samples.upload("/image", [])
            request.body = Array(body.utf8)
            #expect(try simulator.ask(request).status == 400)
        }
    }

    @Test func `header values are read with their quotes and parameters`() throws {
        let value = try #require(HeaderValue(#" Multipart/Form-Data ;charset=x; boundary="a;\"b" ; c"#))
        #expect(value.essence == "multipart/form-data")
        #expect(value.parameters == ["charset": "x", "boundary": "a;\"b"])
        #expect(HeaderValue(#"a; b="c"#) == nil)
    }

    @Test func `a body of many pieces has the digest of the whole`() async throws {
        try await Simulator.with(SimulatorBehaviour { $0.checksContent = false }) { simulator throws in
            let piece = (0..<(1 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 167) }
            let count = 64
            let frame = Samples.upload("/video", [.init(name: "video", bytes: [])])
            let closing = "\r\n--\(Samples.boundary)--\r\n".utf8.count
            var request = frame
            request.announced = frame.body.count + count * piece.count
            let connection = try RawConnection(port: simulator.port)
            try connection.send(request.head + frame.body.dropLast(closing))
            for _ in 0..<count { try connection.send(piece) }
            try connection.send(Array(frame.body.suffix(closing)))
            #expect(try connection.answer().status == 200)
            let whole = [[UInt8]](repeating: piece, count: count).flatMap { $0 }
            #expect(simulator.uploads(of: Samples.sha256(whole)) == 1)
        }
    }
}
