import LinuxSystem
import SystemPackage
import WatchCore

/// The existing folders of a configuration, by their use.
struct NamedFolders {
    private var names: [FolderIdentity: String] = [:]

    init(_ configuration: Configuration) {
        for watch in configuration.watches {
            let folders = [("inbox", watch.inbox)] + watch.folders.map { ($0.role.rawValue, $0.path) }
            for (key, path) in folders {
                do throws(SystemCallError) {
                    let folder = FolderIdentity(try DirectoryHandle.open(path: path).status())
                    names[folder] = "\(shown(path)) of \(key)"
                } catch {
                    // The check of that folder itself reports what is wrong with it.
                }
            }
        }
    }

    subscript(_ folder: FolderIdentity) -> String? { names[folder] }
}

/// Checks an inbox and its content.
struct CheckInbox {
    private let watch: Configuration.Watch
    /// The folders of the configuration. None of them may be in the inbox.
    private let named: NamedFolders
    /// The inbox; nil if it cannot be opened.
    private(set) var root: DirectoryHandle?
    private(set) var results: [CheckResult] = []
    /// The number of folders to watch, including the inbox.
    private(set) var folders = 0
    private var name: String { "inbox \(shown(watch.inbox))" }

    /// The largest number of files that are checked for whether they can be moved.
    private static let mostFiles = 10_000

    init(_ watch: Configuration.Watch, among named: NamedFolders) {
        self.watch = watch
        self.named = named
        do throws(SystemCallError) {
            let root = try DirectoryHandle.open(path: watch.inbox, overriding: .moving)
            self.root = root
            walk(root)
            results.append(try fileSystem(of: root))
        } catch {
            let advice =
                HiddenPlace.advice(for: watch.inbox)
                ?? (error.errno == .noSuchFileOrDirectory
                    ? "make the folder, or mount its disk"
                    : "give the service's user the right to read and search it")
            results.append(
                .problem(
                    "\(name) cannot be read (\(error.errno)): \(advice)",
                    denial: error.isDenied ? "\(name): you may not read it" : nil))
        }
    }

