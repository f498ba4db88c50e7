/// What was paid for files that have left their paths: a file that appears under another one, by a rename of itself or
/// of a folder, is known again and not sent once more.
///
/// A file is known by its inode number, or by its size and modification time. That is no proof: the filing compares the
/// bytes.
package struct Uprooted: Sendable {
    /// An upload as the queue knows it.
    package struct Upload: Sendable, Hashable {
        package let path: RelativePath
        package let submission: Submission

        package init(_ path: RelativePath, _ submission: Submission) {
            self.path = path
            self.submission = submission
        }
    }

    /// One file's.
    package struct Entry: Sendable {
        package let paid: Sighting.Paid
        /// Where it is being sent still.
        package let upload: Upload?
        fileprivate let identity: FileIdentity
        fileprivate let until: ContinuousClock.Instant
    }

    package typealias ID = UInt64

    private var entries: [ID: Entry] = [:]
    private var bySize: [Int64: Set<ID>] = [:]
    private var byUpload: [Upload: ID] = [:]
    private var lastID: ID = 0

    /// How long an upload goes on without its file: folders are listed anew within that.
    package static let uploadPatience = Duration.seconds(10)
    /// How long a verdict is kept.
    package static let decisionPatience = Duration.seconds(600)
    /// More are not kept.
    private static let most = 10_000

    package init() {}

    /// Keeps a verdict. One without a digest can't be proved, and is not kept.
    package mutating func remember(_ decision: Decision, at now: ContinuousClock.Instant) {
        guard decision.request?.sha256 != nil else { return }
        insert(
            Entry(
                paid: .decided(decision), upload: nil, identity: decision.prospect.identity,
                until: now + Self.decisionPatience))
    }

    /// Keeps an upload that is under way.
    package mutating func remember(
        _ upload: Upload, of prospect: Prospect, at now: ContinuousClock.Instant
    ) {
        insert(
            Entry(
                paid: .uploading(prospect), upload: upload, identity: prospect.identity,
                until: now + Self.uploadPatience))
    }

    private mutating func insert(_ entry: Entry) {
        guard entries.count < Self.most else { return }
        lastID += 1
        entries[lastID] = entry
        bySize[entry.identity.size, default: []].insert(lastID)
        if let upload = entry.upload { byUpload[upload] = lastID }
    }

    /// What was paid for a file that looks so; nil where nothing was.
    package func find(_ file: FileIdentity) -> (id: ID, entry: Entry)? {
        guard let ids = bySize[file.size] else { return nil }
        let entries = ids.compactMap { id in self.entries[id].map { (id: id, entry: $0) } }
        return entries.first { $0.entry.identity.isSameFile(as: file) }
            ?? entries.first { $0.entry.identity.hasSameStamps(as: file) }
    }

    /// Hands one over to its file.
    @discardableResult
    package mutating func take(_ id: ID) -> Entry? {
        guard let entry = entries.removeValue(forKey: id) else { return nil }
        bySize[entry.identity.size]?.remove(id)
        if bySize[entry.identity.size]?.isEmpty == true { bySize[entry.identity.size] = nil }
        if let upload = entry.upload { byUpload[upload] = nil }
        return entry
    }

    /// An upload whose file has not appeared yet has come to its end.
    /// - Parameter decision: nil where it brought no verdict.
    package mutating func ended(
        _ upload: Upload, with decision: Decision?, at now: ContinuousClock.Instant
    ) {
        guard let id = byUpload[upload], take(id) != nil, let decision else { return }
        remember(decision, at: now)
    }

    /// Lets go of what nobody has asked for in time.
    /// - Returns: the uploads among it.
    package mutating func expire(at now: ContinuousClock.Instant) -> [Upload] {
        let over = entries.filter { $0.value.until <= now }
        for id in over.keys { take(id) }
        return over.values.compactMap(\.upload)
    }

    /// When something is to be let go of next; nil where there is nothing.
    package var next: ContinuousClock.Instant? { entries.values.map(\.until).min() }
}
