import BitMindSimulator
import Foundation
import Glibc
import Subprocess
import Synchronization
import SystemPackage
import TestSupport
import Testing
import WatchCore

extension BuiltProgramTests {
    /// `bitmind-watch status`, beside a service that runs.
    struct StatusTests {
        /// The service writes its status into the site's folder.
        private func serve(
            _ site: Site, latency: Duration = .zero, upload: String = "",
            _ body: (Service) async throws -> Void
        ) async throws {
            var behaviour = SimulatorBehaviour()
            behaviour.latency = latency
            var settings = Site.Settings()
            settings.environment["RUNTIME_DIRECTORY"] = site.root
            settings.upload = upload
            try await Simulator.with(behaviour) { simulator in
                _ = try await site.serve(simulator, settings) { service in
                    try await service.waitUntilReady()
                    try await body(service)
                }
            }
        }

        private func status(_ site: Site, _ arguments: String...) async throws -> Program.Ending {
            try await Program.run(
                Program.watch, ["status", "--status-file", "\(site.root)/status.json"] + arguments)
        }

        @Test func `with paths it says of each file where it is, and why`() async throws {
            try await Site.with { site in
                try await serve(site) { service in
                    let filed = DroppedFile("sub/photo.jpg", seed: 1)
                    try site.moveIn(filed)
                    try await service.wait(until: "it is filed") {
                        service.lines(with: "sub/photo.jpg").count == 1
                    }
                    try site.moveIn(DroppedFile("film.mp4.part", seed: 3))
                    let writer = try site.openWriter(DroppedFile("open.jpg", seed: 2))
                    let expected = [
                        "\(site.inbox)/sub/photo.jpg":
                            "filed to \(filed.verdict): \(filed.verdict) \(filed.judgement.confidence), 20",
                        "\(site.root)/\(filed.verdict)/sub/photo.jpg": "filed to \(filed.verdict): ",
                        "\(site.inbox)/film.mp4.part": "ignored: its name matches *.part",
                        "\(site.inbox)/open.jpg": "settling: ",
                        "\(site.inbox)/none.jpg": "unknown: there is no such file",
                        "/etc/passwd": "unknown: it is in no folder",
                    ]
                    for (path, sentence) in expected {
                        try await service.wait(until: "\(path): \(sentence)") {
                            try await status(site, path).output.hasPrefix("\(path): \(sentence)")
                        }
                    }
                    withExtendedLifetime(writer) {}
                }
            }
        }

        @Test func `what is no regular file is ignored, and said to be what it is`() async throws {
            try await Site.with { site in
                try await serve(site) { service in
                    try site.makeFolder("inbox/folder")
                    #expect(symlink("/etc/passwd", "\(site.inbox)/link.jpg") == 0)
                    #expect(mkfifo("\(site.inbox)/fifo.jpg", 0o644) == 0)
                    let socket = try NotifySocket(path: "\(site.inbox)/socket.jpg")
                    var expected = [
                        "link.jpg": "ignored: it is a symbolic link, not a regular file",
                        "fifo.jpg": "ignored: it is a FIFO, not a regular file",
                        "socket.jpg": "ignored: it is a socket, not a regular file",
                        "folder": "unknown: it is a folder: ask for a file in it",
                    ]
                    if mknod("\(site.inbox)/device.jpg", S_IFCHR | 0o644, 0x103) == 0 {
                        expected["device.jpg"] = "ignored: it is a device, not a regular file"
                    }
                    for (name, sentence) in expected {
                        let told = try await status(site, "\(site.inbox)/\(name)")
                        #expect(told.output == "\(site.inbox)/\(name): \(sentence)\n")
                    }
                    withExtendedLifetime(socket) {}
                }
            }
        }

        @Test func `after READY the status is true`() async throws {
            try await Site.with { site in
                for folder in 0..<100 { try site.makeFolder("inbox/\(folder)") }
                let writer = try site.openWriter(DroppedFile("open.jpg", seed: 2))
                try await serve(site) { service in
                    let json = try Data(contentsOf: URL(filePath: "\(site.root)/status.json"))
                    let report = try StatusReport(parsing: Array(json))
                    #expect(report.inboxes.map(\.inbox) == [site.inbox])
                    #expect(report.inboxes.first?.folders == 101)
                    #expect(report.inboxes.first?.files.map(\.path) == [RelativePath(Array("open.jpg".utf8))])
                    #expect(report.status.inboxes == 1)
                }
                withExtendedLifetime(writer) {}
            }
        }

