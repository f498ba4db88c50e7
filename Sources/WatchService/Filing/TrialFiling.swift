import LinuxSystem
import SystemPackage
import WatchCore

/// Files a test file from an inbox to a destination, and removes it. It uses the steps of a real filing, so
/// that a call that a file system lacks is found before any file is sent.
struct TrialFiling {
    /// How files reach the destination.
    enum Way: String, Sendable {
        case renaming, copying
    }

    /// Why they do not, with the step and the call.
    struct Failure: Error, Sendable, CustomStringConvertible {
        let description: String

        /// The error whose symbol is in the description.
        var errno: Errno {
            let known: [(String, Errno)] = [
                ("(EROFS)", .readOnlyFileSystem), ("(ENOSPC)", .noSpace), ("(EDQUOT)", .diskQuotaExceeded),
                ("(ENOENT)", .noSuchFileOrDirectory), ("(EACCES)", .permissionDenied),
                ("(EPERM)", .notPermitted),
            ]
            return known.first { description.contains($0.0) }?.1 ?? .notSupported
        }
    }

    private let inbox: DirectoryHandle
    private let destination: OpenDestination
    private var path: RelativePath
    private var work: WorkName
    private let execution: any FilingExecution

    /// - Parameters:
    ///   - name: of the test file; hidden, so that every inbox ignores it. Files of an interrupted trial with
    ///     that name are removed.
    init(
        _ name: [UInt8], from inbox: DirectoryHandle, to destination: OpenDestination,
        by execution: any FilingExecution
    ) {
        self.inbox = inbox
        self.destination = destination
        self.execution = execution
        path = RelativePath(name)
        work = Self.work(path)
    }

    /// The work name belongs to no inbox, so that no service continues with it.
    private static func work(_ path: RelativePath) -> WorkName {
        let nobody = Timestamp(seconds: 0)
        let identity = FileIdentity(device: 0, inode: 0, size: 0, modified: nobody, changed: nobody)
        return WorkName(identity, path: path, inbox: "")
    }

    /// The name for a trial by the service. Each inbox tests each of its destinations by itself, several at
    /// once.
    /// - Parameter inbox: its absolute path.
    static func name(from inbox: String, to role: DestinationRole) -> [UInt8] {
        Array(".bitmind-watch-trial-\(role.rawValue)-\(WorkName.tag(ofInbox: inbox))".utf8)
    }

    /// Moves a file there, back, and there again.
    func run() throws(Failure) -> Way {
        do throws(SystemCallError) {
            try clear()
        } catch {
            // Another file has the name, which any user can find out. The trial uses a secret name instead.
            var other = self
            other.path = RelativePath(path.bytes + Array("-\(UInt64.random(in: .min ... .max))".utf8))
            other.work = Self.work(other.path)
            return try other.tried()
        }
        return try tried()
    }

    private func tried() throws(Failure) -> Way {
        let way: Way
        do throws(Failure) {
            way = try moveThereAndBack()
        } catch {
            // The caller throws the first error, which matters.
            do throws(SystemCallError) { try clear() } catch _ {}
            throw error
        }
        do throws(SystemCallError) { try clear() } catch { throw Failure(description: "\(error)") }
        return way
    }

    private func moveThereAndBack() throws(Failure) -> Way {
        var filing = try make()
        for step in [FilingPlan.Step.decide, .flushDecision] { filing = try perform(step, of: filing) }
        let claim = execution.perform(.claim, of: [filing])[0]
        if case .failure(.crossesMounts) = claim {
            for step in FilingPlan.copy.from(.copy).steps { filing = try perform(step, of: filing) }
            try expectFiled(filing)
            return .copying
        }
        filing = try result(claim, of: .claim)
        do throws(FilingFault) {
            try filing.retract(keepsDecision: false)
        } catch {
            throw Failure(description: "a file cannot be moved back to the inbox: \(error)")
        }
        filing = try made()
        for step in FilingPlan.rename.steps { filing = try perform(step, of: filing) }
        try expectFiled(filing)
        return .renaming
    }

