import BitMindAPI
import BitMindSimulator
import Foundation
import Glibc
import TestSupport
import Testing

extension BuiltProgramTests {
    struct ClassifyTests {
        private let credentials = Site.Settings().environment

        @Test func `classify prints the verdict of each file in the order given, and moves nothing`()
            async throws
        {
            let files = [
                DroppedFile("z.jpg", seed: 1), DroppedFile("a.mp4", .mp4, seed: 2),
                DroppedFile("b.png", .png, seed: 3),
            ]
            try await Simulator.with { simulator in
                try await Site.with { site in
                    let configuration = try site.writeConfiguration(simulator.baseURL, Site.Settings())
                    for file in files { try site.put(file.bytes, file.path) }
                    let paths = files.map { "\(site.outside)/\($0.path)" }
                    let ending = try await Program.run(
                        Program.watch, ["classify", "--config", configuration] + paths,
                        environment: credentials)
                    let lines = zip(files, paths)
                        .map { "\($0.verdict) \($0.judgement.confidence)  \($1)\n" }
                    #expect(ending.output == lines.joined())
                    #expect(ending.errors.isEmpty, "no terminal, no bar")
                    #expect(ending.code == 0)
                    for file in files { #expect(try site.bytes(of: "outside/\(file.path)") == file.bytes) }
                    #expect(try site.files(in: "outside").count == files.count)
                }
            }
        }

        @Test func `classify --json prints sidecars, one a line, that fit the schema`() async throws {
            let files = [DroppedFile("a.jpg", seed: 4), DroppedFile("b.avi", .avi, seed: 5)]
            try await Simulator.with { simulator in
                try await Site.with { site in
                    let configuration = try site.writeConfiguration(simulator.baseURL, Site.Settings())
                    for file in files { try site.put(file.bytes, file.path) }
                    // By a symbolic link too: the result is about the file.
                    try FileManager.default.createSymbolicLink(
                        atPath: "\(site.root)/link.jpg", withDestinationPath: "outside/a.jpg")
                    let paths = ["\(site.root)/link.jpg", "\(site.outside)/b.avi"]
                    let ending = try await Program.run(
                        Program.watch, ["classify", "--json", "--config", configuration] + paths,
                        environment: credentials)
                    #expect(ending.code == 0, "\(ending.errors)")
                    let lines = ending.output.split(separator: "\n")
                    try #require(lines.count == files.count)
                    try site.makeFolder("ai")
                    for (file, line) in zip(files, lines) {
                        let sidecar = try JSONDecoder().decode(FiledSidecar.self, from: Data(line.utf8))
                        #expect(sidecar.media.sha256 == file.sha256)
                        #expect(sidecar.media.inbox == site.outside)
                        #expect(sidecar.media.path == file.path)
                        #expect(sidecar.verdict == file.verdict)
                        #expect(sidecar.simulated == true)
                        try Data(line.utf8).write(to: URL(filePath: "\(site.root)/ai/\(file.path).json"))
                    }
                    try await SchemaCheck.expectValid(files.count, in: site.root)
                }
            }
        }

        @Test func `classify waits while the API asks for fewer requests, and says so once`() async throws {
            let files = (0..<4).map { DroppedFile("\($0).jpg", seed: UInt64(70 + $0)) }
            var behaviour = SimulatorBehaviour()
            behaviour.retryAfter = .seconds(1)
            behaviour.faults = [FaultRule(.rateLimited, .next(4))]
            try await Simulator.with(behaviour) { simulator in
                try await Site.with { site in
                    let configuration = try site.writeConfiguration(simulator.baseURL, Site.Settings())
                    for file in files { try site.put(file.bytes, file.path) }
                    let ending = try await Program.run(
                        Program.watch,
                        ["classify", "--config", configuration] + files.map { "\(site.outside)/\($0.path)" },
                        environment: credentials)
                    #expect(ending.code == 0)
                    #expect(ending.output.split(separator: "\n").count == files.count)
                    let told = ending.errors.split(separator: "\n")
                    // Once for all that wait. A file that was not sent in time is refused in a separate
                    // pause.
                    #expect((1..<files.count).contains(told.count), "\(told)")
                    #expect(told.allSatisfy { $0 == "the API asks for fewer requests: next try in 1 s" })
                }
            }
        }

        @Test func `classify does not wait for hours`() async throws {
            let file = DroppedFile("a.jpg", seed: 75)
            var behaviour = SimulatorBehaviour()
            behaviour.retryAfter = .seconds(3_600)
            behaviour.faults = [FaultRule(.rateLimited)]
            try await Simulator.with(behaviour) { simulator in
                try await Site.with { site in
                    let configuration = try site.writeConfiguration(simulator.baseURL, Site.Settings())
                    try site.put(file.bytes, file.path)
                    let ending = try await Program.run(
                        Program.watch, ["classify", "--config", configuration, "\(site.outside)/a.jpg"],
                        environment: credentials)
                    #expect(ending.code == 1)
                    #expect(ending.errors.contains("no verdict") && ending.errors.contains("try again later"))
                }
            }
        }

        @Test func `classify ends with 1 and a sentence for each file without verdict`() async throws {
            let good = DroppedFile("good.jpg", seed: 6)
            try await Simulator.with { simulator in
                try await Site.with { site in
                    let configuration = try site.writeConfiguration(simulator.baseURL, Site.Settings())
                    try site.put(good.bytes, good.path)
                    try site.put([], "empty.jpg")
                    try site.put(Array("Words.\n".utf8), "text.jpg")
                    let paths = ["missing", "empty.jpg", "text.jpg", good.path].map {
                        "\(site.outside)/\($0)"
                    }
                    let ending = try await Program.run(
                        Program.watch, ["classify", "--config", configuration] + paths,
                        environment: credentials)
                    #expect(ending.code == 1)
                    #expect(ending.output == "\(good.verdict) \(good.judgement.confidence)  \(paths[3])\n")
                    let sentences = ending.errors.split(separator: "\n")
                    #expect(sentences.count == 3)
                    for (path, sentence) in zip(paths, sentences) {
                        #expect(sentence.hasPrefix("\(path): no verdict: "))
                    }
                    let refused = try await Program.run(
                        Program.watch, ["classify", "--config", configuration, paths[3]])
                    #expect(refused.code == 1)
                    #expect(
                        refused.errors.contains("BITMIND_CLIENT_ID") || refused.errors.contains("credentials")
                    )
                }
            }
        }
    }

