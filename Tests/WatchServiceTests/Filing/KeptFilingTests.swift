import BitMindSimulator
import Foundation
import LinuxSystem
import TestSupport
import Testing
import WatchCore
import WatchService

/// What lies on disk of a filing is the same in each version: a crash of one is recovered by the others.
///
/// The names and bytes here were kept from version 0.1.0, and are made here without its code.
@Suite(.holds(descriptors: 12)) struct KeptFilingTests {
    /// How far a filing of version 0.1.0 had come.
    enum Kept: String, CaseIterable, Sendable {
        case decided, claimed, sidecarOut, mediaOut
        case partlyCopied, copied, copysSidecarOut, copyOut, sourceRenamed

        var kind: FilingSite.Kind {
            switch self {
            case .decided, .claimed, .sidecarOut, .mediaOut: .rename
            case .partlyCopied, .copied, .copysSidecarOut, .copyOut, .sourceRenamed: .copy
            }
        }
    }

    /// The decision of version 0.1.0, byte for byte, with the values that differ in each run left open.
    private static let decision = """
        {
          "api": {
            "attempts": 1,
            "baseURL": "http://test",
            "endpoint": "/image",
            "response": {}
          },
          "by": {
            "host": "test",
            "program": "bitmind-watch",
            "version": "0"
          },
          "confidence": CONFIDENCE,
          "isAI": IS_AI,
          "media": {
            "complete": true,
            "inbox": "INBOX",
            "modified": "TIME",
            "name": "photo.jpg",
            "path": "trip/photo.jpg",
            "sha256": "SHA256",
            "size": 5000,
            "type": "image/jpeg"
          },
          "schema": "bitmind-watch/sidecar/v1",
          "simulated": true,
          "times": {
            "classified": "TIME",
            "filed": "TIME",
            "found": "TIME",
            "submitted": "TIME"
          },
          "verdict": "VERDICT"
        }

        """

    private static let name = "trip/photo.jpg"

    /// A site with one file, and what version 0.1.0 calls its filing.
    private struct Scene {
        let site: FilingSite
        let digest: String
        let stem: String
        let modified: Timestamp

        init(_ kind: FilingSite.Kind) throws {
            site = try FilingSite(kind)
            digest = try site.put(KeptFilingTests.name, seed: 1)
            let status = try site.inbox.openFolder(Array("trip".utf8)).status(of: Array("photo.jpg".utf8))
            modified = Timestamp(status.modified)
            let changed = "\(status.changed.seconds).\(status.changed.nanoseconds)"
            stem =
                [Self.tag(site.watch.inbox), Self.tag(KeptFilingTests.name), Self.hex(status.inode), changed]
                .joined(separator: "-") + "-" + Self.hex(status.device)
        }

        private static func hex(_ number: UInt64) -> String { String(number, radix: 16) }

        /// FNV-1a of 64 bits, in 16 hexadecimal digits.
        private static func tag(_ text: String) -> String {
            var hash: UInt64 = 14_695_981_039_346_656_037
            for byte in text.utf8 {
                hash = (hash ^ UInt64(byte)).multipliedReportingOverflow(by: 1_099_511_628_211).partialValue
            }
            return String(format: "%016lx", hash)
        }

        var folder: String { site.destinationPath(of: digest) }
        var work: String { folder + "/.bitmind-watch" }
        var source: String { site.watch.inbox + "/" + KeptFilingTests.name }

        /// The decision, as it is written.
        func decision(times: String? = nil) -> String {
            let verdict = Simulator.verdict(forSHA256: digest)
            var text = KeptFilingTests.decision
            for (open, value) in [
                ("CONFIDENCE", verdict.confidence), ("IS_AI", "\(verdict.isAI)"), ("INBOX", site.watch.inbox),
                ("SHA256", digest), ("\"modified\": \"TIME\"", "\"modified\": \"\(times ?? "\(modified)")\""),
                ("TIME", times ?? "2026-12-01T01:26:30.262684656Z"),
                ("VERDICT", verdict.isAI ? "ai" : "human"),
            ] { text = text.replacingOccurrences(of: open, with: value) }
            return text
        }

        /// Lays what version 0.1.0 has left.
        func lay(_ kept: Kept) throws {
            let files = FileManager.default
            let media = "\(work)/\(stem).media"
            _ = try DirectoryHandle.openOrMake(folder).makeFolders(Array(".bitmind-watch".utf8), mode: 0o700)
            try Data(decision().utf8).write(to: URL(filePath: "\(work)/\(stem).json"))
            switch kept {
            case .decided: return
            case .claimed, .sidecarOut, .mediaOut: try files.moveItem(atPath: source, toPath: media)
            case .partlyCopied:
                return try Data(repeating: 7, count: 100).write(to: URL(filePath: "\(work)/\(stem).part"))
            case .copied, .copysSidecarOut, .copyOut, .sourceRenamed:
                try files.copyItem(atPath: source, toPath: media)
            }
            if kept == .claimed || kept == .copied { return }
            try files.createDirectory(atPath: "\(folder)/trip", withIntermediateDirectories: true)
            try files.linkItem(atPath: "\(work)/\(stem).json", toPath: "\(folder)/trip/photo.jpg.json")
            if kept == .sidecarOut || kept == .copysSidecarOut { return }
            try files.moveItem(atPath: media, toPath: "\(folder)/trip/photo.jpg")
            if kept == .sourceRenamed {
                try files.moveItem(atPath: source, toPath: "\(site.watch.inbox)/trip/.bitmind-watch-\(stem)")
            }
        }
    }

    @Test(arguments: Kept.allCases)
    func `a filing that version 0.1.0 has left is finished`(_ kept: Kept) throws {
        let scene = try Scene(kept.kind)
        try scene.lay(kept)
        let outcomes = try scene.site.recover()
        #expect(outcomes.count == 1 && outcomes.allSatisfy { $0.end.isFiled }, "\(outcomes)")
        let census = try scene.site.census()
        #expect(census.filed == [scene.digest] && census.all == [scene.digest])
        #expect(census.leftovers == [] && census.orphans == [] && census.violations == [])
    }

    @Test(arguments: FilingSite.Kind.allCases)
    func `a filing that is stopped before any step leaves what version 0.1.0 would have left`(
        _ kind: FilingSite.Kind
    ) async throws {
        var seen: Set<[String]> = []
        for step in 0..<FilingSite.steps(of: kind) {
            let scene = try Scene(kind)
            let stopped = try await scene.site.file(Self.name, stoppingBefore: step)
            let left = try FileManager.default.contentsOfDirectory(atPath: scene.work).sorted()
            let endings = left.map { String($0.dropFirst(scene.stem.count)) }
            #expect(left == endings.map { scene.stem + $0 }, "before step \(step)")
            seen.insert(endings)
            for name in left where name.hasSuffix(".json") {
                let text = try String(contentsOfFile: "\(scene.work)/\(name)", encoding: .utf8)
                let times = /"\d{4}-\d\d-\d\dT[0-9:.]+Z"/
                #expect(text.replacing(times, with: "\"TIME\"") == scene.decision(times: "TIME"))
            }
            await stopped.release()
        }
        #expect(seen == [[], [".json"], [".json", ".media"]])
    }
}