        @Test func `a status file without a slash in its name lies in the working folder`() async throws {
            try await Site.with { site in
                let name = "status-\(UUID().uuidString.prefix(8)).json"
                let here = [
                    "-c", "cd '\(site.root)' && exec '\(Program.watch)' \"$@\" --status-file \(name)", "sh",
                ]
                defer { unlink("/\(name)") }
                try await Simulator.with { simulator in
                    let configuration = try site.writeConfiguration(simulator.baseURL, Site.Settings())
                    _ = try await Service.run(
                        configuration, manager: "\(site.root)/notify",
                        environment: Site.Settings().environment, command: ["/bin/sh"] + here
                    ) { service in
                        try await service.waitUntilReady()
                        let told = try await Program.run("/bin/sh", here + ["status"])
                        #expect(told.output.contains("watching 1 inbox"), "\(told.errors)")
                        #expect(site.exists(name))
                    }
                }
            }
        }

        @Test(arguments: ["{}", "", "[1,", #"{"processID": "one"}"#])
        func `a damaged status file is reported in a sentence`(_ content: String) async throws {
            try await Site.with { site in
                try Data(content.utf8).write(to: URL(filePath: "\(site.root)/status.json"))
                let ending = try await status(site)
                #expect(ending.code == 1)
                #expect(
                    ending.errors
                        == "\(site.root)/status.json is not a status file of this version: "
                        + "restart the service, which writes it again, or name its status file with --status-file\n"
                )
            }
        }

        @Test func `what waits is shown with how many are before it, and what is uploaded as that`()
            async throws
        {
            try await Site.with { site in
                let files = (0..<5).map { DroppedFile("\($0).jpg", seed: UInt64($0)) }
                try await serve(
                    site, latency: .seconds(120), upload: "concurrency = 1\nbatch = \"off\""
                ) { service in
                    for file in files { try site.moveIn(file) }
                    try await service.wait(until: "one is uploaded, four wait") {
                        let told = try await status(site).output
                        return told.contains("1 uploading, 5 waiting")
                            || told.contains("1 uploading, 4 waiting")
                    }
                    try await service.wait(until: "each has its place") {
                        let paths = files.map { "\(site.inbox)/\($0.path)" }
                        let told = try await Program.run(
                            Program.watch, ["status", "--status-file", "\(site.root)/status.json"] + paths
                        ).output.split(separator: "\n").map { $0.split(separator: ": ", maxSplits: 1).last }
                        return Set(told)
                            == [
                                "uploading", "waiting: 0 before it", "waiting: 1 before it",
                                "waiting: 2 before it", "waiting: 3 before it",
                            ]
                    }
                    // It would wait for the upload.
                    service.process.send(SIGKILL)
                }
            }
        }

        @Test func `without a service it says so, and ends with 1`() async throws {
            try await Site.with { site in
                let ending = try await status(site)
                #expect(ending.code == 1 && ending.errors.contains("if the service is not running, start it"))
                try await serve(site) { service in
                    try await service.wait(until: "the status is there") { try await status(site).code == 0 }
                }
                // Without a service manager, the file stays.
                let after = try await status(site)
                #expect(after.code == 1 && after.errors.contains("the service is not running"))
                #expect(try await status(site, "--follow").code == 1)
            }
        }

        @Test func `into a pipe it follows in plain lines, until nobody reads them`() async throws {
            try await Site.with { site in
                try await serve(site) { service in
                    let follow = "\(Program.watch) status --follow --status-file \(site.root)/status.json"
                    let hasEnded = Mutex(false)
                    let run = { @Sendable () async throws -> Program.Ending in
                        defer { hasEnded.withLock { $0 = true } }
                        return try await Program.run("/bin/sh", ["-c", "\(follow) | head -n 2"])
                    }
                    async let lines = run()
                    try await service.wait(until: "the service's status") { try await status(site).code == 0 }
                    // Each change makes at least one line. At the third, the pipe is closed.
                    var number = 0
                    while !hasEnded.withLock({ $0 }) {
                        number += 1
                        try site.moveIn(DroppedFile("\(number).jpg", seed: UInt64(number)))
                        try await service.wait(until: "\(number) are filed") {
                            try await status(site).output.contains(" \(number) filed (")
                        }
                    }
                    let told = try await lines
                    #expect(told.output.split(separator: "\n").count == 2)
                    #expect(!told.output.contains("\u{1B}"))
                    #expect(
                        told.output.split(separator: "\n").allSatisfy { $0.hasPrefix("watching ") },
                        "\(told.output)")
                }
            }
        }

