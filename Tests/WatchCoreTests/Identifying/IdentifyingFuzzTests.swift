import BitMindAPI
import SampleMedia
import TestSupport
import Testing
import WatchCore

@Suite("Identifying: hostile bytes")
struct IdentifyingFuzzTests {
    /// Every mutation comes back to the same bounds: an answer, in few small reads within the size. A trap or an
    /// endless loop ends the test run.
    @Test func `mutated files are answered within bounds`() {
        var corpus = MediaType.allCases.map { SampleMedia.make($0, seed: 1) }
        corpus += UnsupportedMedia.all.map(\.bytes)
        corpus += NamedFormats.all.map { WrittenBytes($0.notation).bytes }
        corpus += NamedTexts.all.map { Array($0.text.utf8) } + NamedContainers.all.map(\.bytes)
        for round in FuzzRounds(usual: 7_200) {
            var random = round.random
            var bytes = corpus[round.number % corpus.count]
            Mutation.mutate(&bytes, blows: .random(in: 1...6, using: &random), using: &random)
            // The size may have been measured before or after a change of the file.
            let claims: [Int64] = [
                Int64(bytes.count), Int64(bytes.count / 2), Int64(bytes.count) * 3, 1 << 40, .max,
            ]
            let size = claims[Int(random.next() % 16) % claims.count]
            let identified = IdentifiedBytes(bytes, size: size)
            #expect(identified.reads <= 1100, "\(round)")
            #expect(size > 0 || identified.identification == .empty, "\(round)")
            if case .unsupported(let name) = identified.identification {
                #expect(name.utf8.allSatisfy { (0x20...0x7E).contains($0) }, "\(round)")
            }
        }
    }
}
