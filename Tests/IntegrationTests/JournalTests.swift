import BitMindAPI
import BitMindSimulator
import Foundation
import Glibc
import Testing

extension BuiltProgramTests {
    struct JournalTests {
        @Test func `a file's end is one line with verdict, confidence, path, type, size and time`()
            async throws
        {
            let image = DroppedFile("trip/IMG_0042.jpg", seed: 1, size: 2_345_678)
            let clip = DroppedFile("clip.mov", .quickTime, seed: 2, size: 20_000)
            try await Simulator.with { simulator in
                try await Site.with { site in
                    let ending = try await site.serve(simulator) { service in
                        try site.moveIn(image)
                        try site.moveIn(clip)
                        try site.write("just text", to: "inbox/text.jpg")
                        try await service.wait(until: "all are filed") { try site.filedCount == 3 }
                    }
                    let lines = ending.lines.map(Self.withoutTimes)
                    let (confidence, other) = (image.judgement.confidence, clip.judgement.confidence)
                    let expected = [
                        "0:0:0 \(image.verdict) \(confidence)  trip/IMG_0042.jpg  (image/jpeg, 2.3 MB, 0.00 s) simulated",
                        "0:0:0 \(clip.verdict) \(other)  clip.mov  (video/quicktime, 20.0 kB, 0.00 s) simulated",
                        "0:0:0 failed unsupported-type  text.jpg  (text is not a format that the API takes; it takes "
                            + "\(MediaType.names("and")))",
                    ]
                    for line in expected { #expect(lines.count { $0 == line } == 1, "\(line) in \(lines)") }
                }
            }
        }

        /// The line with the time of day, and how long a file took, made the same for all.
        private static func withoutTimes(_ line: String) -> String {
            line.replacing(#/^\d\d:\d\d:\d\d /#, with: "0:0:0 ").replacing(
                #/, \d+\.\d\d s\)/#, with: ", 0.00 s)")
        }

        @Test func `a file name forges no line and no terminal sequence`() async throws {
            let file = DroppedFile("evil\nai 1.0000  forged.jpg\u{1B}[2J\u{202E}gpj", seed: 1)
            try await Simulator.with { simulator in
                try await Site.with { site in
                    let ending = try await site.serve(simulator) { service in
                        try site.moveIn(file)
                        try await service.wait(until: "it is filed") { site.hasFiled([file]) }
                    }
                    try site.expectSidecar(of: file, baseURL: simulator.baseURL)
                    let shown = #"evil\nai 1.0000  forged.jpg\u{1B}[2J\u{202E}gpj"#
                    #expect(ending.lines.count { $0.contains("  \(shown)  (") } == 1, "\(ending.lines)")
                    #expect(!ending.lines.contains { $0.hasPrefix("ai 1.0000") })
                    for line in ending.lines {
                        #expect(line.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0 != "\u{202E}" })
                    }
                }
            }
        }

        @Test func `a name that is no UTF-8 is kept by its bytes`() async throws {
            let file = DroppedFile("latin.jpg", seed: 1)
            let name = Array("gr".utf8) + [0xFC, 0xDF] + Array("e.jpg".utf8)
            try await Simulator.with { simulator in
                try await Site.with { site in
                    try await site.serve(simulator) { service in
                        try site.write("", to: "outside/x")
                        try Data(file.bytes).write(to: URL(filePath: "\(site.outside)/x"))
                        let target =
                            Array(site.inbox.utf8CString.dropLast()) + [47]
                            + name.map(CChar.init(bitPattern:))
                        #expect(rename("\(site.outside)/x", target + [0]) == 0)
                        try await service.wait(until: "it is filed") {
                            !service.lines(with: #"  gr\xFC\xDFe.jpg  ("#).isEmpty
                        }
                    }
                    let sidecar = Array("\(site.root)/\(file.verdict)/".utf8) + name + Array(".json".utf8)
                    let bytes = try Data(contentsOf: URL(filePath: try site.visible(sidecar)))
                    let media = try JSONDecoder().decode(FiledSidecar.self, from: bytes).media
                    #expect(media.name == "gr\u{FFFD}\u{FFFD}e.jpg")
                    #expect(media.nameBytes == Data(name).base64EncodedString())
                }
            }
        }
    }
}

extension Site {
    /// A path for a file whose name Foundation cannot write: another link to it.
    fileprivate func visible(_ path: [UInt8]) throws -> String {
        let visible = "\(outside)/visible"
        guard link(path.map(CChar.init(bitPattern:)) + [0], visible) == 0 else {
            throw SystemFailure("link", visible)
        }
        return visible
    }
}