        @Test(arguments: [["NO_COLOR": "1", "TERM": "xterm"], ["TERM": "dumb"]])
        func `on a terminal that is to be plain it follows in lines`(_ wish: [String: String]) async throws {
            try await Site.with { site in
                let terminal = try Terminal(lines: 12, columns: 60)
                try await serve(site) { service in
                    _ = try await Subprocess.run(
                        .path(FilePath(Program.watch)),
                        arguments: ["status", "--follow", "--status-file", "\(site.root)/status.json"],
                        environment: Program.environment(wish), input: .none,
                        output: .fileDescriptor(terminal.program, closeAfterSpawningProcess: false),
                        error: .discarded
                    ) { execution in
                        let process = RunningProcess(execution.processIdentifier.value)
                        try await service.wait(until: "it shows something") {
                            terminal.read()
                            return terminal.written.contains("watching 1 inbox")
                        }
                        process.send(SIGKILL)
                        try await process.ended()
                    }
                }
                #expect(!terminal.written.contains("\u{1B}"), "\(terminal.written)")
            }
        }

        @Test func `on a terminal it shows a view that stays in place, and leaves the terminal as it was`()
            async throws
        {
            try await Site.with { site in
                let terminal = try Terminal(lines: 12, columns: 60)
                // Such names stay in place while they are written to.
                let hostile = DroppedFile("evil\u{1B}[2Jred\n.jpg", seed: 5)
                let long = DroppedFile(String(repeating: "写真", count: 30) + ".jpg", seed: 6)
                try await serve(site) { service in
                    let writers = try [hostile, long].map { try site.openWriter($0) }
                    try await service.wait(until: "the service knows them") {
                        try await status(site).output.contains("2 waiting")
                    }
                    let errors = try Capture()
                    let result = try await Subprocess.run(
                        .path(FilePath(Program.watch)),
                        arguments: ["status", "--follow", "--status-file", "\(site.root)/status.json"],
                        environment: Program.environment(["TERM": "xterm"]), input: .none,
                        output: .fileDescriptor(terminal.program, closeAfterSpawningProcess: false),
                        error: .fileDescriptor(errors.descriptor, closeAfterSpawningProcess: false)
                    ) { execution in
                        let process = RunningProcess(execution.processIdentifier.value)
                        do {
                            try await watch(terminal, site, service)
                            process.send(SIGINT)
                            try await process.ended()
                        } catch {
                            process.send(SIGKILL)
                            throw error
                        }
                    }
                    #expect(result.terminationStatus.code == 0 && errors.text.isEmpty)
                    terminal.read()
                    #expect(terminal.written.hasPrefix(TerminalView.enter))
                    #expect(terminal.written.hasSuffix(TerminalView.leave))
                    // Nothing scrolls.
                    #expect(!terminal.written.contains("\n"))
                    withExtendedLifetime(writers) {}
                }
            }
        }

        private func watch(_ terminal: Terminal, _ site: Site, _ service: Service) async throws {
            func shows(_ line: String) async throws {
                let shown = { "the terminal shows:\n" + terminal.lines.joined(separator: "\n") }
                let isThere = {
                    terminal.read()
                    return terminal.lines.contains { $0.contains(line) }
                }
                try await wait(until: "a line \(line)", circumstances: shown, isThere)
            }
            try await shows("watching 1 inbox; 0 uploading, 2 waiting; ")
            try await shows("  settling    evil\\u{1B}[2Jred\\n.jpg")
            try await shows("  settling    " + String(repeating: "写真", count: 11) + "…")
            #expect(terminal.lines.allSatisfy { TextColumns.count($0) <= 60 })
            // Unchanged lines are not written again.
            #expect(terminal.written.matches(of: /running since/).count == 1)
            try site.moveIn(DroppedFile("photo.jpg", seed: 7))
            terminal.resize(lines: 12, columns: 100)
            try await shows("; 1 filed (")
            terminal.resize(lines: 4, columns: 30)
            try await shows("… and 4 more lines")
            #expect(terminal.lines.count == 4)
            #expect(terminal.lines.allSatisfy { TextColumns.count($0) <= 30 })
        }
    }
}
