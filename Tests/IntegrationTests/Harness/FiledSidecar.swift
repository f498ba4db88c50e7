import BitMindAPI
import BitMindSimulator
import Foundation
import Testing

/// A sidecar as another program reads it.
struct FiledSidecar: Decodable {
    struct Media: Decodable {
        let complete: Bool
        let inbox: String
        let name: String
        let nameBytes: String?
        let path: String
        let sha256: String?
        let size: Int
        let type: String?
    }

    struct API: Decodable {
        let attempts: Int
        let baseURL: String
        let endpoint: String
    }

    struct Failure: Decodable {
        let code: String
        let message: String
        let status: Int?
    }

    let api: API?
    let confidence: Double?
    let error: Failure?
    let isAI: Bool?
    let media: Media
    let simulated: Bool?
    let verdict: String
}

extension Site {
    /// The sidecar of a filed file.
    /// - Parameter path: the media's, below the site.
    func sidecar(of path: String) throws -> (sidecar: FiledSidecar, text: String) {
        let bytes = try bytes(of: "\(path).json")
        let sidecar = try JSONDecoder().decode(FiledSidecar.self, from: Data(bytes))
        return (sidecar, String(decoding: bytes, as: UTF8.self))
    }

    /// Compares every field of a file's sidecar with what is known of the file.
    /// - Parameter path: the file's path below the site; by default the place for its verdict.
    func expectSidecar(of file: DroppedFile, at path: String? = nil, baseURL: String) throws {
        let path = path ?? place(of: file)
        #expect(try bytes(of: path) == file.bytes, "\(path) has other bytes")
        let (sidecar, text) = try sidecar(of: path)
        let (media, judgement) = (sidecar.media, file.judgement)
        #expect(media.sha256 == file.sha256, "\(path)")
        #expect(media.type == file.type.contentType, "\(path)")
        #expect(media.size == file.bytes.count, "\(path)")
        #expect(media.path == file.path, "\(path)")
        #expect(media.name == URL(filePath: file.path).lastPathComponent, "\(path)")
        #expect(media.inbox == inbox, "\(path)")
        #expect(media.complete, "\(path)")
        #expect(sidecar.verdict == file.verdict, "\(path)")
        #expect(sidecar.isAI == judgement.isAI, "\(path)")
        #expect(sidecar.simulated == true, "\(path)")
        #expect(sidecar.api?.baseURL == baseURL, "\(path)")
        #expect(sidecar.api?.attempts == 1, "\(path)")
        // The digits are the API's own, not those of a number that was read and written again.
        #expect(text.contains("\n  \"confidence\": \(judgement.confidence),\n"), "\(text)")
        #expect(text.contains("\n  \"processingTime\": \(judgement.processingTime),\n"), "\(text)")
        #expect(text.hasSuffix("}\n"), "\(path)")
    }
}
