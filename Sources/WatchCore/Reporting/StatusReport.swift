import BitMindAPI
import FoundationEssentials

/// The content of `status.json`: what the service is doing, and why each known file is where it is.
package struct StatusReport: Sendable, Equatable, Codable {
    package var version: String
    package var processID: Int
    package var started: Timestamp
    package var updated: Timestamp
    package var status: ServiceStatus
    package var inboxes: [InboxReport]

    package init(
        version: String, processID: Int, started: Timestamp, updated: Timestamp, status: ServiceStatus,
        inboxes: [InboxReport]
    ) {
        self.version = version
        self.processID = processID
        self.started = started
        self.updated = updated
        self.status = status
        self.inboxes = inboxes
    }
}

/// One inbox, and its files in hand.
package struct InboxReport: Sendable, Equatable, Codable {
    /// An absolute path.
    package var inbox: String
    /// Absolute paths by role: `ai`, `human` …
    package var destinations: [String: String]
    package var isLost: Bool
    /// Why the inbox is not watched, and until when, in words.
    package var absence: String?
    package var folders: Int
    /// Waiting files, including those not yet in hand.
    package var waiting: Int
    package var ignored: [String]
    /// Whether sub-folders are watched too.
    package var isRecursive: Bool
    /// Folders that the service may not list.
    package var unreadable: [RelativePath]
    package var files: [FilePlace]
    /// Folders with files that are put off and not among `files`, and the reason; nil if there are none.
    package var putOff: [FolderPutOff]?

    package init(
        inbox: String, destinations: [String: String], isLost: Bool, absence: String? = nil,
        folders: Int, waiting: Int,
        ignored: [String], isRecursive: Bool = true, unreadable: [RelativePath] = [], files: [FilePlace]
    ) {
        self.inbox = inbox
        self.destinations = destinations
        self.isLost = isLost
        self.absence = absence
        self.folders = folders
        self.waiting = waiting
        self.ignored = ignored
        self.isRecursive = isRecursive
        self.unreadable = unreadable
        self.files = files
    }

    /// When the file that was found first was found.
    package var oldest: Timestamp? { files.map(\.found).min() }
}

/// A folder with files that are put off: they cannot proceed for now, and are too many to keep in hand.
package struct FolderPutOff: Sendable, Equatable, Codable {
    package var folder: RelativePath
    package var reason: DeferredFiles.Reason

    package init(folder: RelativePath, reason: DeferredFiles.Reason) {
        self.folder = folder
        self.reason = reason
    }

    /// Why a file in it waits.
    /// - Parameter holdups: what holds up the service, in words.
    package func sentence(holdups: [String]) -> String {
        let kind: String
        switch reason {
        case .held: return "waiting: it cannot be read or moved, like many others; it is retried later"
        case .unfinished:
            return "waiting: it looks cut short or is being written, like many others; it is checked later"
        case .image: kind = "image"
        case .video: kind = "video"
        }
        let why = holdups.first { $0.contains("/\(kind)") } ?? "\(kind)s cannot be sent now"
        return "waiting: \(why); the service reads the rest of its folder afterwards"
    }
}

/// The current place of a file in the service.
package struct FilePlace: Sendable, Equatable, Codable {
    package enum State: String, Sendable, CaseIterable, Codable {
        case settling
        case waiting
        case uploading
        case filing
        case held
        case unreadable
        case unmovable
    }

    package var path: RelativePath
    package var state: State
    package var found: Timestamp
    /// Why it is held, or what it waits for in addition to the files before it, in words.
    package var reason: String?
    /// When it is retried, if it is held and the time is known.
    package var nextTry: Timestamp?
    /// The number of files before it, if it waits.
    package var before: Int?
    /// The name of its files in the destination's working folder, without their suffixes; nil before the
    /// decision.
    package var filing: String?

    package init(
        path: RelativePath, state: State, found: Timestamp, reason: String? = nil,
        nextTry: Timestamp? = nil, before: Int? = nil, filing: String? = nil
    ) {
        self.path = path
        self.state = state
        self.found = found
        self.reason = reason
        self.nextTry = nextTry
        self.before = before
        self.filing = filing
    }
}

extension FilePlace {
    /// A machine's state, in words for people.
    package init(_ machine: FileMachine, path: RelativePath, found: Timestamp, nextTry: Timestamp?) {
        let (state, reason) =
            machine.awaited.map { (.settling, Self.describe($0.identification)) }
            ?? machine.changes.map { (.settling, Self.describe(changes: $0)) }
            ?? Self.describe(machine.state)
        self.init(path: path, state: state, found: found, reason: reason, nextTry: nextTry)
    }

    private static func describe(_ unfinished: Identification) -> String {
        switch unfinished {
        case .empty: "it is empty: the service waits for its first bytes, at most settle_max"
        case .media(let type, _):
            "it looks cut short, the end of the \(type.name) data is missing: the service waits for the rest, at most "
                + "settle_max"
        case .unsupported:
            "it begins with zero bytes, as a file does whose room is only reserved: the service waits for its bytes, at "
                + "most settle_max"
        }
    }

    private static func describe(changes: Int) -> String {
        "it changed \(changes) times while it was sent or filed: the service waits longer each time"
    }

    private static func describe(_ state: FileMachine.State) -> (State, String?) {
        switch state {
        case .settling(let settling) where settling.writerLooks > 0:
            (.settling, "a program has it open for writing, or a download's control file is beside it")
        case .settling, .identifying: (.settling, nil)
        case .waiting: (.waiting, nil)
        case .uploading: (.uploading, nil)
        case .ended: (.filing, nil)
        case .held(let hold):
            switch hold.reason {
            case .unreadable(let reason): (.unreadable, reason)
            case .unmovable(let reason): (.unmovable, reason)
            }
        }
    }
}

// MARK: - As JSON

extension StatusReport {
    /// The file's bytes: JSON, keys sorted, a newline at the end.
    package var serialized: [UInt8] {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
        }
    }

    /// Reads what `serialized` has written.
    /// - Throws: `DecodingError`.
    package init(parsing bytes: [UInt8]) throws {
        self = try JSONDecoder().decode(StatusReport.self, from: Data(bytes))
    }
}

extension Timestamp: Codable {
    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let moment = Timestamp(text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "\(text) is no time as in RFC 3339"))
        }
        self = moment
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// As text if it is UTF-8, else as `{"bytes": BASE64}`.
extension RelativePath: Codable {
    private enum Key: CodingKey {
        case bytes
    }

    package init(from decoder: any Decoder) throws {
        if let container = try? decoder.container(keyedBy: Key.self) {
            self.init(Array(try container.decode(Data.self, forKey: .bytes)))
        } else {
            self.init(Array(try decoder.singleValueContainer().decode(String.self).utf8))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        let name = DisplayName(bytes)
        if name.isUTF8 {
            var container = encoder.singleValueContainer()
            try container.encode(name.lossy)
        } else {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(Data(bytes), forKey: .bytes)
        }
    }
}
