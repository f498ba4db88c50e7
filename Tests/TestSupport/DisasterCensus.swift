internal import BitMindAPI
package import LinuxSystem
internal import SystemPackage

/// The folders of one inbox, whose files are to be counted.
package struct DisasterFolders: Sendable {
    package var inbox: String
    /// Each with the only verdict that may be filed there; nil where any may.
    package var destinations: [(path: String, verdict: String?)]

    package init(inbox: String, destinations: [(path: String, verdict: String?)]) {
        self.inbox = inbox
        self.destinations = destinations
    }

    /// A site's usual folders: `inbox`, and beside it or elsewhere `ai`, `human` and `failed`.
    package init(root: String, destinationRoot: String? = nil) {
        let other = destinationRoot ?? root
        self.init(
            inbox: root + "/inbox",
            destinations: ["ai", "human", "failed"].map {
                (path: "\(other)/\($0)", verdict: String?.some($0))
            })
    }
}

/// The files and their places: the one oracle of all disasters.
///
/// After any disaster, the multiset of digests that went in is what is there, and every filed file has its
/// whole, right sidecar beside it.
package struct DisasterCensus: Sendable {
    /// The digests of the files in the inbox, those that are being retired included.
    package private(set) var waiting: [String] = []
    /// The digests of the media in the destinations.
    package private(set) var filed: [String] = []
    /// The digests of the claimed or copied media in the working folders.
    package private(set) var working: [String] = []
    /// The files in the working folders, and the hidden files of the service in the inbox.
    package private(set) var leftovers: [String] = []
    /// Sidecars without their media.
    package private(set) var orphans: [String] = []
    /// What must not be, at any instant.
    package private(set) var violations: [String] = []

    private let verdict: (@Sendable (String) -> String)?

    /// Counts.
    /// - Parameters:
    ///   - verdict: the required verdict of a digest that was filed as judged; nil: any.
    /// - Throws: if a folder cannot be read; missing destinations count as empty.
    package init(
        _ folders: DisasterFolders, verdict: (@Sendable (String) -> String)? = nil
    ) throws(SystemCallError) {
        self.verdict = verdict
        if let inbox = try Self.folder(folders.inbox) { try countInbox(inbox, folders.inbox) }
        for destination in folders.destinations {
            guard let folder = try Self.folder(destination.path) else { continue }
            try countDestination(folder, destination.path, destination.verdict)
        }
    }

    /// All digests, in any place.
    package var all: [String] { (waiting + filed + working).sorted() }

    private static func folder(_ path: String) throws(SystemCallError) -> DirectoryHandle? {
        do throws(SystemCallError) {
            return try DirectoryHandle.open(path: path)
        } catch let error where error.errno == .noSuchFileOrDirectory {
            return nil
        }
    }

    private mutating func countInbox(_ folder: DirectoryHandle, _ path: String) throws(SystemCallError) {
        for entry in try folder.allEntries() {
            let name = String(decoding: entry.name, as: UTF8.self)
            switch entry.kind {
            case .folder: try countInbox(folder.openFolder(entry.name), "\(path)/\(name)")
            // By which the inbox is locked.
            case .regular where name == "lock" && path.hasSuffix("/.bitmind-watch"): continue
            case .regular:
                waiting.append(try folder.openFile(entry.name).digest())
                if name.hasPrefix(".bitmind-watch") { leftovers.append("\(path)/\(name)") }
            default: continue
            }
        }
    }

    private mutating func countDestination(
        _ folder: DirectoryHandle, _ path: String, _ only: String?
    ) throws(SystemCallError) {
        let entries = try folder.allEntries()
        var sidecars: [[UInt8]: JSONText] = [:]
        for entry in entries where entry.kind == .regular && entry.name.suffix(5) == Array(".json".utf8)[...]
        {
            if let sidecar = try folder.sidecar(entry.name) { sidecars[entry.name] = sidecar }
        }
        let sidecarNames = Set(sidecars.keys)
        for entry in entries {
            let place = "\(path)/\(String(decoding: entry.name, as: UTF8.self))"
            switch entry.kind {
            case .folder where place.hasSuffix("/.bitmind-watch"):
                try countWorkFolder(folder.openFolder(entry.name), place)
            case .folder: try countDestination(folder.openFolder(entry.name), place, only)
            case .regular where sidecarNames.contains(entry.name): continue
            case .regular:
                let digest = try folder.openFile(entry.name).digest()
                filed.append(digest)
                let sidecar = sidecars.removeValue(forKey: entry.name + Array(".json".utf8))
                check(sidecar, of: digest, at: place, only)
            default: continue
            }
        }
        orphans += sidecars.keys.map { "\(path)/\(String(decoding: $0, as: UTF8.self))" }
    }

    private mutating func countWorkFolder(_ folder: DirectoryHandle, _ path: String) throws(SystemCallError) {
        for entry in try folder.allEntries() {
            let name = String(decoding: entry.name, as: UTF8.self)
            leftovers.append("\(path)/\(name)")
            if name.hasSuffix(".media") { working.append(try folder.openFile(entry.name).digest()) }
        }
    }

    private mutating func check(_ sidecar: JSONText?, of digest: String, at place: String, _ only: String?) {
        guard let sidecar else {
            violations.append("\(place) has no whole sidecar")
            return
        }
        let told = sidecar["verdict"]?.string ?? "none"
        if sidecar["media"]?["sha256"]?.string != digest {
            violations.append("\(place): the sidecar is of other bytes")
        }
        if let only, told != only { violations.append("\(place): the sidecar says \(told)") }
        if told != "failed", let right = verdict?(digest), told != right {
            violations.append("\(place): \(told), though it is \(right)")
        }
    }
}

extension DirectoryHandle {
    /// Every entry, its kind known.
    package func allEntries() throws(SystemCallError) -> [DirectoryEntry] {
        let cursor = try entries()
        var all: [DirectoryEntry] = []
        while case let some = try cursor.next(1024), !some.isEmpty { all += some }
        return all
    }

    /// The content of a sidecar; nil if the file is not a sidecar, or is incomplete.
    fileprivate func sidecar(_ name: [UInt8]) throws(SystemCallError) -> JSONText? {
        let bytes = try openFile(name).bytes(at: 0, count: 1 << 20)
        guard bytes.last == UInt8(ascii: "\n") else { return nil }
        do {
            let text = try JSONText(parsing: bytes, maximumDepth: 200)
            return text["schema"]?.string == "bitmind-watch/sidecar/v1" ? text : nil
        } catch {
            return nil
        }
    }
}
