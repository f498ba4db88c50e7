import BitMindSimulator
import Foundation
import Glibc
import TestSupport
import Testing

extension BuiltProgramTests {
    struct EmptyFolderTests {
        @Test func `folders that filing has emptied are removed after a while, and no others`() async throws {
            let files = [
                "a/1.jpg", "a/b/c/2.jpg", "kept/3.jpg", "hidden/4.jpg", "shared/used/5.jpg", "6.jpg",
            ].enumerated()
                .map { DroppedFile($1, seed: UInt64($0)) }
            let late = DroppedFile("a/late.jpg", seed: 77)
            try await Simulator.with { simulator in
                try await Site.with { site in
                    for folder in ["empty", "shared/empty"] { try site.makeFolder("inbox/\(folder)") }
                    var settings = Site.Settings()
                    settings.watch = "settle = \"100ms\"\nremove_empty = \"2s\""
                    try await site.serve(simulator, settings) { service in
                        try await service.waitUntilReady()
                        for file in files { try site.moveIn(file) }
                        // An ignored file keeps its folder.
                        try Data([1]).write(to: URL(filePath: "\(site.inbox)/kept/3.jpg.part"))
                        try Data([1]).write(to: URL(filePath: "\(site.inbox)/hidden/.note"))
                        try await service.wait(until: "all are filed") { site.hasFiled(files) }
                        #expect(site.exists("inbox/a/b/c"), "it was emptied a moment ago")
                        try await service.wait(until: "they are removed") {
                            !site.exists("inbox/a") && !site.exists("inbox/shared/used")
                        }
                        // A folder of that name may come again.
                        try site.moveIn(late)
                        try await service.wait(until: "it is filed") { site.hasFiled([late]) }
                        try await service.wait(until: "it is removed") { !site.exists("inbox/a") }
                        for folder in ["empty", "shared/empty", "shared", "kept", "hidden"] {
                            #expect(site.exists("inbox/\(folder)"), "\(folder)")
                        }
                    }
                    #expect(site.exists("inbox"))
                }
            }
        }
    }
}