    private func fileSystem(of root: DirectoryHandle) throws(SystemCallError) -> CheckResult {
        let system = try root.fileSystem
        if system.isReadOnly {
            return .problem("\(name) is on a read-only file system (\(system.name)): mount it for writing")
        }
        guard system.isNetwork else { return .ok("\(name): watched with inotify (\(system.name))") }
        switch watch.poll {
        case .auto: return .ok("\(name): on a network file system (\(system.name)), polled every 5 s")
        case .every(let interval):
            return .ok("\(name): on a network file system (\(system.name)), polled every \(interval)")
        case .off:
            return .problem(
                "\(name) is on a network file system (\(system.name)), where inotify misses changes: "
                    + #"set poll = "auto""#)
        }
    }

    /// The problems found by a walk, by paths below the inbox.
    private struct Obstacles {
        var folders: [String] = []
        var unreadable: [String] = []
        var unmovable: [String] = []
        var used: [CheckResult] = []
        var files = 0
    }

    /// Counts the folders, and records what cannot be read or moved.
    private mutating func walk(_ root: DirectoryHandle) {
        var found = Obstacles()
        var pending = [RelativePath.root]
        while let path = pending.popLast() {
            do throws(SystemCallError) {
                let folder = try root.openFolder(path.bytes)
                if !path.isRoot, let use = named[FolderIdentity(try folder.status())] {
                    let shown = DisplayName(path.bytes).escaped
                    found.used.append(
                        .problem(
                            "\(name): its folder \(shown) is the folder \(use), by a mount: use separate "
                                + "folders, none inside another"))
                    continue
                }
                folders += 1
                pending += try look(in: folder, path, &found)
            } catch let error where error.errno == .noSuchFileOrDirectory && !path.isRoot {
                // Removed in the meantime.
            } catch {
                let name = path.isRoot ? "." : DisplayName(path.bytes).escaped
                found.folders.append("\(name) (\(error.errno))")
            }
        }
        results += found.used
        report(
            found.folders, "folders cannot be read", "you may not read",
            "give the service's user the right to read and search them")
        report(
            found.unreadable, "files cannot be read", "you may not read",
            "give the service's user the right to read them")
        report(
            found.unmovable, "files may not be moved", "you may not move",
            "give the service's user write access to their folders, remove the sticky bit (chmod -t), "
                + "and remove the immutable and append-only attributes (chattr -ia)")
    }

    /// Checks a folder's entries.
    /// - Returns: its sub-folders to watch.
    private func look(
        in folder: DirectoryHandle, _ path: RelativePath, _ found: inout Obstacles
    ) throws(SystemCallError) -> [RelativePath] {
        var inner: [RelativePath] = []
        let cursor = try folder.entries()
        while case let entries = try cursor.next(256), !entries.isEmpty {
            for entry in entries where entry.name.first != UInt8(ascii: ".") {
                let path = path.appending(entry.name)
                switch try folder.kind(of: entry) {
                case .folder where watch.recursive && !isIgnored(path): inner.append(path)
                case .regular where found.files < Self.mostFiles:
                    found.files += 1
                    let shown = DisplayName(path.bytes).escaped
                    if try !mayMove(entry.name, in: folder) { found.unmovable.append(shown) }
                    if !mayRead(entry.name, in: folder) { found.unreadable.append(shown) }
                default: break
                }
            }
        }
        return inner
    }

    private mutating func report(
        _ paths: [String], _ what: String, _ denial: String, _ advice: String
    ) {
        guard let first = paths.first else { return }
        let more = paths.count > 1 ? " and \(paths.count - 1) more" : ""
        results.append(
            .problem(
                "\(name): \(paths.count) \(what), such as \(first): \(advice)",
                denial: "\(name): \(denial) \(first)\(more)"))
    }

    private func isIgnored(_ folder: RelativePath) -> Bool {
        IgnoreRules(added: watch.ignore).ignores(folder: folder) != nil
    }

    /// Whether a file may be moved; also true for a file that no longer exists.
    private func mayMove(_ name: [UInt8], in folder: DirectoryHandle) throws(SystemCallError) -> Bool {
        do throws(SystemCallError) {
            return try folder.obstacle(toMoving: folder.status(of: name)) == nil
        } catch let error where error.errno == .noSuchFileOrDirectory {
            return true
        }
    }
}

extension CheckInbox {
    private func mayRead(_ name: [UInt8], in folder: DirectoryHandle) -> Bool {
        do throws(SystemCallError) {
            _ = try folder.openFile(name)
            return true
        } catch {
            return ![.permissionDenied, .notPermitted].contains(error.errno)
        }
    }
}

/// Moves a test file from an inbox to a destination.
struct CheckDestination {
    let result: CheckResult

    /// Less free space than this is reported.
    private static let leastBytes: UInt64 = 100_000_000
    private static let leastInodes: UInt64 = 1_000

    /// - Parameter inbox: nil if it cannot be opened; then only the destination is checked.
    init(_ role: DestinationRole, _ path: String, from inbox: DirectoryHandle?) {
        let name = "\(role.rawValue) \(shown(path))"
        do throws(SystemCallError) {
            let (targets, remark) = try Self.targets(path)
            let system = try targets[0].fileSystem
            // Some file systems do not count files, and report room for none.
            let inodesLeft = system.freeInodes.map { $0 == 0 ? .max : $0 } ?? .max
            if system.freeBytes < Self.leastBytes || inodesLeft < Self.leastInodes {
                let inodes = system.freeInodes.map { " and room for \($0) files" } ?? ""
                result = .problem(
                    "\(name): only \(system.freeBytes / 1_000_000) MB\(inodes) left: free some space there")
            } else if let inbox {
                let way = try Self.move(from: inbox, to: role, path, targets)
                let reason = way == .copying ? ", because the inbox is on another mount" : ""
                result = .ok("\(name): works by \(way.rawValue)\(reason)\(remark)")
            } else {
                try Self.make(in: targets[...])
                result = .ok("\(name): files can be created there\(remark)")
            }
        } catch {
            result = .problem(
                "\(name): a file cannot be moved there (\(error.detail ?? "\(error.call): \(error.errno)")): "
                    + (HiddenPlace.advice(for: path) ?? Self.advice(for: error.errno)),
                denial: error.isDenied ? "\(name): you may not move a trial file there" : nil)
        }
    }

