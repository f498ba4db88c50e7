import LinuxSystem
package import WatchCore

/// A filing that was begun, and that no machine goes on with: an earlier run has left it, or its file lies in the
/// working folder, and the inbox knows nothing of it any more. It waits for its destination, for its place there, or
/// until its file can be read and moved.
package struct DecidedLeftover: Sendable {
    /// By what it is found again.
    package struct ID: Hashable, Sendable {
        let role: DestinationRole
        let work: WorkName

        package init(_ role: DestinationRole, _ work: WorkName) {
            self.role = role
            self.work = work
        }
    }

    let id: ID
    /// Where its file was in the inbox; nil where its decision can't be read.
    let path: RelativePath?
    let sidecar: Sidecar?
    /// Its file as it was judged; nil where only the decision tells.
    let identity: FileIdentity?
    /// When the service first heard of its file; nil where neither a machine nor its decision could tell.
    let found: Timestamp?
    /// For what it waits, and why; nil before its first try.
    let stuck: (reason: String, by: Obstruction)?
    /// Whether it is being tried.
    fileprivate(set) var isUnderWay = false

    /// What a machine lets go of.
    package init(_ id: ID, path: RelativePath, identity: FileIdentity, found: Timestamp) {
        self.id = id
        self.path = path
        self.identity = identity
        self.found = found
        sidecar = nil
        stuck = nil
    }

    /// What can't go on.
    /// - Parameter earlier: what was known of it before.
    package init(
        _ id: ID, _ recovered: Recovered, stuck reason: String, by obstruction: Obstruction,
        after earlier: DecidedLeftover? = nil
    ) {
        self.id = id
        path = recovered.path
        sidecar = recovered.sidecar
        identity = earlier?.identity
        found = recovered.sidecar?.times.found ?? earlier?.found
        stuck = (reason, obstruction)
    }

    /// Whether it waits until its file can be read and moved.
    var waitsForItself: Bool { stuck?.by == .file }

    /// What came of a try, with what only earlier ones could read.
    func tried(_ end: Recovered.End, _ recovered: Recovered? = nil) -> Recovered {
        Recovered(
            work: Array(id.work.text.utf8), path: recovered?.path ?? path,
            sidecar: recovered?.sidecar ?? sidecar, end: end)
    }

    /// Whether its file is in the inbox, as it was judged: a filing that fails raises events itself, when it puts
    /// the file back.
    func isThere(in inbox: DirectoryHandle) -> Bool {
        guard let path else { return false }
        do throws(SystemCallError) {
            let found = FileIdentity(try inbox.openFolder(path.folderBytes).status(of: path.name))
            // A file that only looks the same waits until the filing has shown that its bytes are others.
            if let identity { return identity.hasSameStamps(as: found) }
            return sidecar?.media.hasStamps(of: found) ?? false
        } catch {
            return false
        }
    }
}

/// The decided leftovers of an inbox. Several may have come from one path, one after the other.
struct DecidedLeftovers: Sendable {
    private var leftovers: [DecidedLeftover.ID: DecidedLeftover] = [:]
    private var ids: [RelativePath: Set<DecidedLeftover.ID>] = [:]

    var isEmpty: Bool { leftovers.isEmpty }
    var all: [DecidedLeftover] { Array(leftovers.values) }

    subscript(id: DecidedLeftover.ID) -> DecidedLeftover? { leftovers[id] }

    /// Those whose files were at that path.
    func at(_ path: RelativePath) -> [DecidedLeftover] { ids[path, default: []].compactMap { leftovers[$0] } }

    /// Takes one up, in place of what was known of it.
    mutating func insert(_ leftover: DecidedLeftover) {
        remove(leftover.id)
        leftovers[leftover.id] = leftover
        if let path = leftover.path { ids[path, default: []].insert(leftover.id) }
    }

    @discardableResult
    mutating func remove(_ id: DecidedLeftover.ID) -> DecidedLeftover? {
        guard let known = leftovers.removeValue(forKey: id) else { return nil }
        if let path = known.path {
            ids[path]?.remove(id)
            if ids[path]?.isEmpty == true { ids[path] = nil }
        }
        return known
    }

    /// Takes those to be tried now; until they are inserted or removed, they are not given out again.
    mutating func begin(_ ids: [DecidedLeftover.ID]) -> [DecidedLeftover] {
        ids.compactMap { id in
            guard let known = leftovers[id], !known.isUnderWay else { return nil }
            leftovers[id]?.isUnderWay = true
            return known
        }
    }
}

extension FilePlace {
    /// Nil before its first try, and where it isn't known what file it is about.
    init?(_ leftover: DecidedLeftover) {
        guard let path = leftover.path, let found = leftover.found, let stuck = leftover.stuck else {
            return nil
        }
        let (state, reason): (State, String) =
            switch stuck.by {
            case .file: (.unmovable, stuck.reason)
            case .place(let folder): (.held, DestinationPlace(leftover.id.role, folder).refusal(stuck.reason))
            case .destination: (.held, leftover.id.role.refusal(stuck.reason))
            }
        self.init(path: path, state: state, found: found, reason: reason)
    }
}
