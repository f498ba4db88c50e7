package import LinuxSystem
import SystemPackage
package import WatchCore

/// One file between the inbox and a destination: the value that the steps of the plan work on.
package struct Filing: Sendable {
    package let work: WorkName
    /// Below the inbox.
    package let path: RelativePath
    package let sidecar: Sidecar
    /// The bytes of the sidecar on disk. They identify a published sidecar.
    package let sidecarBytes: [UInt8]
    package let inbox: DirectoryHandle
    package let destination: OpenDestination
    /// The file to claim; nil if it is already claimed, or published and gone.
    package let source: Source?
    /// The time before anything was written for it.
    package let began = ContinuousClock.now
    /// The place of the published sidecar in the destination.
    package var target: Target?
    /// The written *N*`.json`, until it is flushed.
    package var decisionFile: FileHandle?
    /// Whether the decision is durable.
    package var isDecided = false
    /// Whether the media has its final name (not yet flushed).
    package var isPublished = false
    /// Whether *N*`.media` is a copy, and the source is still in the inbox.
    package var isCopy = false
    /// Whether the inbox has *N*`.media` under its name as well, because a move was interrupted between its
    /// two calls.
    package var isTwin = false
    /// Ends long reads early.
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
        /// The identity when its bytes were judged.
        package let identity: FileIdentity
        /// Whether an unchanged identity proves unchanged bytes. Otherwise the bytes are hashed again.
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

/// Why a filing did not reach its end.
package enum FilingFault: Error, Sendable, Equatable, CustomStringConvertible {
    /// The bytes are no longer the judged ones.
    case changed
    /// A program has it open for writing, or opened it just now. It is not known whether its bytes are the
    /// judged ones.
    case touched
    case gone
    case unmovable(String)
    case destination(String)
    /// The media could not be moved to its place, or copied. The place or the destination is the cause.
    /// - Parameter isOfName: whether file systems return this error for names that they cannot store.
    case placing(String, isOfName: Bool)
    /// Inbox and destination are on different file systems, or on different mounts.
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

    /// Whether file systems return this error for names that they cannot store.
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
    /// Whether file systems return this error for names that they cannot store: with `:`, with bytes that are
    /// not UTF-8, or longer than the shortest name that was tried.
    var mayBeOfName: Bool { [.invalidArgument, .illegalByteSequence, .fileNameTooLong].contains(errno) }
}
