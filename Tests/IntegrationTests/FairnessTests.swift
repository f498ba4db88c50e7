import BitMindAPI
import BitMindSimulator
import Foundation
import SampleMedia
import TestSupport
import Testing

extension BuiltProgramTests {
    /// One file, one endpoint or one pause that fails stops no other, with the real program.
    struct FairnessTests {
        /// How an endpoint may fail.
        enum Failure: String, CaseIterable, Sendable {
            case status500, status404, reset, html, closed

            func rule(on endpoints: Set<Endpoint>) -> FaultRule {
                switch self {
                case .status500: FaultRule(.status500, on: endpoints)
                case .status404: FaultRule(answer: ScriptedAnswer(status: 404), on: endpoints)
                case .reset: FaultRule(.resetInBody, on: endpoints)
                case .html:
                    FaultRule(
                        answer: ScriptedAnswer(status: 200, body: "<html><title>Portal</title></html>"),
                        on: endpoints)
                case .closed: FaultRule(.closeAtOnce, on: endpoints)
                }
            }
        }

        private static func settings(_ slots: Int = 8, _ more: String = "") -> Site.Settings {
            var settings = Site.Settings()
            settings.upload = "concurrency = \(slots)\n\(more)"
            return settings
        }

        private static func bad(_ number: Int) -> [UInt8] {
            var bytes = SampleMedia.make(.jpeg, seed: 7_000 + UInt64(number))
            bytes.insert(contentsOf: [0xFF, 0xFE, 0, 14] + Array("simulate-bad".utf8), at: 2)
            return bytes
        }

        private static func dropBad(_ count: Int, into site: Site) throws {
            for number in 0..<count {
                let path = "\(site.outside)/bad-\(number).jpg"
                try Data(bad(number)).write(to: URL(filePath: path))
                try FileManager.default.moveItem(atPath: path, toPath: "\(site.inbox)/bad-\(number).jpg")
            }
        }

        @Test(arguments: zip(Failure.allCases, [1, 2, 8, 1, 8]))
        func `one video at which the API fails stops no image`(failure: Failure, slots: Int) async throws {
            let video = DroppedFile("a.mp4", .mp4, seed: 1)
            let images = DroppedFile.images(10)
            let behaviour = SimulatorBehaviour { $0.faults = [failure.rule(on: [.video, .batchVideo])] }
            try await Simulator.with(behaviour) { simulator in
                try await Site.with { site in
                    try site.moveIn(video)
                    try await site.serve(simulator, Self.settings(slots)) { service in
                        try await service.wait(until: "the video was tried") {
                            simulator.requests.contains { $0.endpoint == .video }
                        }
                        for image in images { try site.moveIn(image) }
                        try await service.wait(until: "all images are filed", atMost: .seconds(20)) {
                            site.hasFiled(images)
                        }
                        #expect(site.exists("inbox/a.mp4"))
                        simulator.behave { $0.faults = [] }
                        try await service.wait(until: "the video is filed") { site.hasFiled([video]) }
                    }
                }
            }
        }

        @Test(arguments: Failure.allCases)
        func `a batch endpoint that fails rests, told once, and its files go one by one`(failure: Failure)
            async throws
        {
            let images = DroppedFile.images(40)
            let behaviour = SimulatorBehaviour { $0.faults = [failure.rule(on: [.batchImage])] }
            try await Simulator.with(behaviour) { simulator in
                try await Site.with { site in
                    for image in images { try site.moveIn(image) }
                    try await site.serve(simulator, Self.settings()) { service in
                        try await service.wait(until: "all are filed", atMost: .seconds(30)) {
                            site.hasFiled(images)
                        }
                        #expect(service.lines(with: "/batch_image fails while single files work").count == 1)
                    }
                    let requests = simulator.requests.count {
                        $0.endpoint.map(FaultRule.fileEndpoints.contains) == true
                    }
                    #expect(requests <= 60)
                }
            }
        }

        @Test func `a box that cuts connections over 40 kB lets all files through, one by one`() async throws
        {
            let images = (0..<50).map { DroppedFile("\($0).jpg", seed: 100 + UInt64($0), size: 20_000) }
            let behaviour = SimulatorBehaviour {
                $0.faults = [FaultRule(.resetInBody)]
                $0.resetAfterBytes = 40_000
            }
            try await Simulator.with(behaviour) { simulator in
                try await Site.with { site in
                    for image in images { try site.moveIn(image) }
                    try await site.serve(simulator, Self.settings()) { service in
                        try await service.wait(until: "all are filed", atMost: .seconds(30)) {
                            site.hasFiled(images)
                        }
                    }
                    let requests = simulator.requests.count {
                        $0.endpoint.map(FaultRule.fileEndpoints.contains) == true
                    }
                    #expect(requests <= 75)
                }
            }
        }

