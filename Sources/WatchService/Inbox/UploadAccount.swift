import WatchCore

/// The paid uploads and verdicts of an inbox: uploads in flight, and verdicts whose files have left their
/// paths.
struct UploadAccount {
    /// A file that is being sent, and its submission.
    private struct Upload {
        let submission: Submission
        let body: InboxFileBody
        /// The upload, as the queue identifies it.
        let origin: Uprooted.Upload
    }

    /// The recipient of an answer.
    enum Recipient {
        /// - Parameter isUnknown: whether the queue has the file under a path that no longer exists.
        case file(RelativePath, Submission, Answer, isUnknown: Bool)
        case nobody
    }

    private var uploads: [RelativePath: Upload] = [:]
    private var uprooted = Uprooted()
    /// The bodies of these uploads.
    private var uprootedBodies: [Uprooted.Upload: InboxFileBody] = [:]
    /// The new paths of files whose uploads continue under the old path.
    private var adopted: [Uprooted.Upload: RelativePath] = [:]
    /// The record that was found for the file being looked at.
    private var offered: Uprooted.ID?
    /// The number of files that were handed out to be sent, and have no answer yet.
    private(set) var unansweredCount = 0

    /// The number of files of the inbox that are being sent.
    var count: Int { uploads.count }
    /// When the next record expires; nil if there is none.
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
        // Another upload of the same name may be in flight now.
        guard let upload = uploads[path], upload.origin == origin else {
            return .file(path, submission, answer, isUnknown: false)
        }
        uploads[path] = nil
        return .file(path, submission, Self.corrected(answer, of: upload.body), isUnknown: false)
    }

    /// Corrects the answer for a file that could not be read to its end because its size changed: the file
    /// has changed.
    private static func corrected(_ answer: Answer, of body: InboxFileBody) -> Answer {
        if case .unreadable = answer, body.hasOtherSize { .changed } else { answer }
    }

    mutating func forget(_ path: RelativePath) { uploads[path] = nil }

    mutating func cancel(_ path: RelativePath) {
        guard let upload = uploads.removeValue(forKey: path) else { return }
        adopted[upload.origin] = nil
        upload.body.cancel()
    }

    /// Lets an upload continue whose file has left its path.
    mutating func uproot(_ path: RelativePath, _ prospect: Prospect, at now: ContinuousClock.Instant) {
        guard let upload = uploads.removeValue(forKey: path) else { return }
        adopted[upload.origin] = nil
        uprootedBodies[upload.origin] = upload.body
        uprooted.remember(upload.origin, of: prospect, at: now)
    }

    /// Keeps a verdict whose file has left its path.
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

    /// Transfers to a file what was paid for it under another path.
    mutating func adopt(_ path: RelativePath, _ submission: Submission) {
        guard let id = offered, let entry = uprooted.take(id), let origin = entry.upload,
            let body = uprootedBodies.removeValue(forKey: origin)
        else { return }
        adopted[origin] = path
        uploads[path] = Upload(submission: submission, body: body, origin: origin)
    }

    /// Drops the records that have expired.
    mutating func expire(at now: ContinuousClock.Instant) {
        for upload in uprooted.expire(at: now) { uprootedBodies.removeValue(forKey: upload)?.cancel() }
    }
}
