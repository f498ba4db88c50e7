/// The result of one try to file a file.
package enum FilingEnd: Sendable, Equatable {
    /// - Parameters:
    ///   - destination: the absolute path of the filed media.
    ///   - leavesSource: whether the inbox still has a file of that name, because it changed after it was
    ///     copied.
    case filed(destination: [UInt8], leavesSource: Bool)
    /// The file's bytes differ from the judged ones. The file is in the inbox, and the filing has left
    /// nothing on disk.
    case changed
    /// The file no longer exists, and the filing has left nothing on disk.
    case gone
    /// The file of that name in the working folder is a foreign file. It stays there.
    case foreign
    /// A program has the file open for writing. The decision is kept.
    case busy
    /// The filing cannot continue. The decision is kept.
    /// - Parameter cause: in words.
    case blocked(Blocker, cause: String)
}

/// What a filing waits for.
package enum Blocker: Hashable, Sendable {
    /// The file itself: it cannot be read or moved.
    case file(FilingID)
    /// A folder of the destination. Other folders of the destination accept files.
    case folder(DestinationPlace)
    case destination(DestinationRole)
}

/// The result of one filing.
package struct FilingOutcome: Sendable, Equatable {
    /// Nil for a foreign file.
    package let id: FilingID?
    /// Where the file was below the inbox. For a foreign file, its name in the working folder.
    package let path: RelativePath?
    /// The decision, if it is known.
    package let sidecar: Sidecar?
    package let end: FilingEnd

    package init(_ id: FilingID?, path: RelativePath?, sidecar: Sidecar? = nil, _ end: FilingEnd) {
        self.id = id
        self.path = path
        self.sidecar = sidecar
        self.end = end
    }
}
