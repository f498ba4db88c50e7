import BitMindAPI
import BitMindSimulator
import Foundation
import Glibc
import SampleMedia
import Testing

extension BuiltProgramTests {
    struct RefusedFilesTests {
        @Test func `the extension decides nothing`() async throws {
            // Each with the extension of another format, or none that one has.
            let extensions =
                MediaType.allCases.dropFirst(2).map { $0.format.fileNameExtensions[0] } + ["txt", ""]
            let files = zip(MediaType.allCases, extensions).enumerated()
                .map { DroppedFile("\($0).\($1.1)", $1.0, seed: 1 + UInt64($0)) }
            try await Simulator.with { simulator in
                try await Site.with { site in
                    try await site.serve(simulator) { service in
                        for file in files { try site.moveIn(file) }
                        try await service.wait(until: "all are filed") { site.hasFiled(files) }
                    }
                    for file in files { try site.expectSidecar(of: file, baseURL: simulator.baseURL) }
                    for request in simulator.requests {
                        for file in request.files {
                            let type = try #require(files.first { $0.sha256 == file.sha256 }?.type)
                            #expect(file.contentType == type.contentType)
                            #expect([type.kind.endpoint, type.kind.batchEndpoint].contains(request.endpoint))
                        }
                    }
                }
            }
        }

        /// A file that the API would refuse, and what its sidecar says.
        private struct Refused {
            let name: String
            let content: [UInt8]
            /// In bytes; more than the content: a hole follows.
            var size: Int64?
            let code: String
            let message: String
        }

        private static let refused = [
            Refused(
                name: "text.jpg", content: Array("No picture, whatever its name says.\n".utf8),
                code: "unsupported-type",
                message: "text is not a format that the API takes; it takes \(MediaType.names("and"))"),
            Refused(
                name: "paper.png", content: Array("%PDF-1.7\n".utf8), code: "unsupported-type",
                message: "PDF is not a format that the API takes; it takes \(MediaType.names("and"))"),
            Refused(name: "nothing.jpg", content: [], code: "empty", message: "the file is empty"),
            Refused(
                name: "large.jpg", content: SampleMedia.make(.jpeg, seed: 1), size: 101_000_000,
                code: "too-large",
                message: "the file has 101000000 bytes; the API takes images of at most 100 MB"),
            Refused(
                name: "large.mp4", content: SampleMedia.make(.mp4, seed: 2), size: 501_000_000,
                code: "too-large",
                message: "the file has 501000000 bytes; the API takes videos of at most 500 MB"),
        ]

        @Test func `what the API would refuse is in failed with the reason, and costs no request`()
            async throws
        {
            try await Simulator.with { simulator in
                try await Site.with { site in
                    var settings = Site.Settings()
                    settings.watch = "settle = \"200ms\"\nsettle_max = \"1s\""
                    try await site.serve(simulator, settings) { service in
                        try await service.waitUntilReady()
                        for file in Self.refused {
                            // As a whole: before its hole is there, the beginning is a file to be judged.
                            let path = "\(site.outside)/\(file.name)"
                            try Data(file.content).write(to: URL(filePath: path))
                            if let size = file.size { #expect(truncate(path, off_t(size)) == 0) }
                            #expect(rename(path, "\(site.inbox)/\(file.name)") == 0)
                        }
                        try await service.wait(until: "all are in failed") {
                            Self.refused.allSatisfy { site.exists("failed/\($0.name)") }
                        }
                    }
                    for file in Self.refused { try Self.expect(file, in: site) }
                    #expect(simulator.requests.isEmpty)
                    try await SchemaCheck.expectValid(Self.refused.count, in: site.root)
                }
            }
        }

        private static func expect(_ file: Refused, in site: Site) throws {
            let sidecar = try site.sidecar(of: "failed/\(file.name)").sidecar
            #expect(sidecar.verdict == "failed")
            #expect(sidecar.error?.code == file.code)
            #expect(sidecar.error?.message == file.message)
            #expect(sidecar.isAI == nil && sidecar.confidence == nil && sidecar.api == nil)
            // A file larger than the API accepts is not read.
            #expect((sidecar.media.sha256 == nil) == (file.code == "too-large"))
            #expect(sidecar.media.size == Int(file.size ?? Int64(file.content.count)))
        }

        @Test
        func `a file that the API refuses as bad is in failed with the server's words, its batch is not`()
            async throws
        {
            let good = DroppedFile.images(8)
            var bytes = SampleMedia.make(.jpeg, seed: 7)
            bytes.insert(contentsOf: [0xFF, 0xFE, 0, 14] + Array("simulate-bad".utf8), at: 2)
            let bad = bytes
            try await Simulator.with { simulator in
                try await Site.with { site in
                    for file in good { try site.copyIn(file) }
                    try Data(bad).write(to: URL(filePath: "\(site.inbox)/bad.jpg"))
                    try await site.serve(simulator) { service in
                        try await service.wait(until: "all are filed") {
                            site.hasFiled(good) && site.exists("failed/bad.jpg")
                        }
                    }
                    let sidecar = try site.sidecar(of: "failed/bad.jpg").sidecar
                    #expect(sidecar.error?.code == "rejected")
                    #expect(sidecar.error?.status == 400)
                    try await SchemaCheck.expectValid(9, in: site.root)
                }
            }
        }
    }
}
