package import BitMind
import LinuxSystem
internal import SystemPackage
package import WatchCore

/// Requests the verdicts of single files, which stay where they are.
package struct ClassifyFiles: Sendable {
    private let api: ClientSlot.Content
    private let concurrency: Int
    /// The first wait before a file is retried. Each later wait is twice as long.
    private let firstWait: Duration
    private let threads: BlockingThreads
    private let time: any TimeSource

    /// - Parameter configuration: for the API and the number of uploads at once; its watches are not used.
    /// - Throws: a value that libcurl does not accept, or the error of starting threads.
    package init(
        _ configuration: Configuration, _ credentials: any CredentialSource, time: any TimeSource
    ) throws {
        api = try ClientSlot(configuration, credentials).current
        concurrency = configuration.upload.concurrency
        firstWait = configuration.upload.retryInitial
        threads = try BlockingThreads("classify", count: min(concurrency, 4))
        self.time = time
    }

    /// Why a file got no verdict, in a sentence without the file's name.
    package struct Failure: Error, Sendable, CustomStringConvertible {
        package let description: String
    }

    /// Requests every file's verdict.
    ///
    /// - Parameters:
    ///   - paths: absolute, or relative to the working folder.
    ///   - progress: counts every byte that is sent.
    ///   - pause: called when the API requests a pause, with the wait of all files.
    ///   - tell: called for each file, in the order of `paths`, as soon as all before it are done: with the
    ///     sidecar that the file would get if its folder were an inbox, or the failure. Returns whether to
    ///     continue; if not, no more verdicts are requested.
    package func verdicts(
        of paths: [String], progress: ClassifyProgress, pause: @escaping @Sendable (Duration) -> Void,
        tell: (String, Result<Sidecar, Failure>) -> Bool
    ) async {
        let pause = SharedPause(time, tell: pause)
        await withTaskGroup(of: (Int, Result<Sidecar, Failure>).self) { group in
            var rest = Array(paths.enumerated())[...]
            func startNext() {
                guard let (index, path) = rest.popFirst() else { return }
                group.addTask { (index, await verdict(of: path, progress, pause)) }
            }
            for _ in 0..<concurrency { startNext() }
            var done: [Int: Result<Sidecar, Failure>] = [:]
            var told = 0
            for await (index, result) in group {
                done[index] = result
                progress.finishFile()
                while let result = done.removeValue(forKey: told) {
                    guard tell(paths[told], result) else { return group.cancelAll() }
                    told += 1
                }
                startNext()
            }
        }
        await api.client.shutdown()
    }

    private func verdict(
        of path: String, _ progress: ClassifyProgress, _ pause: SharedPause
    ) async -> Result<Sidecar, Failure> {
        do throws(Failure) {
            let found = time.date
            let subject = try await threads.run { () throws(Failure) in try ClassifySubject(path) }
            let upload = Upload(
                type: subject.type, fileName: DisplayName(subject.opened.name).lossy,
                body: CountedBody(InboxFileBody(subject.opened, isAlone: true), progress))
            let submitted = time.date
            let (answer, paidBefore) = try await answer(to: upload, pause)
            try await threads.run { () throws(Failure) in try subject.expectUnchanged() }
            let times = (found: found, submitted: submitted, classified: time.date)
            return .success(sidecar(of: subject, answer, attempts: answer.attempts + paidBefore, times))
        } catch {
            return .failure(error)
        }
    }

    /// How often a file is tried if the service or the network fails.
    private static let tries = 3

    /// Sends a file. The request is repeated if the API requests a pause, and made three times in all if the
    /// service or the network fails.
    ///
    /// - Returns: the answer, and the number of earlier requests that may be paid for as well.
    private func answer(
        to upload: Upload, _ pause: SharedPause
    ) async throws(Failure) -> (Classification, paidBefore: Int) {
        var (failures, paid) = (0, 0)
        while true {
            await pause.wait()
            do throws(APIError) {
                return (try await api.client.classify(upload), paid)
            } catch {
                paid += error.mayHaveBeenProcessed ? 1 : 0
                if error.kind == .rateLimited || error.retryAfter != nil {
                    guard pause.begin(error.retryAfter) else {
                        throw Failure(description: "\(error): try again later")
                    }
                    continue
                }
                failures += 1
                guard error.blame == .service, failures < Self.tries, !Task.isCancelled else {
                    throw Failure(description: "\(error)")
                }
                let wait = firstWait * (1 << (failures - 1)) * Double.random(in: 0.5...1)
                await time.sleep(until: time.now + wait)
            }
        }
    }

    private func sidecar(
        of subject: ClassifySubject, _ answer: Classification, attempts: Int,
        _ times: (found: Timestamp, submitted: Timestamp, classified: Timestamp)
    ) -> Sidecar {
        let verdict = answer.verdict
        return Sidecar(
            outcome: .judged(
                Sidecar.Judgement(
                    isAI: verdict.isAI, confidence: verdict.confidenceText,
                    processingTime: verdict.processingTime)),
            api: Sidecar.APIRecord(
                attempts: attempts, baseURL: api.baseURL, endpoint: answer.endpoint,
                requestID: answer.requestID, response: verdict.response),
            by: Sidecar.Producer(host: Host.name, version: Product.version),
            media: Sidecar.MediaRecord(
                path: subject.opened.name, inbox: subject.folder, size: subject.opened.status.size,
                sha256: answer.sha256.hex, type: subject.type, isComplete: subject.isComplete,
                modified: Timestamp(subject.opened.status.modified)),
            times: Sidecar.Times(
                found: times.found, submitted: times.submitted, classified: times.classified,
                filed: times.classified),
            isSimulated: answer.isSimulated)
    }
}

