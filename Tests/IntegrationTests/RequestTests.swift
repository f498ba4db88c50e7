import BitMindAPI
import BitMindSimulator
import Subprocess
import SystemPackage
import TestSupport
import Testing

extension BuiltProgramTests {
    struct RequestTests {
        @Test func `exactly as many uploads as configured are under way while enough files wait`()
            async throws
        {
            let files = DroppedFile.images(30)
            try await Simulator.with(SimulatorBehaviour { $0.latency = .seconds(1) }) { simulator in
                try await Site.with { site in
                    for file in files { try site.moveIn(file) }
                    var settings = Site.Settings()
                    settings.upload = "batch = \"off\"\nconcurrency = 5"
                    try await site.serve(simulator, settings) { service in
                        try await service.wait(until: "all are filed") { site.hasFiled(files) }
                    }
                    #expect(simulator.maximumInFlight == 5)
                    let uploads = simulator.requests.filter { $0.endpoint == .image }
                    #expect(uploads.count == 30)
                    let begin = try #require(uploads.map(\.started).min())
                    let end = try #require(uploads.compactMap(\.ended).max())
                    #expect(end - begin >= .seconds(6), "six rounds of a second")
                    let busy = uploads.reduce(Duration.zero) { $0 + (($1.ended ?? end) - $1.started) }
                    #expect(busy >= (end - begin) * 5 * 0.7, "the slots hardly ever stand empty")
                }
            }
        }

        @Test func `files that wait share requests`() async throws {
            let files = DroppedFile.images(100)
            try await Simulator.with { simulator in
                try await Site.with { site in
                    for file in files { try site.moveIn(file) }
                    var settings = Site.Settings()
                    settings.watch = #"settle = "1ms""#
                    try await site.serve(simulator, settings) { service in
                        try await service.wait(until: "all are filed") { site.hasFiled(files) }
                    }
                    let uploads = simulator.requests.filter { !$0.files.isEmpty }
                    #expect(uploads.map(\.files.count) == [50, 50])
                    try Census(site).expectNothingLost(of: files)
                    for file in files { try site.expectSidecar(of: file, baseURL: simulator.baseURL) }
                }
            }
        }

        @Test func `while the API is down files wait, and go on by themselves; each is reported once`()
            async throws
        {
            let early = DroppedFile.images(10, "early")
            let late = DroppedFile.images(10, "late", seed: 2_000)
            try await Simulator.with { simulator in
                try await Site.with { site in
                    var settings = Site.Settings()
                    settings.upload = "retry_initial = \"50ms\"\nretry_max = \"200ms\""
                    try await site.serve(simulator, settings) { service in
                        for file in early { try site.moveIn(file) }
                        try await service.wait(until: "the early ones are filed") { site.hasFiled(early) }
                        await simulator.refuseConnections()
                        for file in late { try site.moveIn(file) }
                        try await service.wait(until: "it says that the API is unavailable") {
                            !service.lines(with: "the API is unavailable").isEmpty
                        }
                        #expect(try site.files(in: "inbox").count == late.count)
                        try await simulator.acceptConnections()
                        try await service.wait(until: "the late ones are filed") { site.hasFiled(late) }
                        try await service.wait(until: "it says that it is available again") {
                            !service.lines(with: "the API is available again").isEmpty
                        }
                        #expect(service.lines(with: "warning: the API is unavailable").count == 1)
                        #expect(service.lines(with: "the API is available again").count == 1)
                    }
                    try Census(site).expectNothingLost(of: early + late)
                }
            }
        }

        @Test func `an API that fails now and then gets every file once more, until all are filed`()
            async throws
        {
            let files = DroppedFile.images(60)
            let behaviour = SimulatorBehaviour { behaviour in
                behaviour.faults = [
                    FaultRule(.status503, .rate(0.2)), FaultRule(.resetInBody, .rate(0.1)),
                    FaultRule(.notJSON, .rate(0.1)),
                ]
            }
            try await Simulator.with(behaviour) { simulator in
                try await Site.with { site in
                    for file in files { try site.moveIn(file) }
                    var settings = Site.Settings()
                    settings.upload = "batch = \"off\"\nretry_initial = \"10ms\"\nretry_max = \"50ms\""
                    try await site.serve(simulator, settings) { service in
                        try await service.wait(until: "all are filed") { site.hasFiled(files) }
                    }
                    try Census(site).expectNothingLost(of: files)
                    #expect(simulator.tokenRequests == 1)
                }
            }
        }

