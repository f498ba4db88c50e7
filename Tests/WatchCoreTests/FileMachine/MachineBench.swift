import BitMindAPI
import WatchCore

/// A file's machine under test: with its clock, its last requests, and simple answers.
struct MachineBench {
    static let epoch = Timestamp(seconds: 1_795_000_000)
    static let second = Duration.seconds(1)

    private(set) var machine: FileMachine
    private(set) var now: ContinuousClock.Instant
    /// The actions for the last event.
    private(set) var asked: [FileAction]
    private let start: ContinuousClock.Instant

    init(
        _ evidence: Settling.Evidence, quiet: Duration = second, cutShort: Duration = .seconds(60),
        after earlier: Submission = Submission(0), relapse: Relapse = Relapse(),
        at start: ContinuousClock.Instant = .now
    ) {
        let rules = SettlingRules(quiet: quiet, cutShort: cutShort)
        (machine, asked) = FileMachine.arrived(
            evidence, rules: rules, found: Self.epoch, at: start, after: earlier, relapse: relapse)
        now = start
        self.start = start
    }

    /// A machine whose file, renamed in, waits for its upload.
    static func waiting(_ file: Sighting = .sample()) -> MachineBench {
        var bench = MachineBench(.movedIn)
        bench.see(file)
        return bench
    }

    static func uploading(_ file: Sighting = .sample()) -> MachineBench {
        var bench = waiting(file)
        bench.tell(.started(bench.submission))
        return bench
    }

    var submission: Submission { machine.submission }

    /// The wall clock.
    var date: Timestamp { Self.epoch.advanced(by: now - start) }

    /// The time until the machine wants to be woken; nil if it does not ask.
    var wakesIn: Duration? {
        for case .wake(let at) in asked.reversed() { return at - now }
        return nil
    }

    var stage: Stage { Stage(machine.state) }

    @discardableResult
    mutating func tell(_ event: FileEvent) -> [FileAction] {
        asked = machine.handle(event, at: now)
        return asked
    }

    /// Lets the time pass that the machine asked for, and informs it.
    @discardableResult
    mutating func wake() -> [FileAction] {
        now += wakesIn ?? .zero
        return tell(.due)
    }

    mutating func pass(_ time: Duration) { now += time }

    /// Answers the requested look.
    @discardableResult
    mutating func see(_ file: Sighting) -> [FileAction] { tell(.looked(submission, .file(file))) }

    /// Gives the same answer to each look until the machine requests no more.
    /// - Returns: how long that took.
    @discardableResult
    mutating func seeToTheEnd(_ file: Sighting) -> Duration {
        let begin = now
        for _ in 0..<1000 where stage == .settling || stage == .identifying {
            if stage == .identifying { see(file) } else { wake() }
        }
        return now - begin
    }
}

/// The states of a machine, to be compared.
enum Stage: Equatable, CaseIterable {
    case settling, identifying, waiting, uploading, held, ended

    init(_ state: FileMachine.State) {
        self =
            switch state {
            case .settling: .settling
            case .identifying: .identifying
            case .waiting: .waiting
            case .uploading: .uploading
            case .held: .held
            case .ended: .ended
            }
    }
}

extension Sighting {
    /// A complete JPEG of a thousand bytes, written an hour ago, not open in any process.
    static func sample(
        _ identification: Identification = .media(.jpeg, complete: true), inode: UInt64 = 7,
        size: Int64 = 1000,
        age: Duration = .seconds(3600), changed: Int32 = 0, writing: Bool? = false, obstacle: String? = nil
    ) -> Sighting {
        let seen = MachineBench.epoch
        let identity = FileIdentity(
            device: 1, inode: inode, size: size, modified: seen.advanced(by: .zero - age),
            changed: Timestamp(seconds: seen.seconds, nanoseconds: changed))
        return Sighting(
            identity: identity, seen: seen, openForWriting: writing, obstacle: obstacle,
            identification: identification)
    }
}

extension Decision {
    /// A verdict on the bytes of a file.
    static func sample(_ file: Sighting, isAI: Bool = true) -> Decision {
        Decision(
            outcome: .judged(.init(isAI: isAI, confidence: isAI ? "0.9" : "0.1")),
            prospect: Prospect(file, type: .jpeg, complete: true),
            request: Request(
                api: .init(attempts: 1, baseURL: "https://api.example", endpoint: .image, response: nil),
                sha256: String(repeating: "0", count: 64), submitted: MachineBench.epoch,
                classified: MachineBench.epoch, isSimulated: false))
    }
}
