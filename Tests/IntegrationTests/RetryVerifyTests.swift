import BitMindAPI
import BitMindSimulator
import Foundation
import Testing

extension BuiltProgramTests {
    struct RetryVerifyTests {
        /// A site with a good file and three that failed.
        private static func with(
            _ body: (Site, Simulator, _ configuration: String) async throws -> Void
        ) async throws {
            try await Simulator.with { simulator in
                try await Site.with { site in
                    let good = DroppedFile("good.jpg", .jpeg, seed: 1)
                    try site.moveIn(good)
                    try site.makeFolder("inbox/sub")
                    for name in failing {
                        try Data("no media".utf8).write(to: URL(filePath: "\(site.inbox)/\(name)"))
                    }
                    try await site.serve(simulator) { service in
                        try await service.wait(until: "all are filed") {
                            site.hasFiled([good]) && failing.allSatisfy { site.exists("failed/\($0)") }
                        }
                    }
                    try await body(site, simulator, "\(site.root)/config.toml")
                }
            }
        }

        private static let failing = ["one.txt", "sub/two.txt", "three.json"]

        @Test func `failed files come back by name, by a shell's pattern, or all of them`() async throws {
            try await Self.with { site, _, configuration in
                let failed = "\(site.root)/failed"
                let one = try await Program.run(
                    Program.watch,
                    ["retry", "--config", configuration, "\(failed)/one.txt", "\(failed)/one.txt.json"])
                #expect(one.code == 0)
                #expect(one.output == "\(failed)/one.txt -> \(site.inbox)/one.txt\n")
                #expect(one.errors.isEmpty)
                let again = try await Program.run(
                    Program.watch, ["retry", "--config", configuration, "\(failed)/one.txt"])
                #expect(again.code == 1)
                #expect(again.output.isEmpty)
                #expect(
                    again.errors
                        == "\(failed)/one.txt: there is no such file: it may have been put back already\n")
                let rest = try await Program.run(
                    Program.watch, ["retry", "--config", configuration, "--all"])
                #expect(rest.code == 0)
                #expect(try Set(site.files(in: "inbox")) == Set(Self.failing.map { "inbox/\($0)" }))
                #expect(try site.files(in: "failed") == [])
            }
        }

        @Test func `a file that is put back while the service runs is looked at again`() async throws {
            try await Self.with { site, simulator, configuration in
                try await site.serve(simulator) { service in
                    try await service.waitUntilReady()
                    let before = try site.sidecar(of: "failed/one.txt").text
                    let ending = try await Program.run(
                        Program.watch, ["retry", "--config", configuration, "--all"])
                    #expect(ending.code == 0)
                    try await service.wait(until: "all have failed once more") {
                        Self.failing.allSatisfy { site.exists("failed/\($0)") }
                    }
                    #expect(try site.sidecar(of: "failed/one.txt").text != before)
                }
            }
        }

