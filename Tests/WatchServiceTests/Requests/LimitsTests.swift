import BitMindAPI
import BitMindSimulator
import SampleMedia
import TestSupport
import Testing
import WatchCore

extension RequestTests {
    @Suite("Limits and credentials")
    struct LimitsTests {
        @Test(arguments: [1, 3, 8])
        func `exactly as many requests as configured are under way`(concurrency: Int) async throws {
            let behaviour = SimulatorBehaviour { $0.latency = .seconds(1) }
            try await Simulator.with(behaviour) { simulator in
                let site = try RequestSite(simulator)
                try site.put(images: 0..<3 * concurrency)
                func limit(_ upload: inout Configuration.Upload) {
                    upload.concurrency = concurrency
                    upload.batch = .off
                }
                try await site.serve(limit) { run in
                    try await run.begin(with: 3 * concurrency)
                    try await run.waitUntilFiled(3 * concurrency)
                }
                #expect(simulator.maximumInFlight == concurrency)
            }
        }

        @Test func `videos take no more than half of the slots while images wait`() async throws {
            let behaviour = SimulatorBehaviour { $0.latency = .milliseconds(50) }
            try await Simulator.with(behaviour) { simulator in
                let site = try RequestSite(simulator)
                try site.put(images: 0..<40)
                try site.put(videos: 0..<40)
                func limit(_ upload: inout Configuration.Upload) {
                    upload.concurrency = 4
                    upload.batch = .off
                }
                try await site.serve(limit) { run in
                    try await run.begin(with: 80)
                    try await run.waitUntilFiled(80)
                }
                let uploads = site.uploads
                let lastImage = try #require(uploads.last { $0.endpoint == .image }?.started)
                let videos = uploads.filter { $0.endpoint == .video && $0.started < lastImage }
                #expect(videos.count >= 20, "they have their half")
                for video in videos {
                    let others = videos.count {
                        $0.started <= video.started && $0.ended.map { $0 > video.started } ?? true
                    }
                    #expect(others <= 2)
                }
            }
        }

        @Test func `the bandwidth is kept`() async throws {
            try await Simulator.with { simulator in
                let site = try RequestSite(simulator)
                for number in 0..<12 {
                    let image = SampleMedia.make(.jpeg, seed: UInt64(number), size: 500_000)
                    try site.put("large-\(number).jpg", image)
                }
                func limit(_ upload: inout Configuration.Upload) {
                    upload.bandwidth = 2_000_000
                    upload.batch = .off
                }
                // From before the first byte is sent: when the API sees it, more may have come.
                var begin = ContinuousClock.now
                try await site.serve(limit) { run in
                    begin = .now
                    try await run.begin(with: 12)
                    try await run.waitUntilFiled(12)
                }
                let end = try #require(site.uploads.compactMap(\.ended).max())
                let rate = 6_000_000 / ((end - begin) / .seconds(1))
                // A machine that is busy with other things may not use all of it.
                #expect((100_000...2_200_000).contains(rate))
            }
        }

        @Test
        func `a secret that was rotated is taken up without a word from anyone, and files wait meanwhile`()
            async throws
        {
            let time = ScaledTime(factor: 60)
            let behaviour = SimulatorBehaviour { $0.clientSecret = "correct-horse" }
            try await Simulator.with(behaviour) { simulator in
                let site = try RequestSite(simulator, time: time)
                try site.put(images: 0..<10)
                try await site.serve { run in
                    try await run.begin(with: 10)
                    try await run.waitUntilFiled(10)
                    simulator.behave { $0.clientSecret = "battery-staple" }
                    simulator.revokeTokens()
                    try site.put(images: 10..<20)
                    try await wait(until: "the refusal is told") { site.sink.lines.count == 1 }
                    #expect(run.filed == 10 && run.status.holdups.count == 1, "\(run.status.holdups)")
                    site.credentials.change(to: "battery-staple")
                    try await run.waitUntilFiled(20)
                }
                #expect(site.sink.lines.count == 2, "\(site.sink.lines)")
                let told = site.sink.events.map { "\($0)" } + site.sink.lines
                #expect(told.filter { $0.contains("correct-horse") || $0.contains("battery-staple") } == [])
            }
        }

        @Test func `videos without permission wait, and go when it is given, while images never stop`()
            async throws
        {
            let time = ScaledTime(factor: 200)
            let behaviour = SimulatorBehaviour { $0.permissions.remove(.videoInference) }
            try await Simulator.with(behaviour) { simulator in
                let site = try RequestSite(simulator, time: time)
                try site.put(images: 0..<60)
                try site.put(videos: 0..<5)
                try await site.serve { run in
                    try await run.begin(with: 65)
                    try await run.waitUntilFiled(60)
                    try await wait(until: "the missing permission is told") {
                        site.sink.lines.contains { $0.contains("no permission for /video") }
                    }
                    try site.put(images: 100..<160)
                    try await run.waitUntilFiled(120)
                    simulator.behave { $0.permissions.insert(.videoInference) }
                    try await run.waitUntilFiled(125)
                    #expect(run.status.failed == 0)
                    // Of two endpoints that were refused, the files may need but one.
                    try await wait(until: "nothing is told to be held up any longer") {
                        run.status.holdups.allSatisfy { !$0.contains(" until ") }
                    }
                }
                #expect(site.sink.lines.count <= 6, "\(site.sink.lines)")
            }
        }
    }
}
