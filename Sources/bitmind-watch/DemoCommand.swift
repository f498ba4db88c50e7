import ArgumentParser
import BitMind
import LinuxSystem
import Subprocess
import SystemPackage
import WatchCore
import WatchService

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Runs the whole service on a scratch folder, against the built-in simulator.",
        discussion: """
            Makes an inbox in the folder, starts the service and the simulator, and puts a few sample files into \
            the inbox. Then it keeps watching until Ctrl-C: drop your own files. The verdicts of the simulator mean \
            nothing.
            """)

    @Flag(help: "End when the samples are filed.")
    var once = false

    @Argument(
        help: "Where to make the folders. Default: a new folder below TMPDIR.", completion: .directory)
    var folder: String?

    func run() async throws {
        let site = try DemoSite.make(at: folder)
        let simulator = try Self.simulatorPath()
        // A process group of its own, so that Ctrl-C ends this program first, which then ends the simulator.
        var ownGroup = PlatformOptions()
        ownGroup.processGroupID = 0
        let result = try await Subprocess.run(
            .path(FilePath(simulator)), arguments: ["--port", "0", "--until-stdin-closes"],
            platformOptions: ownGroup, input: .inputWriter, output: .sequence, error: .discarded
        ) { execution -> Bool in
            var lines = execution.standardOutput.strings().makeAsyncIterator()
            guard let line = try await lines.next(), let url = line.split(separator: " ").last else {
                return false
            }
            try await serve(site, baseURL: url.filter { !$0.isWhitespace })
            try await execution.standardInputWriter.finish()
            return true
        }
        if !result.closureResult {
            throw CommandFailure.failed(
                "\(simulator) did not start; build the product bitmind-simulator again")
        }
    }

    private static func simulatorPath() throws(CommandFailure) -> String {
        guard let own = Host.executablePath, let slash = own.lastIndex(of: "/") else {
            throw .failed(
                "the simulator cannot be found: /proc is not mounted")
        }
        return own[...slash] + "bitmind-simulator"
    }

    private func serve(_ site: DemoSite, baseURL: String) async throws {
        var configuration = Configuration(watches: [site.watch])
        configuration.api.baseURL = baseURL
        let time = SystemTimeSource()
        let (events, sink) = DemoSink.make(StandardErrorSink(time))
        let daemon = try Daemon(
            configuration, configurationPath: "the demo's configuration",
            credentials: { _ in DemoCredentials() },
            journal: try Journal(sink, level: .info), time: time)
        let (signals, signaller) = AsyncStream.makeStream(of: LinuxSystem.Signal.self)
        StandardError.write(site.introduction)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for await signal in try ProcessSignals.stream() { signaller.yield(signal) }
            }
            group.addTask { [once] in
                try await Self.present(site, events, once: once)
                if once { signaller.finish() }
            }
            try await daemon.run(signals)
            group.cancelAll()
        }
    }

    /// Drops the samples once the service is ready, and prints where they are when all are filed.
    private static func present(_ site: DemoSite, _ events: AsyncStream<EventKind>, once: Bool) async throws {
        var left = 0
        for await event in events {
            switch event {
            case .ready: left = try site.dropSamples()
            case .filed, .failed:
                left -= 1
                if left == 0 {
                    StandardError.write(site.summary + (once ? "" : site.invitation))
                    return
                }
            default: continue
            }
        }
    }
}