        @Test func `retry wants files or --all, not both`() async throws {
            for arguments in [[], ["--all", "/tmp/a"]] {
                let ending = try await Program.run(Program.watch, ["retry"] + arguments)
                #expect(ending.code == 64)
                #expect(
                    ending.errors.contains("Name the files to retry, or use --all for every failed file."))
            }
        }

        @Test func `what was filed is verified, and a file that was changed since is told`() async throws {
            try await Self.with { site, _, configuration in
                let good = try await Program.run(Program.watch, ["verify", "--config", configuration])
                #expect(good.output == "4 files verified, no problems\n")
                #expect(good.code == 0)
                #expect(good.errors.isEmpty)

                let path = "\(site.root)/failed/one.txt"
                try Data("now media".utf8).write(to: URL(filePath: path))
                let changed = try await Program.run(
                    Program.watch, ["verify", "--config", configuration, path])
                #expect(
                    changed.output == """
                        \(path): it has 9 bytes, but had 8 when it was judged: restore it, or have it judged again
                        1 file verified, 1 problem

                        """)
                #expect(changed.code == 1)
            }
        }

        @Test func `retry --all says of each file without a sidecar what to do with it`() async throws {
            try await Self.with { site, _, configuration in
                let failed = "\(site.root)/failed"
                for name in ["stray.jpg", "sub/stray.json", "Thumbs.db"] {
                    try Data("no media".utf8).write(to: URL(filePath: "\(failed)/\(name)"))
                }
                // Its media is gone: that is not a file to be put back.
                try FileManager.default.removeItem(atPath: "\(failed)/one.txt")
                let ending = try await Program.run(
                    Program.watch, ["retry", "--config", configuration, "--all"])
                #expect(ending.code == 1)
                let sentence = "it has no sidecar, so its inbox is unknown: move it into an inbox by hand\n"
                #expect(
                    ending.errors
                        == "\(failed)/stray.jpg: \(sentence)\(failed)/sub/stray.json: \(sentence)")
                #expect(ending.output.split(separator: "\n").count == 2, "\(ending.output)")
                #expect(
                    try Set(site.files(in: "failed")) == [
                        "failed/stray.jpg", "failed/sub/stray.json", "failed/Thumbs.db",
                        "failed/one.txt.json",
                    ])
            }
        }

        @Test func `a file in no destination is told, and the others are verified`() async throws {
            try await Self.with { site, _, configuration in
                let ending = try await Program.run(
                    Program.watch,
                    ["verify", "--config", configuration, "/etc/hostname", "\(site.root)/failed/one.txt"])
                #expect(ending.code == 1)
                #expect(ending.output == "1 file verified, no problems\n")
                #expect(
                    ending.errors == "/etc/hostname: it is not in a destination of the configuration: "
                        + "name a file in one\n")
            }
        }

        /// Forged sidecars from a user who may write among the failed files: each as large as allowed, or
        /// larger.
        private static let forgeries = """
            import os, sys
            most = 16 << 20
            def forge(name, text):
                open(name, "w").write("no media")
                open(name + ".json", "wb").write(text)
            for i in range(4):
                forge(f"zeros{i}.jpg", b'{"schema":[' + b"0," * (most // 2 - 100) + b"0]}")
                forge(f"deep{i}.jpg", b"[" * (most - 1))
                forge(f"keys{i}.jpg", b"{" + b",".join(b'"%d":0' % k for k in range(most // 14)) + b"}")
                forge(f"sparse{i}.jpg", b"")
                os.truncate(f"sparse{i}.jpg.json", 4 << 40)
            for i in range(2):
                forge(f"text{i}.jpg", b'{"schema":"' + b"x" * (most - 100) + b'"}')
                forge(f"digits{i}.jpg", b'{"schema":' + b"1" * (most - 20) + b"}")
            """

        /// Runs a program, and writes the most memory that it had, in kB, as the last line of the errors.
        private static let measuring = """
            import resource, subprocess, sys
            code = subprocess.run(sys.argv[1:]).returncode
            sys.exit(f"{resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss}")
            """

        @Test(arguments: [["verify"], ["retry", "--all"]])
        func `forged sidecars take little memory, and make no folders`(command: [String]) async throws {
            try await Site.with { site in
                let configuration = try site.writeConfiguration("http://127.0.0.1:9", Site.Settings())
                try site.makeFolder("failed")
                let making = try await Program.run(
                    "/usr/bin/python3",
                    ["-c", "import os, sys; os.chdir(sys.argv[1])\n" + Self.forgeries, "\(site.root)/failed"])
                try #require(making.code == 0, "\(making.errors)")
                let before = try site.files(in: "failed")
                let ending = try await Program.run(
                    "/usr/bin/python3",
                    ["-c", Self.measuring, Program.watch] + command + ["--config", configuration])
                let lines = ending.errors.split(separator: "\n")
                let peak = try #require(lines.last.flatMap { Int($0) }, "\(ending.errors)")
                #expect(peak < 100_000, "\(peak) kB")
                let said = ending.output + ending.errors
                #expect(said.split(separator: "\n").count { $0.contains("is not valid") } == 20)
                #expect(try site.files(in: "failed") == before)
                #expect(try site.files(in: "inbox") == [])
            }
        }
    }
}
