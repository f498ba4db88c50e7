import TestSupport
import Testing

@testable import BitMindSimulator

/// Any multipart body is parsed or refused.
@Suite struct MultipartFuzzTests {
    static let corpus: [String] = [
        "", "--", "----\(Samples.boundary)", "--\(Samples.boundary)", "--\(Samples.boundary)--",
        "--\(Samples.boundary)\r\n\r\n\r\n--\(Samples.boundary)--",
        "--\(Samples.boundary)\r\nContent-Disposition: form-data\r\n\r\nx\r\n--\(Samples.boundary)--\r\n",
        "--\(Samples.boundary)\r\nContent-Disposition: form-data; name=\"a\r\n\r\nx",
        "--\(Samples.boundary)\r\n" + String(repeating: "A", count: 100_000),
        String(repeating: "\r\n--\(Samples.boundary)", count: 1000),
    ]

    private static let whole =
        "--\(Samples.boundary)\r\nContent-Disposition: form-data; name=\"images\"; filename=\"a.jpg\"\r\n"
        + "Content-Type: image/jpeg\r\n\r\nsome bytes\r\n--\(Samples.boundary)--\r\n"

    @Test(arguments: corpus)
    func `a body of the corpus is taken apart or refused`(text: String) {
        for size in [1, 7, 4096] { read(Array(text.utf8), inPiecesOf: size) }
    }

    @Test func `a mutated body is taken apart or refused`() {
        let pieces = ["\r\n", "--\(Samples.boundary)", "--", "name=\"", ": "].map { Array($0.utf8) }
        for round in FuzzRounds(usual: 5_000) {
            var chance = round.random
            var bytes = Array(Self.whole.utf8)
            Mutation.mutate(
                &bytes, blows: .random(in: 1...4, using: &chance), pieces: pieces, using: &chance)
            read(bytes, inPiecesOf: Int.random(in: 1...64, using: &chance))
        }
    }

    /// Reads a body. Parts begin, have data and end in this order, for any content.
    private func read(_ bytes: [UInt8], inPiecesOf size: Int) {
        var stream = MultipartStream(boundary: Samples.boundary)
        var isInPart = false
        do {
            var rest = bytes[...]
            while !rest.isEmpty {
                let piece = Array(rest.prefix(size))
                rest = rest.dropFirst(size)
                try piece.withUnsafeBytes { bytes in
                    try stream.consume(bytes) { (event) throws(UploadRefusal) in
                        switch event {
                        case .begin:
                            #expect(!isInPart)
                            isInPart = true
                        case .data: #expect(isInPart)
                        case .end:
                            #expect(isInPart)
                            isInPart = false
                        }
                    }
                }
            }
        } catch {
            #expect(error is UploadRefusal)
            return
        }
        #expect(!stream.isComplete || !isInPart)
    }
}
