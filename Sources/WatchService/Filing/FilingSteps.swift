import LinuxSystem
import SystemPackage
import WatchCore

/// The side effects of the plan's steps. Each blocks, and each can be repeated.
extension Filing {
    /// Performs a step. What it needs flushed has been flushed before.
    /// - Returns: the filing after it.
    func perform(_ step: FilingPlan.Step) throws(FilingFault) -> Filing {
        var filing = self
        switch step {
        case .decide: filing.decisionFile = try decide()
        case .claim: try claim()
        case .copy:
            filing.isCopy = true
            try copy()
        case .publishSidecar: filing.target = try publishSidecar()
        case .publishMedia:
            filing.target = try publishMedia()
            filing.isPublished = true
        case .retireSource: try retireSource()
        case .release: try release()
        case .flushDecision:
            filing.isDecided = true
            filing.decisionFile = nil
        case .flushSidecar, .flushMedia: break
        }
        return filing
    }

    /// What must be flushed before a step, if anything; the new place of a file before its old one.
    func flushRequest(for step: FilingPlan.Step) -> FlushRequest? {
        switch step {
        case .flushDecision:
            // A power cut would lose media that was never flushed, although the sidecar records it.
            FlushRequest(
                files: [decisionFile, source?.file].compactMap(\.self), folders: [destination.work],
                since: began)
        case .flushSidecar: FlushRequest(folders: [target?.folder].compactMap(\.self), since: began)
        case .flushMedia:
            FlushRequest(
                folders: [target?.folder, isCopy ? nil : sourceFolder].compactMap(\.self), since: began)
        default: nil
        }
    }

    // MARK: Deciding

    private func decide() throws(FilingFault) -> FileHandle {
        do throws(SystemCallError) {
            return try write(sidecarBytes, as: work.file(.decision))
        } catch {
            throw FilingFault(destination: error)
        }
    }

    /// Writes a file of the working folder, and replaces an earlier one.
    private func write(_ bytes: [UInt8], as name: [UInt8]) throws(SystemCallError) -> FileHandle {
        let folder = destination.work
        do throws(SystemCallError) {
            let file = try folder.createReplacing(name)
            try file.write(bytes)
            return file
        } catch {
            // The file is incomplete. If it cannot be removed now, a restart finds and removes it.
            do throws(SystemCallError) { try folder.removeIfThere(name) } catch _ {}
            throw error
        }
    }

    // MARK: Claiming

    private func claim() throws(FilingFault) {
        guard let source else { return }
        let proved = try source.proveUnchanged(sha256: sidecar.media.sha256, stop)
        do throws(SystemCallError) {
            try inbox.openFolder(path.folderBytes).move(
                path.name, to: destination.work, as: work.file(.media))
        } catch {
            throw FilingFault(claiming: error)
        }
        // Between the proof and the rename, the name may have passed to another file, or a writer may have
        // opened it.
        do throws(SystemCallError) {
            let claimed = FileIdentity(try destination.work.status(of: work.file(.media)))
            if proved.isSameButForChangeTime(as: claimed) {
                if try source.file.isOpenForWriting() == true { throw .textFileBusy }
                return
            }
        } catch {
            throw FilingFault(reading: error)
        }
        try proveClaimed()
    }

    /// Proves by its bytes that the claimed file is the judged one, because its inode number or its times
    /// differ.
    private func proveClaimed() throws(FilingFault) {
        let isSame: Bool
        do throws(SystemCallError) {
            let file = try destination.work.openFile(work.file(.media))
            if try file.isOpenForWriting() == true { throw .textFileBusy }
            isSame = try sidecar.media.describes(file, stop)
        } catch {
            throw FilingFault(reading: error)
        }
        if !isSame { throw .changed }
    }

    /// Copies the media from another file system, or across a mount.
    private func copy() throws(FilingFault) {
        guard let source else { return }
        let before = try source.proveUnchanged(sha256: nil, stop)
        let partial = work.file(.partial)
        let isWhole: Bool
        do throws(SystemCallError) {
            try destination.work.removeIfThere(partial)
            let copy = try destination.work.createFile(partial, mode: 0o600)
            isWhole = try copy.takeContent(of: source.file, as: sidecar.media, stop)
            try copy.takeAttributes(of: source.file)
            try copy.flush()
        } catch {
            throw FilingFault(placing: error)
        }
        if !isWhole { throw .changed }
        // The copy has the judged bytes, even if the source changes. Without a digest, only the stamps
        // decide.
        if sidecar.media.sha256 == nil {
            let after = try source.proveUnchanged(sha256: nil, stop)
            guard before.hasSameStamps(as: after) else { throw .touched }
        }
        do throws(SystemCallError) {
            try destination.work.move(partial, to: destination.work, as: work.file(.media))
        } catch {
            throw FilingFault(placing: error)
        }
    }

    // MARK: Publishing

