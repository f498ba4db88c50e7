import BitMindAPI
import LinuxSystem
import TestSupport
import WatchCore
import WatchService

/// An inbox and its destinations, with files in them as if the service had filed them.
struct FiledSite: Sendable {
    let watch: Configuration.Watch
    private let scratch: DisasterScratch
    private let inboxScratch: DisasterScratch

    /// - Parameter parent: the folder of the inbox; the destinations are below `/tmp`.
    init(inboxIn parent: String = "/tmp") throws {
        scratch = try DisasterScratch()
        inboxScratch = try DisasterScratch(in: parent)
        var watch = Configuration.Watch(inbox: try inboxScratch.folder("inbox"))
        watch.ai = try scratch.folder("ai")
        watch.human = try scratch.folder("human")
        watch.failed = try scratch.folder("failed")
        self.watch = watch
    }

    var configuration: Configuration { Configuration(watches: [watch]) }

    /// Puts a file into a folder, with those above.
    @discardableResult
    func put(_ bytes: [UInt8], at path: String, in folder: String) throws -> DirectoryHandle {
        let path = RelativePath(Array(path.utf8))
        let place = try DirectoryHandle.open(path: folder).makeFolders(path.folderBytes, mode: 0o755)
        try place.createFile(path.name, mode: 0o640).write(bytes)
        return place
    }

    /// Puts a file and its sidecar into a destination.
    /// - Parameters:
    ///   - origin: its original path in the inbox; by default the same path.
    ///   - inbox: by default the site's.
    /// - Returns: their folder.
    @discardableResult
    func file(
        _ bytes: [UInt8], at path: String, in folder: String, outcome: Sidecar.Outcome = Self.failed,
        origin: String? = nil, inbox: String? = nil
    ) throws -> DirectoryHandle {
        try put(bytes, at: path, in: folder)
        let sidecar = sidecar(bytes, outcome: outcome, origin: origin ?? path, inbox: inbox ?? watch.inbox)
        return try put(sidecar.serialized, at: path + ".json", in: folder)
    }

    static let failed = Sidecar.Outcome.failed(.init(code: .rejected, message: "it was refused", status: 400))
    static let judged = Sidecar.Outcome.judged(.init(isAI: true, confidence: "0.9"))

    func sidecar(_ bytes: [UInt8], outcome: Sidecar.Outcome, origin: String, inbox: String) -> Sidecar {
        let moment = Timestamp(seconds: 1_700_000_000, nanoseconds: 0)
        let media = Sidecar.MediaRecord(
            path: Array(origin.utf8), inbox: inbox, size: Int64(bytes.count), sha256: sha256(bytes),
            type: .jpeg, isComplete: true, modified: moment)
        return Sidecar(
            outcome: outcome, api: nil, by: .init(host: "test", version: "0"), media: media,
            times: .init(found: moment, filed: moment))
    }

    /// The paths of all files below a folder, sorted; hidden ones, too.
    func files(in folder: String) throws -> [String] {
        try Self.files(in: DirectoryHandle.open(path: folder), below: "").sorted()
    }

    private static func files(in folder: DirectoryHandle, below path: String) throws -> [String] {
        var files: [String] = []
        for entry in try folder.entries().next(1000) {
            let name = path + String(decoding: entry.name, as: UTF8.self)
            files +=
                entry.kind == .folder
                ? try self.files(in: folder.openFolder(entry.name), below: name + "/") : [name]
        }
        return files
    }

    func bytes(of path: String, in folder: String) throws -> [UInt8] {
        let path = RelativePath(Array(path.utf8))
        let place = try DirectoryHandle.open(path: folder).openFolder(path.folderBytes)
        return try place.openFile(path.name).bytes(at: 0, count: 1 << 20)
    }
}
