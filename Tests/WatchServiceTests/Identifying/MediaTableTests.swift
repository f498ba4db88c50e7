import BitMind
import BitMindSimulator
import SampleMedia
import TestSupport
import Testing
import WatchCore

@testable import BitMindAPI

/// The service, the client and the simulator recognise files by one table.
@Suite("The table of formats", .timeLimit(.minutes(3)), .holds(descriptors: 12))
struct MediaTableTests {
    /// The shortest file of each start in the table, and a genuine file of each row.
    private static let files: [(type: MediaType, bytes: [UInt8])] = MediaType.allCases.flatMap { type in
        type.format.starts.flatMap(shortest).map { (type, $0) } + [(type, SampleMedia.make(type, seed: 1))]
    }

    private static func shortest(_ start: MediaStart) -> [[UInt8]] {
        switch start {
        case .bytes(let bytes): [bytes]
        case .riff(let form): [Array("RIFF".utf8) + [4, 0, 0, 0] + Array(form.utf8)]
        case .brands(let brands): brands.map { UnsupportedMedia.boxes(brands: $0) }
        case .boxes(let names): names.map { [0, 0, 0, 8] + Array($0.utf8) }
        }
    }

    /// A film of a brand that nobody knows.
    private static let unknownFilm =
        UnsupportedMedia.boxes(brands: "abcd") + [0, 0, 0, 9] + Array("mdat".utf8) + [1]

    @Test func `every row is recognised by the service, the client and the simulator alike`() async throws {
        try await withClient { client, simulator in
            for (type, bytes) in Self.files + [(.mp4, Self.unknownFilm)] {
                #expect(Self.identified(bytes) == type, "\(bytes.prefix(16))")
                let result = try await client.classify(chunks: Self.chunks(bytes))
                #expect(result.endpoint == type.kind.endpoint)
                let request = try #require(simulator.requests.last)
                #expect(request.files.map(\.contentType) == [type.contentType], "\(bytes.prefix(16))")
                #expect(request.status == 200)
            }
        }
    }

    @Test func `what is none of them is sent by nobody, and refused by the simulator`() async throws {
        try await withClient { client, simulator in
            for (name, bytes) in UnsupportedMedia.all {
                #expect(Self.identified(bytes) == nil, "\(name)")
                let error = await #expect(throws: APIError.self, "\(name)") {
                    try await client.classify(chunks: Self.chunks(bytes))
                }
                #expect(error?.kind == .misuse, "\(name)")
            }
            #expect(simulator.requests.isEmpty)
            // The simulator does not look beyond a brand that it does not know.
            for (name, bytes) in UnsupportedMedia.all where !name.hasPrefix("ISO media (") {
                for type in [MediaType.jpeg, .mp4] {
                    let upload = Upload(type: type, fileName: "", body: BytesBody(bytes))
                    await #expect(throws: APIError.self, "\(name)") { try await client.classify(upload) }
                }
            }
            #expect(simulator.requests.allSatisfy { $0.status == 400 })
        }
    }

    /// The format that the service takes the bytes for; nil for none that is sent.
    private static func identified(_ bytes: [UInt8]) -> MediaType? {
        let identification = MediaIdentifier.identify(size: Int64(bytes.count)) {
            (offset, count) throws(Never) -> [UInt8] in
            Array(bytes.dropFirst(Int(offset)).prefix(count))
        }
        guard case .media(let type, _) = identification else { return nil }
        return type
    }

    private static func chunks(_ bytes: [UInt8]) -> AsyncStream<[UInt8]> {
        AsyncStream { continuation in
            continuation.yield(bytes)
            continuation.finish()
        }
    }

    private func withClient(_ body: (BitMindClient, Simulator) async throws -> Void) async throws {
        struct Key: CredentialSource {
            func credentials() -> Credentials? { .apiKey(Secret("enterprise-1")) }
        }
        try await Simulator.with { simulator in
            let client = try BitMindClient(
                configuration: .init(baseURL: simulator.baseURL), credentials: Key())
            try await body(client, simulator)
            await client.shutdown()
        }
    }
}