    /// Links the sidecar to the first free pair of names, unless it is already published.
    private func publishSidecar() throws(FilingFault) -> Target {
        do throws(SystemCallError) {
            let folder = try destination.destination.folder(path.folder, below: destination.root)
            if let target, try target.holds(sidecarBytes) { return target }
            return try TargetName.first(of: path.name, sha256: sidecar.media.sha256) {
                (pair) throws(SystemCallError) in
                guard try publish(in: folder, media: pair.media, sidecar: pair.sidecar) else { return nil }
                return Target(folder: folder, media: pair.media, sidecar: pair.sidecar)
            }
        } catch {
            throw FilingFault(placing: error)
        }
    }

    /// Links the sidecar into place if both names are free.
    private func publish(
        in folder: DirectoryHandle, media: [UInt8], sidecar name: [UInt8]
    ) throws(SystemCallError) -> Bool {
        if try folder.hasEntry(media) { return false }
        do throws(SystemCallError) {
            try destination.work.link(work.file(.decision), to: folder, as: name)
            return true
        } catch let error where error.errno == .fileExists {
            return try folder.file(name, holds: sidecarBytes)
        } catch let error where Self.withoutLinks.contains(error.errno) {
            return try publishCopy(in: folder, as: name)
        }
    }

    /// The errors of `link` if the file system has no links, or the sidecar has the most links allowed.
    /// Rclone returns EIO.
    private static let withoutLinks: [Errno] = [
        .notPermitted, .notSupported, .noFunction, .tooManyLinks, .ioError,
    ]

    private func publishCopy(in folder: DirectoryHandle, as name: [UInt8]) throws(SystemCallError) -> Bool {
        try write(sidecarBytes, as: work.file(.sidecarCopy)).flushData()
        do throws(SystemCallError) {
            try destination.work.move(work.file(.sidecarCopy), to: folder, as: name)
            return true
        } catch let error where error.errno == .fileExists {
            return try folder.file(name, holds: sidecarBytes)
        }
    }

    /// Moves the media beside its sidecar. If its name was taken in the meantime, both get the next free
    /// pair.
    private func publishMedia() throws(FilingFault) -> Target? {
        guard var current = target else { return nil }
        let proof = try ClaimedProof(self)
        while true {
            do throws(SystemCallError) {
                try destination.work.move(work.file(.media), to: current.folder, as: current.media)
                break
            } catch let error where error.errno == .fileExists {
                if try isMoved(to: current) { break }
                try withdrawSidecar(of: current)
                var next = self
                next.target = nil
                current = try next.publishSidecar()
                do throws(SystemCallError) {
                    try current.folder.flush()
                } catch {
                    throw FilingFault(placing: error)
                }
            } catch {
                throw FilingFault(placing: error)
            }
        }
        do throws(FilingFault) {
            try proof.confirm(self, at: current)
        } catch {
            try takeBack(from: current)
            throw error
        }
        return current
    }

    /// Whether an earlier run was interrupted in the middle of this move, if a move takes two calls. Then the
    /// file has both names, or an empty file has the new one.
    private func isMoved(to target: Target) throws(FilingFault) -> Bool {
        do throws(SystemCallError) {
            guard try target.holds(sidecarBytes), let there = try target.folder.statusIfThere(target.media),
                there.kind == .regular
            else { return false }
            if there.isPlaceholder, sidecar.media.size > 0 {
                try target.folder.remove(target.media)
                try destination.work.move(work.file(.media), to: target.folder, as: target.media)
                return true
            }
            let claimed = FileIdentity(try destination.work.status(of: work.file(.media)))
            guard there.size == claimed.size else { return false }
            if !claimed.isSameFile(as: FileIdentity(there)) {
                guard sidecar.media.sha256 != nil,
                    try sidecar.media.describes(target.folder.openFile(target.media), stop)
                else { return false }
            }
            try destination.work.remove(work.file(.media))
            return true
        } catch let error where error.errno == .fileExists {
            return false
        } catch {
            throw FilingFault(placing: error)
        }
    }

    /// Takes published media back, with its sidecar, because its bytes are not the judged ones.
    private func takeBack(from target: Target) throws(FilingFault) {
        do throws(SystemCallError) {
            try target.folder.move(target.media, to: destination.work, as: work.file(.media))
        } catch {
            throw FilingFault(placing: error)
        }
        try withdrawSidecar(of: target)
    }

    /// Removes a published sidecar, unless its name now belongs to another file.
    private func withdrawSidecar(of target: Target) throws(FilingFault) {
        do throws(SystemCallError) {
            if try target.holds(sidecarBytes) { try target.folder.removeIfThere(target.sidecar) }
        } catch {
            throw FilingFault(destination: error)
        }
    }

    // MARK: Ending

