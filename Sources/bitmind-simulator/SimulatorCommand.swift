internal import ArgumentParser
internal import BitMindAPI
internal import BitMindSimulator
internal import Glibc

@main
struct SimulatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bitmind-simulator",
        abstract: "Simulates the BitMind API on this machine.",
        discussion: """
            The simulator has the endpoints, limits and errors of the API. Its verdicts are derived from the \
            SHA-256 of the bytes: the same file always gets the same verdict. A file with the text \
            "simulate-bad" in the 64 bytes after its magic is refused as bad. Every answer has the header \
            X-Simulated: true.

            The first line on standard output is "listening on URL". GET /_simulator/requests lists \
            the requests, DELETE on it clears the list. POST /_simulator/behaviour changes the behaviour \
            at run time. Its form has the fields fault, next, rate, endpoint, latency-ms, requests-per-hour, \
            permissions, client-secret, api-key and revoke-tokens.
            """,
        version: "bitmind-simulator \(ProductVersion.text)")

    @OptionGroup(title: "Listening") var listening: ListeningOptions
    @OptionGroup(title: "Credentials") var credentials: CredentialOptions
    @OptionGroup(title: "Limits") var limits: LimitOptions
    @OptionGroup(title: "Pace") var pace: PaceOptions
    @OptionGroup(title: "Refusals") var refusals: RefusalOptions
    @OptionGroup(title: "Faults (if several are given, the first that applies counts)") var faults:
        FaultOptions

    func run() async throws {
        let endings = Endings(watchingStandardInput: listening.untilStdinCloses)
        let log: @Sendable (RecordedRequest) -> Void = { Output.line(RequestLine(request: $0).text) }
        let simulator: Simulator
        do {
            simulator = try await Simulator.start(
                behaviour, host: listening.host, port: listening.port, threads: listening.threads,
                log: listening.log ? log : nil)
        } catch {
            throw CannotListen(host: listening.host, port: listening.port, reason: "\(error)")
        }
        Output.line("listening on \(simulator.baseURL)")
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await pace.playOutage(on: simulator) }
            await endings.first()
            group.cancelAll()
            try await group.waitForAll()
        }
        await simulator.stop()
    }

    private var behaviour: SimulatorBehaviour {
        SimulatorBehaviour { behaviour in
            credentials.apply(to: &behaviour)
            limits.apply(to: &behaviour)
            pace.apply(to: &behaviour)
            refusals.apply(to: &behaviour)
            faults.apply(to: &behaviour)
            behaviour.keepsRequests = false
        }
    }
}

struct CannotListen: Error, CustomStringConvertible {
    var host: String
    var port: Int
    var reason: String

    var description: String {
        "cannot listen on \(host):\(port) (\(reason)); choose another --port, or 0 for a free one"
    }
}

/// Standard output, line by line.
enum Output {
    /// Writes a whole line at once. A closed output is no reason to stop serving.
    static func line(_ text: String) {
        var bytes = Array((text + "\n").utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if written < 0, errno != EINTR { return }
            bytes = bytes.dropFirst(max(0, written))
        }
    }
}

/// The line that `--log` prints for a request.
struct RequestLine {
    var request: RecordedRequest

    var text: String {
        let status = request.status.map(String.init) ?? "---"
        let duration = (request.ended ?? request.started) - request.started
        let milliseconds = Int((duration / .milliseconds(1)).rounded())
        let line = "\(status) \(request.method) \(request.path) \(request.bodyBytes) bytes \(milliseconds) ms"
        let digests = request.files.map { String($0.sha256.prefix(12)) }
        return digests.isEmpty ? line : "\(line) \(digests.joined(separator: ","))"
    }
}

extension PaceOptions {
    /// Refuses connections for the requested time. A cancellation ends it early, without harm.
    func playOutage(on simulator: Simulator) async throws {
        guard let outageAfter else { return }
        do {
            try await Task.sleep(for: outageAfter.duration)
            await simulator.refuseConnections()
            try await Task.sleep(for: outageFor.duration)
        } catch is CancellationError {
            return
        }
        try await simulator.acceptConnections()
    }
}
