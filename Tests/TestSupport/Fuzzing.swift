import Glibc
package import SampleMedia

/// The rounds of one fuzz test, each with its own random numbers.
///
/// The usual run makes a fixed number of rounds from a fixed seed. A long run (`Tests/run.sh --long`) starts
/// from another seed each time and continues for a minute.
package struct FuzzRounds: Sequence {
    /// One round. A failure names it: the same seed gives the same bytes again.
    package struct Round: CustomStringConvertible {
        package let number: Int
        package let seed: UInt64

        package var random: SplitMix64 { SplitMix64(seed: seed) }
        package var description: String { "round \(number), seed \(seed)" }
    }

    private let first: UInt64
    private let usual: Int
    private let end: ContinuousClock.Instant?

    /// - Parameters:
    ///   - usual: how many rounds the usual run makes.
    ///   - seed: what the usual run starts from.
    package init(usual: Int, seed: UInt64 = 1) {
        self.usual = usual
        let isLong = getenv("BITMIND_LONG_TESTS") != nil
        first = isLong ? .random(in: .min ... .max) : seed
        end = isLong ? .now + .seconds(60) : nil
    }

    package func makeIterator() -> some IteratorProtocol<Round> {
        var seeds = SplitMix64(seed: first)
        var number = 0
        return AnyIterator {
            let goesOn = end.map { ContinuousClock.now < $0 } ?? (number < usual)
            guard goesOn else { return nil }
            defer { number += 1 }
            return Round(number: number, seed: seeds.next())
        }
    }
}

/// What a fuzz test does to bytes that were right.
package enum Mutation {
    /// Numbers that break readers: nothing, too little, the edges of every width.
    private static let edges: [[UInt8]] = [
        [0, 0, 0, 0], [0, 0, 0, 1], [0, 0, 0, 7], [0x7F, 0xFF, 0xFF, 0xFF], [0x80, 0, 0, 0],
        [0xFF, 0xFF, 0xFF, 0xFF], [0xFF, 0xFF, 0xFF, 0xF7], [0, 0, 0, 1, 0, 0, 0, 0, 0x7F, 0xFF, 0xFF, 0xFF],
    ]

    /// Changes some bytes, removes some, repeats some, cuts the end off, or puts pieces in.
    /// - Parameters:
    ///   - blows: how many changes are made, from 0.
    ///   - pieces: what the format is made of; empty for the edges of binary numbers.
    package static func mutate(
        _ bytes: inout [UInt8], blows: Int, pieces: [[UInt8]] = [], using random: inout SplitMix64
    ) {
        let pieces = pieces.isEmpty ? edges : pieces
        for _ in 0..<blows { strike(&bytes, pieces, using: &random) }
    }

    private static func strike(_ bytes: inout [UInt8], _ pieces: [[UInt8]], using random: inout SplitMix64) {
        // Half of the changes are in the first bytes, where the structure of a binary format is.
        let reach = Bool.random(using: &random) ? Swift.min(64, bytes.count) : bytes.count
        let start = Int.random(in: 0...reach, using: &random)
        let end = Swift.min(bytes.count, start + Int.random(in: 0...32, using: &random))
        let piece = pieces[Int.random(in: pieces.indices, using: &random)]
        switch Int.random(in: 0..<6, using: &random) {
        case 0: if start < bytes.count { bytes[start] = .random(in: .min ... .max, using: &random) }
        case 1: bytes.removeSubrange(start..<end)
        case 2: bytes.insert(contentsOf: piece, at: start)
        case 3: bytes.replaceSubrange(start..<Swift.min(bytes.count, start + piece.count), with: piece)
        case 4:
            bytes.insert(contentsOf: bytes[start..<end], at: Int.random(in: 0...bytes.count, using: &random))
        default: bytes.removeSubrange(start...)
        }
    }
}