    private func perform(_ step: FilingPlan.Step, of filing: Filing) throws(Failure) -> Filing {
        try result(execution.perform(step, of: [filing])[0], of: step)
    }

    private func result(
        _ result: Result<Filing, FilingFault>, of step: FilingPlan.Step
    ) throws(Failure) -> Filing {
        switch result {
        case .success(let filing): return filing
        case .failure(let fault): throw Failure(description: "\(step.words): \(fault)")
        }
    }

    private static let content = [UInt8](repeating: UInt8(ascii: "t"), count: 8192)

    /// Makes the file.
    private func make() throws(Failure) -> Filing {
        do throws(SystemCallError) {
            try inbox.createFile(path.name, mode: 0o600).write(Self.content)
        } catch {
            throw Failure(description: "a file cannot be created in the inbox: \(error)")
        }
        return try made()
    }

    /// The filing of the file in its current state.
    private func made() throws(Failure) -> Filing {
        let opened: OpenedFile
        let sha256: String?
        do throws(OpenFailure) {
            opened = try inbox.openRegularFile(path)
            sha256 = try opened.digest(size: Int64(Self.content.count))
        } catch {
            throw Failure(description: "a file in the inbox cannot be read: \(error)")
        }
        guard let sha256 else {
            throw Failure(description: "a file in the inbox does not have the bytes that were written to it")
        }
        let now = Timestamp(SystemTime.now)
        let sidecar = Sidecar(
            outcome: .failed(Sidecar.Failure(code: .empty, message: "a trial")), api: nil,
            by: Sidecar.Producer(host: "", version: ""),
            media: Sidecar.MediaRecord(
                path: path.bytes, inbox: "/", size: opened.status.size, sha256: sha256, type: nil,
                isComplete: true, modified: opened.identity.modified),
            times: Sidecar.Times(found: now, filed: now), isSimulated: false)
        return Filing(
            work: work, path: path, sidecar: sidecar, sidecarBytes: sidecar.serialized, inbox: inbox,
            destination: destination,
            source: Filing.Source(file: opened.file, identity: opened.identity, isIdentityProof: false))
    }

    private func expectFiled(_ filing: Filing) throws(Failure) {
        guard let target = filing.target else { return }
        do throws(SystemCallError) {
            let isThere = try target.holds(filing.sidecarBytes)
            let isWhole = try filing.sidecar.media.describes(
                target.folder.openFile(target.media), filing.stop)
            if isThere, isWhole, try inbox.statusIfThere(path.name) == nil { return }
        } catch {
            throw Failure(description: "a filed file cannot be read: \(error)")
        }
        throw Failure(description: "a filed file has other bytes, or is still in the inbox")
    }

    /// Removes all files of a trial of this name.
    private func clear() throws(SystemCallError) {
        for name in [path.name, work.retired] { try inbox.removeIfThere(name) }
        for ending in WorkName.Ending.allCases { try destination.work.removeIfThere(work.file(ending)) }
        for name in [path.name, path.name + TargetName.sidecarSuffix] {
            try destination.root.removeIfThere(name)
        }
    }
}

extension OpenedFile {
    fileprivate func digest(size: Int64) throws(OpenFailure) -> String? {
        do throws(SystemCallError) { return try file.sha256(size: size) } catch { throw OpenFailure(error) }
    }
}

extension FilingPlan.Step {
    /// What is not possible if this step fails.
    fileprivate var words: String {
        switch self {
        case .decide, .flushDecision: "a decision cannot be written"
        case .claim: "a file cannot be moved there"
        case .copy: "a file cannot be copied there"
        case .publishSidecar, .flushSidecar: "a sidecar cannot be put there"
        case .publishMedia, .flushMedia: "a file cannot get its final name there"
        case .retireSource: "a copied file cannot be removed from the inbox"
        case .release: "a decision cannot be removed"
        }
    }
}