/// A file whose verdict is requested.
private struct ClassifySubject: Sendable {
    let opened: OpenedFile
    /// An absolute path without symbolic links.
    let folder: String
    let type: MediaType
    let isComplete: Bool

    /// - Throws: why the file cannot be sent, in words.
    init(_ path: String) throws(ClassifyFiles.Failure) {
        let identification: Identification
        do throws(SystemCallError) {
            let (parent, name) = try Host.realPath(of: path).splitLastComponent
            folder = parent
            opened = try Self.open(name, in: DirectoryHandle.open(path: folder))
            let size = opened.status.kind == .regular ? opened.status.size : 0
            identification = try MediaIdentifier.identify(size: size) {
                [file = opened.file] (offset, count) throws(SystemCallError) in
                try file.bytes(at: offset, count: count)
            }
        } catch {
            let advice =
                error.errno == .tooManyOpenFiles
                ? "raise the limit of open files (ulimit -n)" : "check the name and the permissions"
            throw ClassifyFiles.Failure(description: "it cannot be read (\(error.errno)): \(advice)")
        }
        if let special = opened.status.kind.specialName {
            throw ClassifyFiles.Failure(description: "it is \(special): give a regular file")
        }
        switch identification {
        case .media(let type, let complete): (self.type, isComplete) = (type, complete)
        case .empty: throw ClassifyFiles.Failure(description: "it is empty: wait until it is complete")
        case .unsupported(let name):
            throw ClassifyFiles.Failure(
                description: "it is \(name): give a \(MediaType.names("or")) file")
        }
    }

    /// Opens an entry without waiting. FIFOs and devices are opened too, but nothing is read from them.
    private static func open(
        _ name: [UInt8], in folder: DirectoryHandle
    ) throws(SystemCallError) -> OpenedFile {
        let file = try folder.openFile(name)
        return OpenedFile(folder: folder, name: name, file: file, status: try file.status())
    }

    /// - Throws: if the file has changed since it was opened, so that the verdict may be of a mixture.
    func expectUnchanged() throws(ClassifyFiles.Failure) {
        do throws(SystemCallError) {
            guard FileIdentity(try opened.file.status()) != opened.identity else { return }
        } catch {
            throw ClassifyFiles.Failure(description: "it cannot be checked again (\(error.errno))")
        }
        throw ClassifyFiles.Failure(
            description: "it changed during the upload: try again when it is complete")
    }
}
