import BitMindAPI
import SampleMedia
import TestSupport
import Testing
import WatchCore

@Suite("Identifying: hostile bytes")
struct IdentifyingFuzzTests {
    /// Numbers that break readers: nothing, too little, the edges of every width.
    private static let edges: [[UInt8]] = [
        [0, 0, 0, 0], [0, 0, 0, 1], [0, 0, 0, 7], [0x7F, 0xFF, 0xFF, 0xFF], [0x80, 0, 0, 0],
        [0xFF, 0xFF, 0xFF, 0xFF], [0xFF, 0xFF, 0xFF, 0xF7], [0, 0, 0, 1, 0, 0, 0, 0, 0x7F, 0xFF, 0xFF, 0xFF],
    ]

    /// Every mutation comes back to the same bounds: an answer, in few small reads within the size. A trap or an
    /// endless loop ends the test run.
    @Test(arguments: 0..<UInt64(12))
    func `mutated files are answered within bounds`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var corpus = MediaType.allCases.map { SampleMedia.make($0, seed: seed) }
        corpus += UnsupportedMedia.all.map(\.bytes)
        for round in 0..<600 {
            var bytes = corpus[round % corpus.count]
            for _ in 0...(random.next() % 6) { mutate(&bytes, with: &random) }
            // The size is one that was measured before or after somebody changed the file.
            let claims: [Int64] = [
                Int64(bytes.count), Int64(bytes.count / 2), Int64(bytes.count) * 3, 1 << 40, .max,
            ]
            let size = claims[Int(random.next() % 16) % claims.count]
            let identified = IdentifiedBytes(bytes, size: size)
            #expect(identified.reads <= 1100)
            #expect(size > 0 || identified.identification == .empty)
            if case .unsupported(let name) = identified.identification {
                #expect(name.utf8.allSatisfy { (0x20...0x7E).contains($0) })
            }
        }
    }

    private func mutate(_ bytes: inout [UInt8], with random: inout SplitMix64) {
        guard !bytes.isEmpty else { return }
        // Half of the blows fall on the first bytes, where the structure is.
        let reach = random.next() % 2 == 0 ? min(64, bytes.count) : bytes.count
        let place = Int(random.next() % UInt64(reach))
        switch random.next() % 5 {
        case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
        case 1: bytes.removeSubrange(place...)
        case 2: bytes.insert(contentsOf: Self.edges[Int(random.next() % 8)], at: place)
        case 3:
            let edge = Self.edges[Int(random.next() % 8)]
            bytes.replaceSubrange(place..<min(bytes.count, place + edge.count), with: edge)
        default: bytes.replaceSubrange(place..<min(bytes.count, place + Int(random.next() % 32)), with: [])
        }
    }
}
