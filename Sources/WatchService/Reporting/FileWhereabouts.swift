import LinuxSystem
import SystemPackage
package import WatchCore

/// Where a file is, and why: from the report of the running service, else from the folders.
package struct FileWhereabouts: Sendable {
    private let report: StatusReport

    package init(_ report: StatusReport) {
        self.report = report
    }

    /// The answer for a file.
    /// - Parameter path: absolute.
    package func sentence(for path: String) -> String {
        for inbox in report.inboxes {
            if path == inbox.inbox { return "unknown: it is an inbox: ask for a file in it" }
            if let below = path.below(inbox.inbox) { return inInbox(below, inbox) }
        }
        for inbox in report.inboxes {
            for (role, folder) in inbox.destinations.sorted(by: { $0.key < $1.key }) {
                if path == folder { return "unknown: it is the folder for \(role): ask for a file in it" }
                if let below = path.below(folder) { return inDestination(folder, below, role) }
            }
        }
        return "unknown: it is in no folder that the service watches or files to"
    }

    /// How much older than the report its data of an inbox may be.
    private static let reportDelay = Duration.seconds(2)

    // MARK: In an inbox

    private func inInbox(_ path: RelativePath, _ inbox: InboxReport) -> String {
        let entry = Entry(at: path, below: inbox.inbox)
        if let place = inbox.files.first(where: { $0.path == path }) {
            // The report is some moments old. The file may have been filed since.
            if case .missing = entry { return filed(path, inbox) ?? place.sentence }
            return place.sentence
        }
        if path.isInside(RelativePath(Destination.workFolder)) {
            return "the service's own: it is the lock of the inbox; do not change it"
        }
        if path.name.starts(with: Destination.workFolder + [UInt8(ascii: "-")]) {
            let work = Array(path.name.dropFirst(Destination.workFolder.count + 1))
            return filing(WorkName(fileName: work + Array(".media".utf8)))
                ?? "the service's own: it is a trial, or a copied file that is being removed; do not change it"
        }
        if let pattern = ignoring(path, inbox) { return "ignored: its name matches \(pattern)" }
        switch entry {
        case .missing:
            return filed(path, inbox)
                ?? "unknown: there is no such file, neither here nor in a destination"
        case .hidden(let folder, let reason): return Self.hidden(folder, reason)
        case .there(.folder, _): return "unknown: it is a folder: ask for a file in it"
        case .there(let kind, let changed):
            if let special = kind.specialName {
                return "ignored: it is \(special), not a regular file"
            }
            return untaken(path, inbox, changed)
        }
    }

    /// Why a regular file is not in hand.
    private func untaken(_ path: RelativePath, _ inbox: InboxReport, _ changed: Timestamp) -> String {
        if !inbox.isRecursive, !path.folder.isRoot {
            return "ignored: it is in a sub-folder, and the configuration has recursive = false"
        }
        if inbox.isLost { return "waiting: its inbox is not served: \(inbox.absence ?? "unavailable")" }
        if let folder = inbox.unreadable.first(where: { path.isInside($0) }) {
            let name = folder.isRoot ? "the inbox" : "its folder \(DisplayName(folder.bytes).escaped)"
            return "unreadable: the service may not read \(name): the file waits until it may"
        }
        if let putOff = inbox.putOff?.first(where: { $0.folder == path.folder }) {
            return putOff.sentence(holdups: report.status.holdups)
        }
        if changed.advanced(by: Self.reportDelay) > report.updated {
            return "new: it appeared or was written to after this status was made: ask again in 2 s"
        }
        let holdups = report.status.holdups.joined(separator: "; ")
        let why = holdups.isEmpty ? "" : " (\(holdups))"
        return "waiting: its folder has more files than the service reads at once; it is read later\(why)"
    }

    /// Where a file was filed under its name in the inbox; nil if it was not.
    private func filed(_ path: RelativePath, _ inbox: InboxReport) -> String? {
        let destinations = inbox.destinations.sorted(by: { $0.key < $1.key })
        for (role, folder) in destinations where Entry(at: path, below: folder).isThere {
            return inDestination(folder, path, role)
        }
        // A sidecar alone also proves that the file was here.
        let sidecar = path.folder.appending(path.name + TargetName.sidecarSuffix)
        for (role, folder) in destinations where Entry(at: sidecar, below: folder).isThere {
            return inDestination(folder, path, role)
        }
        return nil
    }

    private static func hidden(_ folder: RelativePath, _ reason: String) -> String {
        let name = folder.isRoot ? "its folder" : "the folder \(DisplayName(folder.bytes).escaped)"
        return "unknown: you may not read \(name) (\(reason)): run sudo \(Product.name) status"
    }

    private func ignoring(_ path: RelativePath, _ inbox: InboxReport) -> String? {
        let added = inbox.ignored.compactMap { pattern in
            do throws(NamePattern.Fault) { return try NamePattern(pattern) } catch { return nil }
        }
        let rules = IgnoreRules(added: added)
        var folder = RelativePath.root
        for name in path.folderBytes.split(separator: UInt8(ascii: "/")) {
            folder = folder.appending(Array(name))
            if let pattern = rules.ignores(folder: folder) { return pattern.description }
        }
        return rules.ignores(file: path)?.description
    }

    // MARK: In a destination

    private func inDestination(_ folder: String, _ path: RelativePath, _ role: String) -> String {
        if path.isInside(RelativePath(Destination.workFolder)) {
            return filing(WorkName(fileName: path.name))
                ?? "the service's own: it holds unfinished filings; do not change it"
        }
        let sidecar = path.folder.appending(path.name + TargetName.sidecarSuffix)
        switch (Entry(at: path, below: folder), Entry(at: sidecar, below: folder)) {
        case (.hidden(let folder, let reason), _): return Self.hidden(folder, reason)
        case (.there(.folder, _), _): return "unknown: it is a folder in \(role): ask for a file in it"
        case (.missing, .missing):
            return
                "unknown: there is no such file in \(role): it was never filed under this name, or was taken away"
        case (.missing, _):
            return evidence(folder, path).map {
                "taken away: it was filed to \(role): \($0); its sidecar is still there"
            }
                ?? "unknown: it is not in \(role), and its sidecar cannot be read"
        case (.there, .missing):
            if let media = path.name.mediaOfSidecar {
                let place = path.folder.appending(media)
                if evidence(folder, place) != nil {
                    let name = DisplayName(media).escaped
                    return Entry(at: place, below: folder).isThere
                        ? "the sidecar of \(name)" : "the sidecar of \(name), which was taken away"
                }
            }
            fallthrough
        case (.there, _):
            do throws(SidecarFault) {
                return "filed to \(role): \(try read(folder, path))"
            } catch {
                return "unknown: it is in \(role), but its sidecar cannot be read (\(error))"
            }
        }
    }

    /// The answer for one of a filing's own files, in the working folder or the inbox; nil if there is no
    /// unfinished filing of that name.
    private func filing(_ work: WorkName?) -> String? {
        guard let work else { return nil }
        for inbox in report.inboxes {
            guard let place = inbox.files.first(where: { $0.filing == work.text }) else { continue }
            let file = DisplayName(Array(inbox.inbox.utf8) + [UInt8(ascii: "/")] + place.path.bytes).escaped
            return "the service's own: it belongs to the filing of \(file), which is \(place.sentence)"
        }
        return nil
    }

    /// The evidence in the sidecar of a file; nil if there is no readable sidecar.
    private func evidence(_ folder: String, _ path: RelativePath) -> String? {
        do throws(SidecarFault) { return try read(folder, path) } catch { return nil }
    }

    private func read(_ folder: String, _ path: RelativePath) throws(SidecarFault) -> String {
        let place: DirectoryHandle
        do throws(SystemCallError) {
            place = try DirectoryHandle.open(path: folder).openFolder(path.folderBytes)
        } catch {
            throw error.isDenied ? .denied : .unreadable("\(error)")
        }
        let sidecar = try place.sidecar(path.name + TargetName.sidecarSuffix)
        let simulated = sidecar.isSimulated ? ", from a simulated API: it means nothing" : ""
        switch sidecar.outcome {
        case .judged(let judgement):
            return "\(sidecar.outcome.verdict) \(judgement.confidence), \(sidecar.times.filed)\(simulated)"
        case .failed(let failure):
            return "\(failure.code.rawValue), \(failure.message), \(sidecar.times.filed)\(simulated)"
        }
    }
}