    struct CheckTests {
        private func check(
            _ configuration: String, _ arguments: [String] = [],
            environment: [String: String] = Site.Settings().environment
        ) async throws -> (code: Int32, ok: [String], problems: [String]) {
            let ending = try await Program.run(
                Program.watch, ["check", "--config", configuration] + arguments, environment: environment)
            #expect(ending.errors.isEmpty)
            let lines = ending.output.split(separator: "\n").map(String.init)
            let ok = lines.filter { $0.hasPrefix("ok       ") }
            let problems = lines.filter { $0.hasPrefix("problem  ") }
            #expect(ok.count + problems.count == lines.count)
            #expect(!ending.output.contains("a-test-secret"))
            return (ending.code, ok, problems)
        }

        @Test func `check finds a good site good, online too, and leaves nothing behind`() async throws {
            try await Simulator.with { simulator in
                try await Site.with { site in
                    let configuration = try site.writeConfiguration(simulator.baseURL, Site.Settings())
                    try site.makeFolder("ai/.bitmind-watch")
                    let before = try FileManager.default.subpathsOfDirectory(atPath: site.root).sorted()
                    let result = try await check(configuration, ["--online"])
                    #expect(result.problems == [])
                    #expect(result.code == 0)
                    #expect(result.ok.count { $0.contains("works by renaming") } == 3)
                    #expect(result.ok.contains("ok       token: the API gave one"))
                    #expect(result.ok.contains("ok       batches of videos: the account may send them"))
                    #expect(
                        result.ok.contains {
                            $0.hasPrefix(
                                "ok       upload: a picture of 20.0 kB got a verdict; simulated; this cost"
                            )
                        })
                    #expect(
                        result.ok.contains { $0.hasPrefix("ok       API: ") && $0.contains("is simulated") })
                    #expect(simulator.requests.count { !$0.files.isEmpty } == 1)
                    #expect(try FileManager.default.subpathsOfDirectory(atPath: site.root).sorted() == before)
                }
            }
        }

        @Test func `check does not disturb a service that runs`() async throws {
            try await Simulator.with { simulator in
                try await Site.with { site in
                    try await site.serve(simulator) { service in
                        let result = try await check("\(site.root)/config.toml")
                        #expect(result.problems == [])
                        let file = DroppedFile("after.jpg", seed: 7)
                        try site.moveIn(file)
                        try await service.wait(until: "it is filed") { site.hasFiled([file]) }
                        #expect(service.lines(with: "bitmind-watch-check").isEmpty)
                    }
                    #expect(simulator.requests.count { !$0.files.isEmpty } == 1)
                }
            }
        }

        @Test func `check says of each thing that is wrong what to do, and ends with 1`() async throws {
            try await Site.with { site in
                var settings = Site.Settings()
                settings.api = "auth = \"api-key\"\nca_file = \"\(site.root)/none.pem\""
                settings.watch = "ai = \"\(site.root)/far/off/ai\"\n"
                settings.other = "[metrics]\ntextfile = \"\(site.root)/none/watch.prom\""
                let configuration = try site.writeConfiguration("http://127.0.0.1:1", settings)
                try FileManager.default.removeItem(atPath: site.inbox)
                let result = try await check(configuration, environment: ["BITMIND_API_KEY": "a-test-secret"])
                #expect(result.code == 1)
                let expected = [
                    ("inbox \(site.inbox) cannot be read", "make the folder"),
                    ("ai \(site.root)/far/off/ai: a file cannot be moved there", "make the folder"),
                    ("ca_file \(site.root)/none.pem (\(configuration):4): cannot be read", "correct ca_file"),
                    ("credentials: api-key does not begin with enterprise-", "store"),
                    ("metrics \(site.root)/none/watch.prom: cannot be written", "create"),
                ]
                #expect(result.problems.count == expected.count, "\(result.problems)")
                for (problem, (start, advice)) in zip(result.problems, expected) {
                    #expect(problem.hasPrefix("problem  \(start)"))
                    #expect(problem.contains(": \(advice)"))
                }
            }
        }

        @Test func `check blames the credentials only where the API has refused them`() async throws {
            try await Site.with { site in
                let network = "check base_url, proxy, ca_file and the network"
                let unreachable = try site.writeConfiguration("http://127.0.0.1:1", Site.Settings())
                let down = try await check(unreachable, ["--online"])
                try #require(down.problems.count == 2, "\(down)")
                #expect(
                    down.problems.allSatisfy { $0.contains("cannot be reached") && $0.hasSuffix(network) })
                #expect(down.problems.last?.hasPrefix("problem  token: ") == true)
                try await Simulator.with(
                    SimulatorBehaviour { $0.faults = [FaultRule(.early401, on: [.token])] }
                ) { simulator in
                    let configuration = try site.writeConfiguration(simulator.baseURL, Site.Settings())
                    let refused = try await check(configuration, ["--online"])
                    try #require(refused.problems.count == 1, "\(refused)")
                    #expect(refused.problems[0].hasPrefix("problem  token: the API refused the credentials"))
                    #expect(refused.problems[0].hasSuffix("check that the credentials belong to the account"))
                }
                try await Simulator.with(
                    SimulatorBehaviour { $0.faults = [FaultRule(.status503, on: [.health, .token])] }
                ) { simulator in
                    let configuration = try site.writeConfiguration(simulator.baseURL, Site.Settings())
                    let ill = try await check(configuration, ["--online"])
                    try #require(ill.problems.count == 2, "\(ill)")
                    #expect(
                        ill.problems.allSatisfy { $0.hasSuffix("the API itself fails: try again later") }
                    )
                }
            }
        }

        /// What happens to uploads alone, and what the problem says.
        @Test(arguments: [
            (Fault.closeAtOnce, "cannot be reached", "inspects or limits uploads"),
            (.early413, "too large", "inspects or limits uploads"),
            (.notJSON, "cannot be understood", "inspects or limits uploads"),
            (.status503, "the API failed", "the API itself fails"),
        ])
        func `check finds a network that stops uploads alone`(fault: Fault, cause: String, advice: String)
            async throws
        {
            try await Simulator.with(SimulatorBehaviour { $0.faults = [FaultRule(fault, on: [.image])] }) {
                simulator in
                try await Site.with { site in
                    let configuration = try site.writeConfiguration(simulator.baseURL, Site.Settings())
                    let result = try await check(configuration, ["--online"])
                    #expect(result.code == 1)
                    try #require(result.problems.count == 1, "\(result)")
                    #expect(
                        result.problems[0].hasPrefix("problem  upload: a picture of 20.0 kB got no verdict: ")
                    )
                    #expect(result.problems[0].contains(cause) && result.problems[0].contains(advice))
                }
            }
        }

        @Test func `check says which proxy the API's host goes by, and where ca_file stands`() async throws {
            try await Site.with { site in
                var settings = Site.Settings()
                settings.api = "ca_file = \"\(site.root)/none.pem\""
                let configuration = try site.writeConfiguration("https://api.example.com", settings)
                var environment = settings.environment
                environment["HTTPS_PROXY"] = "http://user:word@proxy.example.com:3128"
                environment["NO_PROXY"] = "localhost,.example.com"
                let direct = try await check(configuration, environment: environment)
                #expect(
                    direct.ok.contains(
                        "ok       proxy: none for api.example.com, from .example.com in NO_PROXY; HTTPS_PROXY names "
                            + "http://proxy.example.com:3128"), "\(direct)")
                #expect(
                    direct.problems.contains { $0.contains("none.pem (\(configuration):3): cannot be read") })
                environment["NO_PROXY"] = "example.org"
                let proxied = try await check(configuration, environment: environment)
                #expect(
                    proxied.ok.contains(
                        "ok       proxy: http://proxy.example.com:3128 for api.example.com, from HTTPS_PROXY; NO_PROXY "
                            + "does not name api.example.com"), "\(proxied)")
            }
        }

        @Test func `check reports which permissions the account lacks`() async throws {
            try await Simulator.with(SimulatorBehaviour { $0.permissions = [.imageInference] }) { simulator in
                try await Site.with { site in
                    let configuration = try site.writeConfiguration(simulator.baseURL, Site.Settings())
                    let result = try await check(configuration, ["--online"])
                    #expect(result.code == 1)
                    #expect(result.ok.contains("ok       images: the account may send them"))
                    #expect(
                        result.problems.map { $0.prefix { $0 != ":" } } == [
                            "problem  videos", "problem  batches of images", "problem  batches of videos",
                        ])
                }
            }
        }

        @Test(.needsRoot("to run as another user"))
        func `check reports what its own user may not read or move`() async throws {
            try await Site.with { site in
                let configuration = try site.writeConfiguration("http://127.0.0.1:1", Site.Settings())
                for name in ["secret.jpg", "stuck/ours.jpg"] { try site.moveIn(DroppedFile(name, seed: 8)) }
                for folder in ["ai", "human", "failed"] { try site.makeFolder(folder) }
                for path in ["inbox", "ai", "human"] { #expect(chmod("\(site.root)/\(path)", 0o777) == 0) }
                #expect(chmod("\(site.inbox)/stuck", 0o1777) == 0)
                #expect(chmod("\(site.inbox)/secret.jpg", 0o600) == 0)
                let program = try await site.copyOfProgram()
                let user = ["--reuid=\(Site.nobody)", "--regid=\(Site.nobody)", "--clear-groups"]
                let ending = try await Program.run(
                    "/usr/bin/setpriv", user + [program, "check", "--config", configuration],
                    environment: Site.Settings().environment)
                #expect(ending.code == 1)
                let problems = ending.output.split(separator: "\n").filter { $0.hasPrefix("problem") }
                let inbox = "problem  inbox \(site.inbox): 1 files"
                try #require(problems.count == 3, "\(ending.output)\(ending.errors)")
                #expect(problems[0].hasPrefix("\(inbox) cannot be read, such as secret.jpg: "))
                #expect(problems[1].hasPrefix("\(inbox) may not be moved, such as stuck/ours.jpg: "))
                #expect(problems[2].hasPrefix("problem  failed \(site.root)/failed: a file cannot be moved"))
                #expect(try site.files(in: "inbox").count == 2, "the trial's file was left")
            }
        }

        @Test func `check ends with 78 where the configuration is wrong`() async throws {
            let ending = try await Program.run(Program.watch, ["check", "--config", "/nowhere/config.toml"])
            #expect(ending.code == 78)
            #expect(ending.output.isEmpty)
            #expect(ending.errors.hasPrefix("/nowhere/config.toml: "))
        }
    }
}

extension Site {
    /// Writes a file into the folder that is not watched.
    fileprivate func put(_ bytes: [UInt8], _ name: String) throws {
        try Data(bytes).write(to: URL(filePath: "\(outside)/\(name)"))
    }
}
