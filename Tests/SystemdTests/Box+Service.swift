import BitMindAPI
import BitMindSimulator
import Foundation
import SampleMedia
import TestSupport

/// A file that a test drops, with its expected result.
struct Sample {
    /// Below the inbox.
    let path: String
    let bytes: [UInt8]
    /// `ai` or `human`: what the simulator says of these bytes.
    let verdict: String

    /// - Parameter seed: decides the content; another seed, other bytes.
    init(_ path: String, _ type: MediaType = .jpeg, seed: UInt64, size: Int? = nil) {
        self.path = path
        bytes = SampleMedia.make(type, seed: seed, size: size)
        verdict = Simulator.verdict(forSHA256: sha256(bytes)).isAI ? "ai" : "human"
    }

    /// One that gets this verdict, the first from a seed on.
    static func with(_ verdict: String, _ path: String, from seed: UInt64 = 1) -> Sample {
        for seed in seed... {
            let sample = Sample(path, seed: seed)
            if sample.verdict == verdict { return sample }
        }
        return Sample(path, seed: seed)
    }

    /// The path of the filed file.
    var place: String { "/srv/bitmind/\(verdict)/\(path)" }
}

extension Box {
    static let unit = "bitmind-watch.service"
    static let script = "\(Tool.repository)/systemd/install.sh"

    /// Installs the built programs as an operator would, with credentials, and a simulator in the API's place.
    /// - Parameters:
    ///   - simulator: further arguments of the simulator.
    ///   - configuration: further lines for the configuration, which is the example's otherwise.
    func setUp(simulator: String = "", configuration: String = "") async throws {
        try await run(Self.script)
        try await setCredentials(id: "client-1", secret: "secret-1")
        try configure(configuration)
        try await startSimulator(simulator)
        try await start()
    }

    func start() async throws {
        try await run("systemctl start \(Self.unit)")
    }

    func setCredentials(id: String, secret: String) async throws {
        for (name, value) in [("client-id", id), ("client-secret", secret)] {
            try await run(
                "install -D -m 0600 /dev/stdin /etc/credstore/bitmind-watch.\(name)", input: value + "\n")
        }
    }

    /// Writes the configuration: the simulator, one inbox with a short quiet time, and these lines.
    func configure(_ lines: String = "") throws {
        try write(
            """
            [[watch]]
            inbox = "/srv/bitmind/inbox"
            settle = "100ms"
            [api]
            base_url = "http://127.0.0.1:8080"
            \(lines)
            """, to: "/etc/bitmind-watch/config.toml")
    }

    /// As a transient unit, which ends with the box.
    func startSimulator(_ arguments: String = "") async throws {
        try await run("systemd-run --quiet --unit=simulator bitmind-simulator --port 8080 \(arguments)")
        try await wait(until: "journalctl -u simulator | grep -q listening")
    }

    /// What the simulator says of the requests that it got, as JSON.
    func simulatorRecord() async throws -> String {
        try await run(
            """
            exec 3<>/dev/tcp/127.0.0.1/8080
            printf 'GET /_simulator/requests HTTP/1.1\\r\\nHost: box\\r\\nConnection: close\\r\\n\\r\\n' >&3
            cat <&3
            """)
    }

    // MARK: Files

    /// Renames complete files into the inbox, each in one step.
    func drop(_ samples: [Sample]) throws {
        let staging = path("/srv/bitmind/.staging")
        try FileManager.default.createDirectory(atPath: staging, withIntermediateDirectories: true)
        for sample in samples {
            let staged = "\(staging)/file"
            try Data(sample.bytes).write(to: URL(filePath: staged))
            let target = URL(filePath: path("/srv/bitmind/inbox/\(sample.path)"))
            try FileManager.default.createDirectory(
                at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
            guard rename(staged, target.path) == 0 else {
                throw Failure(description: "rename: \(errno)")
            }
        }
    }

    func drop(_ samples: Sample...) throws { try drop(samples) }

    func waitUntilFiled(_ samples: [Sample], atMost limit: Duration = .seconds(60)) async throws {
        try await TestSupport.wait(until: "\(samples.count) files are filed", atMost: limit) {
            samples.allSatisfy { exists($0.place) }
        }
    }

    func waitUntilFiled(_ samples: Sample...) async throws { try await waitUntilFiled(samples) }

    // MARK: What systemd and the journal say

    /// A property of the unit, as `systemctl show` has it.
    func property(_ name: String) async throws -> String {
        try await run("systemctl show --value -p \(name) \(Self.unit)")
    }

    /// An entry of the journal: its fields, without those whose bytes are not text.
    typealias Entry = [String: String]

    /// The service's entries in the journal, oldest first.
    /// - Parameter match: further arguments of journalctl, such as `BITMIND_VERDICT=ai`.
    func entries(_ match: String = "") async throws -> [Entry] {
        // A query that matches nothing exits with 1.
        let ending = try await attempt(
            "journalctl --sync; journalctl --no-pager --all -o json _SYSTEMD_UNIT=\(Self.unit) \(match)")
        return try ending.output.split(separator: "\n").map { line in
            let fields = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
            return fields.compactMapValues { $0 as? String }
        }
    }

    /// Waits until the journal has an entry of the service that matches.
    @discardableResult
    func waitForEntry(_ match: String) async throws -> Entry {
        var found: Entry?
        try await TestSupport.wait(until: "an entry \(match)") {
            found = try await entries(match).last
            return found != nil
        }
        return found ?? [:]
    }
}
