import BitMindAPI
import BitMindSimulator
import Glibc
import LinuxSystem
import SampleMedia
import TestSupport
import Testing

/// Whether the long tests were asked for.
let runsLongTests = getenv("BITMIND_LONG_TESTS") != nil
let isRoot = geteuid() == 0

/// One simulator for all disasters.
enum SharedSimulator {
    private static let start = Task { try await Simulator.start { $0.keepsRequests = false } }

    static var simulator: Simulator {
        get async throws { try await start.value }
    }
}

extension Simulator {
    fileprivate static func start(_ change: (inout SimulatorBehaviour) -> Void) async throws -> Simulator {
        try await start(SimulatorBehaviour(change))
    }
}

/// The folders and the configuration of one service, to be struck by disasters.
struct ProgramSite {
    enum Kind: String, CaseIterable, Sendable {
        /// The first start of all: the destinations are not made yet.
        case first
        /// All on one file system.
        case rename
        /// The name is taken in the destination.
        case taken
        /// The destinations on another file system.
        case copy
        /// A file that goes to `failed/`.
        case failing
    }

    let root: String
    let folders: DisasterFolders
    let configuration: String
    /// Outside of the root, so that writes to it are not part of a filing.
    private let logs: DisasterScratch
    private let scratch: DisasterScratch
    private let destinationScratch: DisasterScratch

    /// - Parameters:
    ///   - upload: lines for the section of that name.
    ///   - watch: lines for the section of that name.
    ///   - scratch: the root folder, if it already exists.
    ///   - destinations: the folder of the destinations, if it is another one; it is not removed.
    init(
        _ kind: Kind = .rename, simulator: Simulator, upload: String = "", watch: String = "",
        settle: String = "10ms", scratch: DisasterScratch? = nil, destinations: String? = nil
    ) throws {
        let scratch = try scratch ?? DisasterScratch()
        self.scratch = scratch
        logs = try DisasterScratch(named: "bitmind-log")
        destinationScratch = kind == .copy ? try DisasterScratch(in: "/dev/shm") : scratch
        root = scratch.path
        let target = destinations ?? destinationScratch.path
        folders = DisasterFolders(root: root, destinationRoot: target)
        configuration = root + "/config.toml"
        try scratch.folder("inbox")
        if kind != .first, destinations == nil {
            for folder in ["ai", "human", "failed"] {
                try destinationScratch.folder("\(folder)/.bitmind-watch")
                chmod("\(target)/\(folder)/.bitmind-watch", 0o700)
                if kind == .taken { try destinationScratch.folder("\(folder)/photo.jpg.json") }
            }
        }
        let text = """
            [api]
            base_url = "\(simulator.baseURL)"
            [upload]
            retry_initial = "100ms"
            retry_max = "500ms"
            \(upload)
            [[watch]]
            inbox = "\(root)/inbox"
            ai = "\(target)/ai"
            human = "\(target)/human"
            failed = "\(target)/failed"
            settle = "\(settle)"
            \(watch)

            """
        try DirectoryHandle.open(path: root).createFile(Array("config.toml".utf8), mode: 0o644)
            .write(Array(text.utf8))
    }

    /// Changes the configuration: the next reload releases the inbox and serves it again.
    func configure(settleMilliseconds: Int) throws {
        let folder = try DirectoryHandle.open(path: root)
        let name = Array("config.toml".utf8)
        let text = String(decoding: try folder.openFile(name).bytes(at: 0, count: 65_536), as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.hasPrefix("settle = ") ? "settle = \"\(settleMilliseconds)ms\"" : String(line)
        }
        let next = Array("config.next".utf8)
        try folder.createFile(next, mode: 0o644).write(Array(lines.joined(separator: "\n").utf8))
        try folder.replace(next, to: folder, as: name)
    }

    /// Renames a new file into the inbox.
    /// - Returns: its digest.
    @discardableResult
    func put(_ name: [UInt8], _ bytes: [UInt8]) throws(SystemCallError) -> String {
        let folder = try DirectoryHandle.open(path: root)
        let staged = Array("staged-\(UInt64.random(in: 0...UInt64.max))".utf8)
        try folder.createFile(staged, mode: 0o644).write(bytes)
        let slash = name.lastIndex(of: UInt8(ascii: "/"))
        let inbox = try folder.openFolder(Array("inbox".utf8))
        let parent = try inbox.makeFolders(Array(name[..<(slash ?? 0)]), mode: 0o755)
        try folder.move(staged, to: parent, as: Array(name[(slash.map { $0 + 1 } ?? 0)...]))
        return sha256(bytes)
    }

    @discardableResult
    func put(_ name: String, seed: UInt64, size: Int = 3000) throws -> String {
        try put(Array(name.utf8), SampleMedia.make(.jpeg, seed: seed, size: size))
    }

    func start(_ strike: CallStrike? = nil, wrapper: [String] = []) throws -> Program {
        let log = "\(logs.path)/\(UInt64.random(in: 0...UInt64.max))"
        return try Program(configuration: configuration, log: log, strike: strike, wrapper: wrapper)
    }

    func census() throws -> DisasterCensus {
        try DisasterCensus(folders, verdict: Self.verdict)
    }

    static let verdict: @Sendable (String) -> String = {
        Simulator.verdict(forSHA256: $0).isAI ? "ai" : "human"
    }

    /// Waits until the program is ready, and all files are filed and cleaned up; at most that many seconds,
    /// or until the program ends.
    func untilFiled(_ program: Program, within seconds: Int = 60) async throws -> Bool {
        try await until(within: seconds, program) {
            let census = try census()
            return try program.log().contains(" ready: ") && census.waiting == [] && census.leftovers == []
                && census.working == []
        }
    }
}

/// Waits for a condition; at most that many seconds, or until the program ends.
func until(
    within seconds: Int = 60, _ program: Program? = nil, _ condition: () throws -> Bool
) async throws -> Bool {
    let end = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < end {
        do {
            if try condition() { return true }
        } catch is SystemCallError {
            // A file was moved while it was looked at.
        }
        if let program, program.hasEnded != nil { return try condition() }
        try await Task.sleep(for: .milliseconds(10))
    }
    return false
}

/// Runs a body for each element, a limited number at a time.
func forEach<Element: Sendable>(
    _ elements: [Element], width: Int, _ body: @escaping @Sendable (Element) async throws -> Void
) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        for (index, element) in elements.enumerated() {
            if index >= width { try await group.next() }
            group.addTask { try await body(element) }
        }
        try await group.waitForAll()
    }
}