    private static func advice(for errno: Errno) -> String {
        switch errno {
        case .noSuchFileOrDirectory: "make the folder, or mount its disk"
        case .readOnlyFileSystem: "mount it for writing; under systemd, name it in BindPaths="
        case .noSpace, .diskQuotaExceeded: "free some space there"
        case .notSupported:
            "use another file system there, or mount it with other options (rclone: --vfs-cache-mode writes)"
        default: "give the service's user write access to the inbox and to the destination"
        }
    }

    /// The folders that a file passes through: the working folder, then the destination. Before the first
    /// start, only the destination, or the folder in which it will be made.
    private static func targets(_ path: String) throws(SystemCallError) -> ([DirectoryHandle], String) {
        let root: DirectoryHandle
        do throws(SystemCallError) {
            root = try DirectoryHandle.open(path: path)
        } catch let error where error.errno == .noSuchFileOrDirectory {
            let parent = path.splitLastComponent.0
            return ([try DirectoryHandle.open(path: parent)], "; the service makes it when it starts")
        }
        do throws(SystemCallError) {
            return ([try root.openFolder(Destination.workFolder), root], "")
        } catch let error where error.errno == .noSuchFileOrDirectory {
            return ([root], "")
        }
    }

    /// Files a test file by the steps of a real filing, and removes it.
    private static func move(
        from inbox: DirectoryHandle, to role: DestinationRole, _ path: String, _ targets: [DirectoryHandle]
    ) throws(SystemCallError) -> TrialFiling.Way {
        let destination = Destination(role, path: path)
        guard targets.count < 2 else {
            return try move(
                from: inbox,
                to: OpenDestination(destination: destination, root: targets[1], work: targets[0]))
        }
        // Before the first start there is no working folder, so one is made for this trial.
        let name = TrialFile.name()
        let work = try targets[0].makeFolders(name, mode: 0o700)
        let way: TrialFiling.Way
        do throws(SystemCallError) {
            way = try move(
                from: inbox, to: OpenDestination(destination: destination, root: targets[0], work: work))
        } catch {
            // The caller throws the first error, which matters.
            do throws(SystemCallError) { try targets[0].removeFolder(name) } catch _ {}
            throw error
        }
        try targets[0].removeFolder(name)
        return way
    }

    private static func move(
        from inbox: DirectoryHandle, to destination: OpenDestination
    ) throws(SystemCallError) -> TrialFiling.Way {
        let trial = TrialFiling(
            TrialFile.name(), from: inbox, to: destination, by: SharedFilingExecution())
        do throws(TrialFiling.Failure) {
            return try trial.run()
        } catch {
            throw SystemCallError(call: "trial", errno: error.errno, detail: error.description)
        }
    }

    /// Makes a file in the first folder, moves it through the others, and removes it.
    private static func make(in targets: ArraySlice<DirectoryHandle>) throws(SystemCallError) {
        guard let first = targets.first else { return }
        try TrialFile.with(in: first) { name throws(SystemCallError) in
            try pass(name, from: first, through: targets.dropFirst())
        }
    }

    /// Moves a file from folder to folder, and removes it from the last folder it reached.
    private static func pass(
        _ name: [UInt8], from folder: DirectoryHandle, through targets: ArraySlice<DirectoryHandle>
    ) throws(SystemCallError) {
        guard let next = targets.first else { return }
        try folder.move(name, to: next, as: name)
        do throws(SystemCallError) {
            try pass(name, from: next, through: targets.dropFirst())
        } catch {
            // The caller throws the first error, which matters.
            do throws(SystemCallError) { try next.removeIfThere(name) } catch _ {}
            throw error
        }
        try next.removeIfThere(name)
    }
}
