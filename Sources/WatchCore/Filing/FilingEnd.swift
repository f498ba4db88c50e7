/// What came of one try to file a file.
package enum FilingEnd: Sendable, Equatable {
    /// - Parameters:
    ///   - destination: the absolute path of the filed media.
    ///   - leavesSource: whether the inbox still has a file of that name: it changed after it was copied.
    case filed(destination: [UInt8], leavesSource: Bool)
    /// The file has other bytes than the judged ones. It is in the inbox, and nothing is left of the filing.
    case changed
    /// The file is not there any more, and nothing is left of the filing.
    case gone
    /// What lies in the working folder under that name is not the service's. It stays there.
    case foreign
    /// A program has the file open for writing. The decision is kept.
    case busy
    /// The filing can't go on. The decision is kept.
    /// - Parameter cause: in words.
    case blocked(Blocker, cause: String)
}

/// What a filing waits for.
package enum Blocker: Hashable, Sendable {
    /// The file itself: it can't be read or moved.
    case file(FilingID)
    /// A folder of the destination. Other folders of the destination take files.
    case folder(DestinationPlace)
    case destination(DestinationRole)
}

/// What came of one filing.
package struct FilingOutcome: Sendable, Equatable {
    /// Nil for what is not the service's.
    package let id: FilingID?
    /// Where the file was below the inbox; for what is not the service's, its name in the working folder.
    package let path: RelativePath?
    /// What was decided, where that is known.
    package let sidecar: Sidecar?
    package let end: FilingEnd

    package init(_ id: FilingID?, path: RelativePath?, sidecar: Sidecar? = nil, _ end: FilingEnd) {
        self.id = id
        self.path = path
        self.sidecar = sidecar
        self.end = end
    }
}
