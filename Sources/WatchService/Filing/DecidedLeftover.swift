import LinuxSystem
import WatchCore

/// A filing of an earlier run that waits for its destination, or for its place there.
struct DecidedLeftover: Sendable {
    let leftover: Recovered
    let role: DestinationRole
    /// Why it waits, in words.
    let reason: String
    /// Whether it is being tried.
    var isUnderWay = false

    init(_ leftover: Recovered, _ role: DestinationRole, _ reason: String) {
        self.leftover = leftover
        self.role = role
        self.reason = reason
    }

    /// Whether its file is still there, as it was judged: a filing that fails raises events itself, when it puts
    /// the file back.
    func isThere(at path: RelativePath, in inbox: DirectoryHandle) -> Bool {
        guard let work = leftover.workName, let sidecar = leftover.sidecar else { return false }
        do throws(SystemCallError) {
            let identity = FileIdentity(try inbox.openFolder(path.folder.bytes).status(of: path.name))
            return work.isSource(identity, of: sidecar)
        } catch {
            return false
        }
    }
}

extension FilePlace {
    init(_ decided: DecidedLeftover, path: RelativePath) {
        let found = decided.leftover.sidecar?.times.found ?? Timestamp(seconds: 0)
        self.init(path: path, state: .held, found: found, reason: decided.reason)
    }
}