/// What is at a path below a folder, as far as this user may see.
private enum Entry {
    /// With the time of its last change, including a rename.
    case there(FileKind, changed: Timestamp)
    case missing
    /// A folder in the path cannot be searched: its path, and the cause.
    case hidden(RelativePath, String)

    init(at path: RelativePath, below root: String) {
        do throws(SystemCallError) {
            let folder = try DirectoryHandle.open(path: root).openFolder(path.folderBytes)
            self =
                try folder.statusIfThere(path.name)
                .map { .there($0.kind, changed: Timestamp($0.changed)) } ?? .missing
        } catch let error where [.noSuchFileOrDirectory, .notDirectory].contains(error.errno) {
            self = .missing
        } catch {
            self = .hidden(Self.firstHidden(on: path.folder, below: root), error.errno.description)
        }
    }

    var isThere: Bool { if case .there = self { true } else { false } }

    /// The first folder in the path that cannot be searched; the root if that is the folder itself.
    private static func firstHidden(on way: RelativePath, below root: String) -> RelativePath {
        var folder = RelativePath.root
        for name in way.bytes.split(separator: UInt8(ascii: "/")) {
            let next = folder.appending(Array(name))
            do throws(SystemCallError) {
                let opened = try DirectoryHandle.open(path: root).openFolder(next.bytes)
                _ = try opened.statusIfThere(Array("x".utf8))
            } catch {
                return next
            }
            folder = next
        }
        return folder
    }
}

extension String {
    /// The rest of a path below a folder; nil if it is not below it.
    func below(_ folder: String) -> RelativePath? {
        let prefix = Array(folder.utf8) + [UInt8(ascii: "/")]
        let bytes = Array(utf8)
        guard bytes.count > prefix.count, bytes.starts(with: prefix) else { return nil }
        return RelativePath(Array(bytes[prefix.count...]))
    }
}