    /// Removes the source of a copy, if it is still the same file. It is renamed first, so that no other file
    /// can take its place between the proof and the removal.
    private func retireSource() throws(FilingFault) {
        guard let source else { return }
        let proved: FileIdentity
        do throws(FilingFault) {
            proved = try source.proveUnchanged(sha256: sidecar.media.sha256, stop)
        } catch {
            if error == .changed { try giveBackRetired() }
            throw error
        }
        do throws(SystemCallError) {
            let folder = try inbox.openFolder(path.folderBytes)
            // It already has this name if an earlier run was interrupted here.
            if try !folder.hasEntry(work.retired) { try folder.move(path.name, to: folder, as: work.retired) }
            if try isSource(folder, proved, source) {
                try folder.remove(work.retired)
                try folder.flush()
                return
            }
            try folder.giveBack(work.retired, to: folder, as: path.name)
        } catch let error where error.errno == .noSuchFileOrDirectory {
            // Its owner has removed it.
            return
        } catch {
            throw error.errno == .textFileBusy ? .touched : .unmovable(error.errno.description)
        }
        throw .changed
    }

    /// Whether the renamed file is the proved one, and no process writes to it.
    private func isSource(
        _ folder: DirectoryHandle, _ proved: FileIdentity, _ source: Source
    ) throws(SystemCallError) -> Bool {
        let retired = FileIdentity(try folder.status(of: work.retired))
        if proved.isSameButForChangeTime(as: retired) { return try source.file.isOpenForWriting() != true }
        // Its inode number or its times differ, so its bytes decide.
        let file = try folder.openFile(work.retired)
        if try file.isOpenForWriting() == true { return false }
        guard sidecar.media.sha256 != nil else { return proved.hasSameStamps(as: retired) }
        return try sidecar.media.describes(file, stop)
    }

    /// Gives a source its name back that an earlier run renamed, and that has been written to since.
    private func giveBackRetired() throws(FilingFault) {
        do throws(SystemCallError) {
            let folder = try inbox.openFolder(path.folderBytes)
            if try folder.hasEntry(work.retired) {
                try folder.giveBack(work.retired, to: folder, as: path.name)
            }
        } catch {
            throw .unmovable(error.errno.description)
        }
    }

    private func release() throws(FilingFault) {
        do throws(SystemCallError) {
            try destination.work.removeIfThere(work.file(.decision))
        } catch {
            throw FilingFault(destination: error)
        }
    }

    /// Removes the filing's files in the working folder, except media: their content is stored elsewhere.
    func clear() throws(SystemCallError) { try destination.work.clear(work) }

    /// Undoes the steps before publishing: the media returns to the inbox.
    /// - Parameter keepsDecision: whether the verdict must survive a crash, because the filing will be
    ///   retried.
    func retract(keepsDecision: Bool) throws(FilingFault) {
        if let target { try withdrawSidecar(of: target) }
        do throws(SystemCallError) {
            let work = destination.work
            for ending in [WorkName.Ending.partial, .sidecarCopy] {
                try work.removeIfThere(self.work.file(ending))
            }
            if try work.hasEntry(self.work.file(.media)) {
                if isCopy || isTwin {
                    try work.remove(self.work.file(.media))
                } else {
                    let folder = try inbox.makeFolders(path.folderBytes, mode: 0o777)
                    try work.giveBack(self.work.file(.media), to: folder, as: path.name)
                    if !keepsDecision { try folder.flush() }
                }
                // After a power cut, media without its decision could not be assigned to any file.
                if !keepsDecision { try work.flush() }
            }
            if !keepsDecision { try work.removeIfThere(self.work.file(.decision)) }
        } catch let error where error.errno == .improperLink {
            throw .crossesMounts
        } catch {
            throw FilingFault(destination: error)
        }
    }

    /// The folder that the media comes from; nil if it is gone.
    private var sourceFolder: DirectoryHandle? {
        do throws(SystemCallError) { return try inbox.openFolder(path.folderBytes) } catch { return nil }
    }
}

extension DirectoryHandle {
    /// Removes the files of a filing whose content is stored elsewhere; never media.
    func clear(_ work: WorkName) throws(SystemCallError) {
        for ending in [WorkName.Ending.partial, .sidecarCopy, .decision] {
            try removeIfThere(work.file(ending))
        }
    }

    /// Makes a file, and replaces an existing one.
    fileprivate func createReplacing(_ name: [UInt8]) throws(SystemCallError) -> FileHandle {
        do throws(SystemCallError) {
            return try createFile(name, mode: 0o644)
        } catch let error where error.errno == .fileExists {
            try remove(name)
            return try createFile(name, mode: 0o644)
        }
    }
}

extension FilingFault {
    init(claiming error: SystemCallError) {
        switch error.errno {
        case .noSuchFileOrDirectory, .notDirectory, .tooManySymbolicLinkLevels: self = .gone
        case .improperLink: self = .crossesMounts
        case .textFileBusy: self = .touched
        case .permissionDenied, .notPermitted, .resourceBusy, .readOnlyFileSystem:
            self = .unmovable(error.errno.description)
        default: self = FilingFault(destination: error)
        }
    }
}