        @Test(arguments: [Fault.atOdds, .extraFields, .noProcessingTime, .longDigits, .exponentDigits])
        func `an odd verdict is filed as it says, with all that came in its sidecar`(fault: Fault)
            async throws
        {
            let files = DroppedFile.images(4)
            try await Simulator.with(SimulatorBehaviour { $0.faults = [FaultRule(fault)] }) { simulator in
                try await Site.with { site in
                    // What isAI says, though the confidence may say another thing.
                    func isAI(_ file: DroppedFile) -> Bool { file.judgement.isAI != (fault == .atOdds) }
                    func place(_ file: DroppedFile) -> String {
                        "\(isAI(file) ? "ai" : "human")/\(file.path)"
                    }
                    let ending = try await site.serve(simulator) { service in
                        for file in files { try site.moveIn(file) }
                        try await service.wait(until: "all are filed") {
                            files.allSatisfy { site.exists(place($0)) }
                        }
                    }
                    for file in files {
                        let (sidecar, text) = try site.sidecar(of: place(file))
                        #expect(
                            sidecar.isAI == isAI(file) && sidecar.verdict == (isAI(file) ? "ai" : "human"))
                        #expect(text.contains("\"processingTime\"") == (fault != .noProcessingTime))
                        #expect(text.contains("bm-2026.11") == (fault == .extraFields))
                        let digits = try #require(text.firstMatch(of: /"confidence": ([0-9.E-]+)/)?.1)
                        #expect(text.split(separator: "\"confidence\": \(digits)").count == 3, "\(text)")
                        #expect(
                            sidecar.confidence == Double(file.judgement.confidence) || fault == .longDigits)
                    }
                    let notes = ending.lines.count { $0.contains("disagree") }
                    #expect(notes == (fault == .atOdds ? files.count : 0))
                    try await SchemaCheck.expectValid(files.count, in: site.root)
                }
            }
        }

        @Test func `the simulator's program does as well, and prints what came`() async throws {
            let files = DroppedFile.images(20)
            let output = try Capture()
            _ = try await Subprocess.run(
                .path(FilePath(Program.simulator)), arguments: ["--port", "0", "--until-stdin-closes"],
                environment: Program.environment(), input: .inputWriter,
                output: .fileDescriptor(output.descriptor, closeAfterSpawningProcess: false),
                error: .discarded
            ) { execution in
                try await wait(until: "it listens") { output.text.hasSuffix("\n") }
                let url = output.text.dropFirst("listening on ".count).trimmingSuffix { $0.isNewline }
                try await Site.with { site in
                    for file in files { try site.moveIn(file) }
                    try await site.serve(String(url)) { service in
                        try await service.wait(until: "all are filed") { site.hasFiled(files) }
                    }
                    let fetch =
                        "import sys, urllib.request; "
                        + "print(urllib.request.urlopen(sys.argv[1]).read().decode())"
                    let answer = try await Program.run(
                        "/usr/bin/python3", ["-c", fetch, "\(url)/_simulator/requests"])
                    #expect(answer.code == 0, "\(answer.errors)")
                    #expect(answer.output.contains("\"token_requests\": 1"))
                    for file in files { #expect(answer.output.contains("\"\(file.sha256)\": 1")) }
                }
                try await execution.standardInputWriter.finish()
            }
        }
    }
}

extension StringProtocol {
    fileprivate func trimmingSuffix(while isTrimmed: (Character) -> Bool) -> SubSequence {
        guard let last = lastIndex(where: { !isTrimmed($0) }) else { return self[startIndex..<startIndex] }
        return self[...last]
    }
}
