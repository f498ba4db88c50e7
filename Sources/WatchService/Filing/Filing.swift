package import LinuxSystem
import SystemPackage
package import WatchCore

/// One file on its way from the inbox to a destination: what the steps of the plan work on.
package struct Filing: Sendable {
    package let work: WorkName
    /// Below the inbox.
    package let path: RelativePath
    package let sidecar: Sidecar
    /// The sidecar as it is on disk: a published one is told by its bytes.
    package let sidecarBytes: [UInt8]
    package let inbox: DirectoryHandle
    package let destination: OpenDestination
    /// The file as it is to be claimed; nil where it is claimed already, or published and gone.
    package let source: Source?
    /// Before anything was written for it.
    package let began = ContinuousClock.now
    /// Where in the destination the sidecar has been published.
    package var target: Target?
    /// *N*`.json` as it was written, for as long as it has to be flushed.
    package var decisionFile: FileHandle?
    /// Whether the decision is durable.
    package var isDecided = false
    /// Whether the media has its final name (not yet flushed).
    package var isPublished = false
    /// Whether *N*`.media` is a copy, and the source still in the inbox.
    package var isCopy = false
    /// Whether the inbox has *N*`.media` still, or again, under its name there: a move was stopped between its two calls.
    package var isTwin = false
    /// Has long readings end early.
    package let stop: StopFlag

    package init(
        work: WorkName, path: RelativePath, sidecar: Sidecar, sidecarBytes: [UInt8], inbox: DirectoryHandle,
        destination: OpenDestination, source: Source?, target: Target? = nil,
        stop: StopFlag = StopFlag()
    ) {
        self.work = work
        self.path = path
        self.sidecar = sidecar
        self.sidecarBytes = sidecarBytes
        self.inbox = inbox
        self.destination = destination
        self.source = source
        self.target = target
        self.stop = stop
    }

    package struct Source: Sendable {
        package let file: FileHandle
        /// As it was when its bytes were judged.
        package let identity: FileIdentity
        /// Whether an unchanged identity proves unchanged bytes; else they are hashed again.
        package let isIdentityProof: Bool

        package init(file: FileHandle, identity: FileIdentity, isIdentityProof: Bool) {
            self.file = file
            self.identity = identity
            self.isIdentityProof = isIdentityProof
        }
    }

    package struct Target: Sendable {
        package let folder: DirectoryHandle
        package let media: [UInt8]
        package let sidecar: [UInt8]
    }

    /// The absolute path of the published media.
    package var publishedPath: [UInt8] {
        Array(destination.destination.path.utf8) + [UInt8(ascii: "/")]
            + path.folder.appending(target?.media ?? path.name).bytes
    }
}

/// Why a filing did not come to its end.
package enum FilingFault: Error, Sendable, Equatable, CustomStringConvertible {
    /// Not the bytes any more that were judged.
    case changed
    /// A program has it open for writing, or opened it just now: whether its bytes are the judged ones is not known.
    case touched
    case gone
    case unmovable(String)
    case destination(String)
    /// The media could not be put into its place, or not be copied: for the place's sake, or the destination's.
    /// - Parameter isOfName: whether file systems answer so to names that they cannot hold.
    case placing(String, isOfName: Bool)
    /// Inbox and destination are on different file systems, or behind different mounts.
    case crossesMounts

    package var description: String {
        switch self {
        case .changed: "the file has changed"
        case .touched: "a program is writing to it"
        case .gone: "the file no longer exists"
        case .unmovable(let reason), .destination(let reason), .placing(let reason, _): reason
        case .crossesMounts: "it is on another file system or mount"
        }
    }

    /// Whether file systems answer so to names that they cannot hold.
    var isOfName: Bool { if case .placing(_, isOfName: true) = self { true } else { false } }

    init(destination error: SystemCallError) {
        self = .destination("\(error)")
    }

    init(placing error: SystemCallError) {
        self = .placing("\(error)", isOfName: error.mayBeOfName)
    }

    init(reading error: SystemCallError) {
        self = error.errno == .textFileBusy ? .touched : .unmovable("it cannot be read: \(error)")
    }
}

extension SystemCallError {
    /// Whether it is what file systems answer to names that they cannot hold: to `:`, to bytes that are not UTF-8, to
    /// what is longer than the shortest name that was tried.
    var mayBeOfName: Bool { [.invalidArgument, .illegalByteSequence, .fileNameTooLong].contains(errno) }
}
