import BitMind
import LinuxSystem
import SampleMedia
import SystemPackage
import WatchCore
import WatchService

/// The folders of the demo.
struct DemoSite: Sendable {
    let root: String
    let watch: Configuration.Watch

    /// - Parameter path: a folder of this user, which is made if it does not exist; nil for a new one below
    ///   `TMPDIR`.
    static func make(at path: String?) throws(CommandFailure) -> DemoSite {
        let parent = Host.environment("TMPDIR") ?? "/tmp"
        let root: String
        let status: FileStatus
        do throws(SystemCallError) {
            let path = if let path { path } else { try makeNew(below: parent) }
            root = path.hasPrefix("/") ? path : "\(try Host.workingFolder)/\(path)"
            status = try DirectoryHandle.openOrMake(root, mode: 0o700).status()
        } catch {
            throw .failed("the demo's folder \(path ?? "below \(parent)") cannot be made: \(error)")
        }
        guard status.owner == Host.userID, status.mode & 0o022 == 0 else {
            throw .failed(
                "the demo's folder \(root) belongs to another user, or other users may write to it: "
                    + "name your own folder, or run chmod go-w on it")
        }
        do throws(SystemCallError) {
            _ = try DirectoryHandle.open(path: root).makeFolders(Array("inbox".utf8), mode: 0o777)
            return DemoSite(root: root, watch: Configuration.Watch(inbox: "\(root)/inbox"))
        } catch {
            throw .failed("the demo's inbox in \(root) cannot be made: \(error)")
        }
    }

    /// Makes a folder that no other user can have made before.
    /// - Returns: its path.
    private static func makeNew(below parent: String) throws(SystemCallError) -> String {
        let folder = try DirectoryHandle.open(path: parent)
        while true {
            let name = "bitmind-watch-demo-\(String(UInt64.random(in: .min ... .max), radix: 36))"
            do throws(SystemCallError) {
                try folder.makeFolder(Array(name.utf8), mode: 0o700)
                return "\(parent)/\(name)"
            } catch let error where error.errno == .fileExists {
                continue
            }
        }
    }

    /// The names and contents of the samples.
    private static let samples: [(name: String, bytes: [UInt8])] = [
        ("photo.jpg", SampleMedia.make(.jpeg, seed: 1, size: 60_000)),
        ("trip/drawing.png", SampleMedia.make(.png, seed: 2, size: 40_000)),
        ("trip/poster.webp", SampleMedia.make(.webp, seed: 3, size: 30_000)),
        ("clip.mp4", SampleMedia.make(.mp4, seed: 4, size: 400_000)),
        ("trip/clip.mov", SampleMedia.make(.quickTime, seed: 5, size: 300_000)),
        ("trip/old clip.avi", SampleMedia.make(.avi, seed: 6, size: 200_000)),
        ("not-a-photo.jpg", Array("This is text, not a picture.\n".utf8)),
    ]

    /// Writes the samples into the inbox, as `cp` would.
    /// - Returns: the number of samples.
    func dropSamples() throws -> Int {
        let inbox = try DirectoryHandle.open(path: watch.inbox)
        for (name, bytes) in Self.samples {
            let path = RelativePath(Array(name.utf8))
            let folder = try inbox.makeFolders(path.folderBytes, mode: 0o777)
            try folder.removeIfThere(path.name)
            try folder.createFile(path.name, mode: 0o666).write(bytes)
        }
        return Self.samples.count
    }

    var introduction: String {
        """
        The service's folders are in \(root):
          inbox/             drop images and videos here
          ai/, human/        filed files, each with its sidecar: photo.jpg.json beside photo.jpg
          failed/            files that the API does not take
        The journal entries of the service follow.

        """
    }

    var summary: String {
        """
        All samples are filed. To see them: ls -lR \(root)

        """
    }

    var invitation: String {
        """
        Now drop your own files into \(watch.inbox); Ctrl-C ends the demo.

        """
    }
}

/// The simulator accepts any credentials.
struct DemoCredentials: CredentialSource {
    func credentials() -> Credentials? {
        .oauth(clientID: Secret("demo"), secret: Secret("demo"))
    }
}

/// Passes entries on, and reports their kinds.
struct DemoSink: JournalSink {
    private let next: any JournalSink
    private let kinds: AsyncStream<EventKind>.Continuation

    static func make(_ next: any JournalSink) -> (events: AsyncStream<EventKind>, sink: DemoSink) {
        let (stream, continuation) = AsyncStream.makeStream(of: EventKind.self)
        return (stream, DemoSink(next: next, kinds: continuation))
    }

    func write(_ event: JournalEvent) -> Bool {
        defer { kinds.yield(event.kind) }
        return next.write(event)
    }

    func write(_ line: String, level: EventLevel) -> Bool {
        next.write(line, level: level)
    }
}
