import BitMindAPI
import BitMindSimulator
import SampleMedia
import TestSupport

/// A file that a test drops, with its expected result.
struct DroppedFile {
    /// Below the inbox.
    let path: String
    let bytes: [UInt8]
    /// The type of the content, which the name may contradict.
    let type: MediaType
    let sha256: String

    /// - Parameters:
    ///   - seed: decides the content; another seed, other bytes.
    ///   - size: in bytes; at least what the smallest file of its type has.
    init(_ path: String, _ type: MediaType = .jpeg, seed: UInt64, size: Int? = nil) {
        self.path = path
        self.type = type
        bytes = SampleMedia.make(type, seed: seed, size: size)
        sha256 = TestSupport.sha256(bytes)
    }

    /// Images under names of one kind, with seeds of their own.
    static func images(_ count: Int, _ prefix: String = "image", seed: UInt64 = 1_000) -> [DroppedFile] {
        (0..<count).map { DroppedFile("\(prefix)-\($0).jpg", seed: seed + UInt64($0)) }
    }

    /// What the simulator says of it.
    var judgement: SimulatedVerdict { Simulator.verdict(forSHA256: sha256) }
    var verdict: String { judgement.isAI ? "ai" : "human" }
}
