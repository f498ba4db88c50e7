import LinuxSystem
import SystemPackage
package import WatchCore

/// Where a file is that somebody asks for, and why: what the running service says of it, else what the folders
/// say.
package struct FileWhereabouts: Sendable {
    private let report: StatusReport

    package init(_ report: StatusReport) {
        self.report = report
    }

    /// What there is to say of a file.
    /// - Parameter path: absolute.
    package func sentence(for path: String) -> String {
        for inbox in report.inboxes {
            if let below = path.below(inbox.inbox) { return inInbox(below, inbox) }
        }
        for inbox in report.inboxes {
            for (role, folder) in inbox.destinations.sorted(by: { $0.key < $1.key }) {
                if let below = path.below(folder) { return inDestination(folder, below, role) }
            }
        }
        return "unknown: it is in no folder that the service watches or files to"
    }

    private func inInbox(_ path: RelativePath, _ inbox: InboxReport) -> String {
        if let place = inbox.files.first(where: { $0.path == path }) {
            // The report is of a moment ago: by now the file may have been filed.
            return exists(inbox.inbox, path) ? place.sentence : filed(path, inbox) ?? place.sentence
        }
        if let pattern = ignoring(path, inbox) { return "ignored: its name matches \(pattern)" }
        if let kind = kind(inbox.inbox, path) {
            if kind == .folder { return "unknown: it is a folder: ask for a file in it" }
            if let special = kind.specialName {
                return "ignored: it is \(special), and only regular files are taken"
            }
            if inbox.isLost { return "waiting: its inbox is not served: \(inbox.absence ?? "not there")" }
            if let putOff = inbox.putOff?.first(where: { $0.folder == path.folder }) {
                return putOff.sentence(holdups: report.status.holdups)
            }
            let holdups = report.status.holdups.joined(separator: "; ")
            let why = holdups.isEmpty ? "" : " (\(holdups))"
            return "waiting: its folder has more files than are in hand; its turn comes\(why)"
        }
        return filed(path, inbox)
            ?? "unknown: there is no such file, neither here nor where it would have been filed"
    }

    /// Where a file was filed under the name that it had in the inbox; nil where it was not.
    private func filed(_ path: RelativePath, _ inbox: InboxReport) -> String? {
        for (role, folder) in inbox.destinations.sorted(by: { $0.key < $1.key }) where exists(folder, path) {
            return inDestination(folder, path, role)
        }
        return nil
    }

    private func ignoring(_ path: RelativePath, _ inbox: InboxReport) -> String? {
        let added = inbox.ignored.compactMap { pattern in
            do throws(NamePattern.Fault) { return try NamePattern(pattern) } catch { return nil }
        }
        let rules = IgnoreRules(added: added)
        for folder in path.folder.bytes.split(separator: UInt8(ascii: "/")) {
            if let pattern = rules.ignores(folderName: Array(folder)) { return pattern.description }
        }
        return rules.ignores(fileName: path.name)?.description
    }

    private func inDestination(_ folder: String, _ path: RelativePath, _ role: String) -> String {
        do {
            let place = try DirectoryHandle.open(path: folder).openFolder(path.folder.bytes)
            let sidecar = try place.sidecar(path.name + TargetName.sidecarSuffix)
            let when = "\(sidecar.times.filed)"
            switch sidecar.outcome {
            case .judged(let judgement):
                return "filed to \(role): \(sidecar.outcome.verdict) \(judgement.confidence), \(when)"
            case .failed(let failure):
                return "filed to \(role): \(failure.code.rawValue), \(failure.message), \(when)"
            }
        } catch {
            return "unknown: it is in \(role), but its sidecar cannot be read (\(error))"
        }
    }

    private func exists(_ folder: String, _ path: RelativePath) -> Bool { kind(folder, path) != nil }

    /// What there is at a path below a folder; nil where nothing is, or it cannot be seen.
    private func kind(_ folder: String, _ path: RelativePath) -> FileKind? {
        do throws(SystemCallError) {
            return try DirectoryHandle.open(path: folder).openFolder(path.folder.bytes)
                .statusIfThere(path.name)?.kind
        } catch {
            return nil
        }
    }
}

extension String {
    /// The rest of a path below a folder; nil where it is not below it.
    func below(_ folder: String) -> RelativePath? {
        let prefix = Array(folder.utf8) + [UInt8(ascii: "/")]
        let bytes = Array(utf8)
        guard bytes.count > prefix.count, bytes.starts(with: prefix) else { return nil }
        return RelativePath(Array(bytes[prefix.count...]))
    }
}
