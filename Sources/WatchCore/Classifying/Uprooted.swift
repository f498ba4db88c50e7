/// The paid uploads and verdicts of files that have left their paths. A file that appears under another path,
/// because it or a folder was renamed, is recognised and not sent again.
///
/// A file is recognised by its inode number, or by its size and modification time. This is no proof: the
/// filing compares the bytes.
package struct Uprooted: Sendable {
    /// An upload, as the queue identifies it.
    package struct Upload: Sendable, Hashable {
        package let path: RelativePath
        package let submission: Submission

        package init(_ path: RelativePath, _ submission: Submission) {
            self.path = path
            self.submission = submission
        }
    }

    /// The record of one file.
    package struct Entry: Sendable {
        package let paid: Sighting.Paid
        /// The upload, if it is still in flight.
        package let upload: Upload?
        fileprivate let identity: FileIdentity
        fileprivate let until: ContinuousClock.Instant
    }

    package typealias ID = UInt64

    private var entries: [ID: Entry] = [:]
    private var bySize: [Int64: Set<ID>] = [:]
    private var byUpload: [Upload: ID] = [:]
    private var lastID: ID = 0

    /// How long an upload continues without its file. The folders are listed again within this time.
    package static let uploadPatience = Duration.seconds(10)
    /// How long a verdict is kept.
    package static let decisionPatience = Duration.seconds(600)
    /// The largest number kept.
    private static let most = 10_000

    package init() {}

    /// Keeps a verdict. A verdict without a digest cannot be proved, and is not kept.
    package mutating func remember(_ decision: Decision, at now: ContinuousClock.Instant) {
        guard decision.request?.sha256 != nil else { return }
        insert(
            Entry(
                paid: .decided(decision), upload: nil, identity: decision.prospect.identity,
                until: now + Self.decisionPatience))
    }

    /// Keeps an upload that is in flight.
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

    /// The record of a file with that identity; nil if there is none.
    package func find(_ file: FileIdentity) -> (id: ID, entry: Entry)? {
        guard let ids = bySize[file.size] else { return nil }
        let entries = ids.compactMap { id in self.entries[id].map { (id: id, entry: $0) } }
        return entries.first { $0.entry.identity.isSameFile(as: file) }
            ?? entries.first { $0.entry.identity.hasSameStamps(as: file) }
    }

    /// Removes a record and returns it, for the file that was found.
    @discardableResult
    package mutating func take(_ id: ID) -> Entry? {
        guard let entry = entries.removeValue(forKey: id) else { return nil }
        bySize[entry.identity.size]?.remove(id)
        if bySize[entry.identity.size]?.isEmpty == true { bySize[entry.identity.size] = nil }
        if let upload = entry.upload { byUpload[upload] = nil }
        return entry
    }

    /// An upload has ended, and its file was not found yet.
    /// - Parameter decision: nil if the upload gave no verdict.
    package mutating func ended(
        _ upload: Upload, with decision: Decision?, at now: ContinuousClock.Instant
    ) {
        guard let id = byUpload[upload], take(id) != nil, let decision else { return }
        remember(decision, at: now)
    }

    /// Removes the records that have expired.
    /// - Returns: the uploads among them.
    package mutating func expire(at now: ContinuousClock.Instant) -> [Upload] {
        let over = entries.filter { $0.value.until <= now }
        for id in over.keys { take(id) }
        return over.values.compactMap(\.upload)
    }

    /// When the next record expires; nil if there is none.
    package var next: ContinuousClock.Instant? { entries.values.map(\.until).min() }
}