        @Test(arguments: [1, 8])
        func `three images that the API always fails at delay no other, and are given up`(slots: Int)
            async throws
        {
            let images = DroppedFile.images(20)
            try await Simulator.with(SimulatorBehaviour { $0.badFileStatus = 502 }) { simulator in
                try await Site.with { site in
                    try Self.dropBad(3, into: site)
                    for image in images { try site.moveIn(image) }
                    let settings = Self.settings(slots, "batch = \"off\"\ngive_up = \"6s\"")
                    try await site.serve(simulator, settings) { service in
                        try await service.wait(until: "the others are filed", atMost: .seconds(20)) {
                            site.hasFiled(images)
                        }
                        try await service.wait(until: "the three are given up", atMost: .seconds(60)) {
                            (0..<3).allSatisfy { site.exists("failed/bad-\($0).jpg") }
                        }
                    }
                    for number in 0..<3 {
                        let error = try site.sidecar(of: "failed/bad-\(number).jpg").sidecar.error
                        #expect(error?.code == "unanswered" && error?.status == 502)
                    }
                    try await SchemaCheck.expectValid(23, in: site.root)
                }
            }
        }

        @Test(arguments: [400, 422])
        func `a proxy that refuses everything moves no file to failed, and its words are told`(status: Int)
            async throws
        {
            let images = DroppedFile.images(20)
            let words = "The plain HTTP request was sent to HTTPS port"
            let body = "<html><head><title>\(words)</title></head></html>"
            let behaviour = SimulatorBehaviour {
                $0.faults = [FaultRule(answer: ScriptedAnswer(status: status, body: body))]
            }
            try await Simulator.with(behaviour) { simulator in
                try await Site.with { site in
                    for image in images { try site.moveIn(image) }
                    try await site.serve(simulator, Self.settings(8, "retry_max = \"1s\"")) { service in
                        try await service.wait(until: "it was tried for a while") {
                            simulator.requests.count > 8
                        }
                        #expect(images.allSatisfy { site.exists("inbox/\($0.path)") })
                        #expect(service.lines(with: words).count == 1, "\(service.lines)")
                        simulator.behave { $0.faults = [] }
                        try await service.wait(until: "all are filed") { site.hasFiled(images) }
                    }
                }
            }
        }

        @Test(arguments: [503, 429])
        func `a server that allows one request a second refuses few, in one state`(status: Int) async throws {
            let images = DroppedFile.images(8)
            let behaviour = SimulatorBehaviour {
                $0.requestsPerHour = 3_600
                $0.burst = 1
                $0.rateLimitStatus = status
                $0.retryAfterForm = status == 429 ? .seconds : .none
            }
            try await Simulator.with(behaviour) { simulator in
                try await Site.with { site in
                    for image in images { try site.moveIn(image) }
                    let ending = try await site.serve(simulator, Self.settings(8, "batch = \"off\"")) {
                        service in
                        try await service.wait(until: "all are filed", atMost: .seconds(60)) {
                            site.hasFiled(images)
                        }
                    }
                    let refused = simulator.requests.count { $0.status == status }
                    #expect(refused <= 6, "\(simulator.requests.map { ($0.started, $0.status) })")
                    let words = ["the API is", "the API asks", "the pause is"]
                    let told = ending.lines.filter { line in words.contains { line.contains($0) } }
                    #expect(told.count <= 2, "\(told)")
                }
            }
        }

        @Test func `thousands of videos without permission keep no image waiting, and status says why`()
            async throws
        {
            let count = ProcessInfo.processInfo.environment["BITMIND_LONG_TESTS"] == nil ? 9_000 : 90_000
            let images = DroppedFile.images(20)
            let behaviour = SimulatorBehaviour { $0.permissions.remove(.videoInference) }
            try await Simulator.with(behaviour) { simulator in
                try await Site.with { site in
                    let video = Data(SampleMedia.make(.mp4, seed: 1))
                    for number in 0..<count {
                        try video.write(to: URL(filePath: "\(site.inbox)/\(number).mp4"))
                    }
                    var settings = Self.settings()
                    settings.environment["RUNTIME_DIRECTORY"] = site.root
                    try await site.serve(simulator, settings) { service in
                        try await service.wait(until: "the refusal is told", atMost: .seconds(150)) {
                            !service.lines(with: "/video").isEmpty
                        }
                        for image in images { try site.moveIn(image) }
                        try await service.wait(until: "the images are filed", atMost: .seconds(90)) {
                            site.hasFiled(images)
                        }
                        try await service.wait(until: "all videos are counted") {
                            service.manager.lines.last { $0.hasPrefix("STATUS=") }?
                                .contains("\(count / 1_000),000 waiting") == true
                        }
                        let paths = (0..<count).lazy.map { "\(site.inbox)/\($0).mp4" }
                        let status = ["status", "--status-file", "\(site.root)/status.json"]
                        try await service.wait(until: "the status of each says why") {
                            let told = try await Program.run(Program.watch, status + paths.suffix(20)).output
                            return told.split(separator: "\n").count { $0.contains("/video") } == 20
                        }
                    }
                }
            }
        }
    }
}
