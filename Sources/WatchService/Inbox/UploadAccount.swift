import WatchCore

/// What is being paid for, or was paid for, of an inbox's files: uploads under way, and verdicts whose files have left
/// their paths.
struct UploadAccount {
    /// A file that is being sent, and under which submission.
    private struct Upload {
        let submission: Submission
        let body: InboxFileBody
        /// As the queue knows it.
        let origin: Uprooted.Upload
    }

    /// Whom an answer concerns.
    enum Recipient {
        /// - Parameter isUnknown: whether the queue knows the file by a path that is no more.
        case file(RelativePath, Submission, Answer, isUnknown: Bool)
        case nobody
    }

    private var uploads: [RelativePath: Upload] = [:]
    private var uprooted = Uprooted()
    /// The bodies of the uploads among those.
    private var uprootedBodies: [Uprooted.Upload: InboxFileBody] = [:]
    /// Where the files of uploads are that have been found under another path.
    private var adopted: [Uprooted.Upload: RelativePath] = [:]
    /// What the file that is being looked at has been found to be.
    private var offered: Uprooted.ID?
    /// How many files have been handed out to be sent and were not answered yet.
    private(set) var unansweredCount = 0

    /// How many files of the inbox are being sent.
    var count: Int { uploads.count }
    /// When something is to be let go of next; nil where nothing is.
    var next: ContinuousClock.Instant? { uprooted.next }

    mutating func began(_ path: RelativePath, _ submission: Submission, _ body: InboxFileBody) {
        uploads[path] = Upload(
            submission: submission, body: body, origin: Uprooted.Upload(path, submission))
        unansweredCount += 1
    }

    /// A request's answer for a file.
    mutating func answered(
        _ path: RelativePath, _ submission: Submission, _ answer: Answer, at now: ContinuousClock.Instant
    ) -> Recipient {
        unansweredCount -= 1
        let origin = Uprooted.Upload(path, submission)
        if let path = adopted.removeValue(forKey: origin) {
            guard let upload = uploads[path], upload.origin == origin else { return .nobody }
            uploads[path] = nil
            guard case .postponed = answer else {
                return .file(
                    path, upload.submission, Self.corrected(answer, of: upload.body), isUnknown: false)
            }
            return .file(path, upload.submission, .unsent, isUnknown: true)
        }
        if let body = uprootedBodies.removeValue(forKey: origin) {
            var decision: Decision?
            if case .decided(let decided) = Self.corrected(answer, of: body) { decision = decided }
            uprooted.ended(origin, with: decision, at: now)
            return .nobody
        }
        // Another one may be under way by now, under the same name.
        guard let upload = uploads[path], upload.origin == origin else {
            return .file(path, submission, answer, isUnknown: false)
        }
        uploads[path] = nil
        return .file(path, submission, Self.corrected(answer, of: upload.body), isUnknown: false)
    }

    /// A file that could not be read to its end, for it is shorter or longer by now, has changed.
    private static func corrected(_ answer: Answer, of body: InboxFileBody) -> Answer {
        if case .unreadable = answer, body.hasOtherSize { .changed } else { answer }
    }

    mutating func forget(_ path: RelativePath) { uploads[path] = nil }

    mutating func cancel(_ path: RelativePath) {
        guard let upload = uploads.removeValue(forKey: path) else { return }
        adopted[upload.origin] = nil
        upload.body.cancel()
    }

    /// Lets an upload go on whose file has left its path.
    mutating func uproot(_ path: RelativePath, _ prospect: Prospect, at now: ContinuousClock.Instant) {
        guard let upload = uploads.removeValue(forKey: path) else { return }
        adopted[upload.origin] = nil
        uprootedBodies[upload.origin] = upload.body
        uprooted.remember(upload.origin, of: prospect, at: now)
    }

    /// Keeps a verdict whose file is not where it was.
    mutating func keep(_ decision: Decision, at now: ContinuousClock.Instant) {
        uprooted.remember(decision, at: now)
    }

    /// A look, with what was paid for the file under another path.
    mutating func offer(_ look: Look) -> Look {
        offered = nil
        guard case .file(var sighting) = look, let (id, entry) = uprooted.find(sighting.identity) else {
            return look
        }
        offered = id
        sighting.paid = entry.paid
        return .file(sighting)
    }

    /// The file that was looked at takes over what was paid for it under another path.
    mutating func adopt(_ path: RelativePath, _ submission: Submission) {
        guard let id = offered, let entry = uprooted.take(id), let origin = entry.upload,
            let body = uprootedBodies.removeValue(forKey: origin)
        else { return }
        adopted[origin] = path
        uploads[path] = Upload(submission: submission, body: body, origin: origin)
    }

    /// Lets go of what nobody has asked for in time.
    mutating func expire(at now: ContinuousClock.Instant) {
        for upload in uprooted.expire(at: now) { uprootedBodies.removeValue(forKey: upload)?.cancel() }
    }
}
