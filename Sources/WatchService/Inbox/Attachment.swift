import LinuxSystem
import SystemPackage
import WatchCore

/// An inbox that is served: its folder, open and locked, its watches, and its filer.
struct Attachment {
    let root: DirectoryHandle
    let origin: FolderIdentity
    let filer: Filer
    var folders: WatchedTree
    private let lock: InboxLock
    private let inotify: Inotify
    private var mounts: MountPoints

    /// Why an inbox cannot be served.
    enum Failure: Error {
        /// It is missing, or cannot be opened.
        case lost(String)
        /// Another service uses it.
        case locked

        static func sameFolder(as use: FolderUses.Use) -> Failure {
            .lost("it is the same folder as \(use); use separate folders")
        }
    }

    init(
        _ watch: Configuration.Watch, _ id: InboxID, destinations: [DestinationRole: Destination],
        context: ServiceContext, stop: StopFlag
    ) throws(Failure) {
        let folder: DirectoryHandle
        do throws(SystemCallError) {
            folder = try DirectoryHandle.open(path: watch.inbox, overriding: .moving)
            origin = FolderIdentity(try folder.status())
        } catch {
            throw .lost(HiddenPlace.advice(for: watch.inbox).map { "\(error): \($0)" } ?? "\(error)")
        }
        if let other = context.folders.claim(origin, for: watch.use(by: id)) {
            throw .sameFolder(as: other)
        }
        guard let lock = InboxLock.take(in: folder) else { throw .locked }
        self.lock = lock
        do throws(SystemCallError) {
            // Filings in hand keep the folder open after the inbox is detached. The lock is held until they
            // end.
            root = try folder.keeping(lock)
            inotify = try Inotify()
            folders = try WatchedTree(
                root: root, inotify: inotify, isRecursive: watch.recursive,
                ignored: IgnoreRules(added: watch.ignore), inbox: id, uses: context.folders)
        } catch {
            throw .lost("\(error)")
        }
        mounts = MountPoints()
        _ = mounts.changes(below: root)
        filer = Filer(
            watch: watch, inbox: root, destinations: destinations, producer: context.producer,
            time: context.time, execution: context.execution, stop: stop)
    }

    /// Starts a thread that reads the kernel's events into the mailbox, and does nothing else, because the
    /// kernel's queue is short.
    func read(into mailbox: Mailbox, _ pulse: Pulse, named name: String) throws(SystemCallError) {
        pulse.follow(inotify)
        try SystemThread.start(name) { [inotify] in
            do throws(SystemCallError) {
                while let events = try inotify.read() {
                    pulse.beat()
                    if !events.isEmpty { mailbox.post(events) }
                }
            } catch {
                // Without events, only scans find files. The inbox is scanned as if events were lost.
                mailbox.postOverflow()
            }
        }
    }

    /// Whether the inbox's path still leads to this folder.
    func isCurrent(_ path: String) -> Bool {
        do throws(SystemCallError) {
            return FolderIdentity(try DirectoryHandle.open(path: path).status()) == origin
        } catch {
            return false
        }
    }

    /// Whether the lock is still valid, so that no other service can have locked the inbox.
    var isLocked: Bool { lock.isCurrent(in: root) }

    /// Where something was mounted or unmounted below the inbox since the last call.
    mutating func changedMountPoints() -> Set<RelativePath> {
        Set(mounts.changes(below: root).map { RelativePath($0) })
    }

    /// Whether other machines may change it without this kernel's knowledge.
    var isOnNetwork: Bool {
        do throws(SystemCallError) { return try root.fileSystem.isNetwork } catch { return false }
    }

    /// Whether the kernel reports changes here. If not, only listings find files.
    var canWatch: Bool { inotify.canWatch }

    /// Removes the watches.
    func detach() {
        inotify.stop()
        folders.letGo()
    }
}

extension Configuration.Watch {
    /// The use of the inbox's own folder.
    func use(by id: InboxID) -> FolderUses.Use {
        FolderUses.Use(inbox: id, path: Array(inbox.utf8), role: nil)
    }
}
