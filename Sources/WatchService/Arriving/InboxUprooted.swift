import WatchCore

// What was paid for files, wherever they are by now.
extension Inbox {
    /// A request's answer for a file.
    func answered(_ key: FileKey, _ submission: Submission, _ answer: Answer) {
        let upload = Uprooted.Upload(key.path, submission)
        if let path = adopted.removeValue(forKey: upload) {
            guard let underWay = uploads[path], underWay.origin == upload else { return }
            uploads[path] = nil
            let isPostponed = if case .postponed = answer { true } else { false }
            // The queue knows it by a path that is no more.
            if isPostponed { withdrawn.append(key) }
            return handle(
                .answered(underWay.submission, isPostponed ? .unsent : told(answer, of: underWay.body)),
                for: path)
        }
        if let body = uprootedBodies.removeValue(forKey: upload) {
            var decision: Decision?
            if case .decided(let decided) = told(answer, of: body) { decision = decided }
            return uprooted.ended(upload, with: decision, at: now)
        }
        // Another one may be under way by now, under the same name.
        guard let underWay = uploads[key.path], underWay.origin == upload else {
            return handle(.answered(submission, answer), for: key.path)
        }
        uploads[key.path] = nil
        handle(.answered(submission, told(answer, of: underWay.body)), for: key.path)
    }

    /// A file that could not be read to its end, for it is shorter or longer by now, has changed.
    private func told(_ answer: Answer, of body: InboxFileBody) -> Answer {
        if case .unreadable = answer, body.hasOtherSize { .changed } else { answer }
    }

    func cancel(_ path: RelativePath) {
        guard let underWay = uploads.removeValue(forKey: path) else { return }
        adopted[underWay.origin] = nil
        underWay.body.cancel()
    }

    /// Lets an upload go on whose file has left its path.
    func uproot(_ path: RelativePath, _ prospect: Prospect) {
        guard let underWay = uploads.removeValue(forKey: path) else { return }
        adopted[underWay.origin] = nil
        uprootedBodies[underWay.origin] = underWay.body
        uprooted.remember(underWay.origin, of: prospect, at: now)
        watchUprooted()
    }

    /// Keeps a verdict whose file is not where it was.
    func keepUprooted(_ decision: Decision) {
        uprooted.remember(decision, at: now)
        watchUprooted()
    }

    private func watchUprooted() {
        if deadlines[.uprooted] == nil { deadlines.set(.uprooted, at: now + Uprooted.uploadPatience) }
    }

    /// A look, with what was paid for the file under another path.
    func withPaid(_ look: Look) -> Look {
        guard case .file(var sighting) = look, let (id, entry) = uprooted.find(sighting.identity) else {
            return look
        }
        offered = id
        sighting.paid = entry.paid
        return .file(sighting)
    }

    /// A file takes over what was paid for it under another path.
    func adopt(_ path: RelativePath, _ submission: Submission) {
        guard let id = offered, let entry = uprooted.take(id), let upload = entry.upload,
            let body = uprootedBodies.removeValue(forKey: upload)
        else { return }
        adopted[upload] = path
        uploads[path] = UploadUnderWay(submission: submission, body: body, origin: upload)
    }

    func letGoOfUprooted() {
        for upload in uprooted.expire(at: now) { uprootedBodies.removeValue(forKey: upload)?.cancel() }
        if let next = uprooted.next { deadlines.set(.uprooted, at: next) }
    }

    /// What lies at a path would be sent again, though no machine has it in hand.
    func relapsed(_ path: RelativePath) {
        var relapse = relapses.at(path)
        relapse.add(at: now)
        relapses.remember(relapse, at: path, now: now)
    }
}
