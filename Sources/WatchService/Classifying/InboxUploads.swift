import LinuxSystem
import WatchCore

/// A file that is being sent, and under which submission.
struct UploadUnderWay {
    let submission: Submission
    let body: InboxFileBody
}

extension Inbox {
    /// Opens files whose turn has come, if they are still those that were looked at.
    /// - Parameter isAlone: whether no other file shares the request.
    /// - Returns: for each candidate its bytes; nil where it is not to be sent, which its machine knows then.
    func open(_ candidates: [Candidate], isAlone: Bool) -> [InboxFileBody?] {
        // A file that was sent before may come again: what came of that is to be known first.
        hear()
        // What machines ask for meanwhile is done in the next turn.
        defer { mailbox.wake() }
        return candidates.map { candidate in
            let path = candidate.key.path
            guard !isStopping, let machine = machines[path], machine.submission == candidate.submission else {
                return nil
            }
            do throws(OpenFailure) {
                guard let root = attachment?.root else { throw .gone }
                let opened = try root.openRegularFile(path)
                guard opened.identity == candidate.prospect.identity else {
                    handle(.answered(candidate.submission, .changed), for: path)
                    return nil
                }
                handle(.started(candidate.submission), for: path)
                let body = InboxFileBody(opened, isAlone: isAlone)
                uploads[path] = UploadUnderWay(submission: candidate.submission, body: body)
                uploadsUnderWay += 1
                return body
            } catch {
                handle(.answered(candidate.submission, error.answer), for: path)
                return nil
            }
        }
    }
}

extension OpenFailure {
    fileprivate var answer: Answer {
        switch self {
        case .gone: .gone
        case .special: .changed
        case .unreadable(let reason): .unreadable(reason)
        }
    }
}
