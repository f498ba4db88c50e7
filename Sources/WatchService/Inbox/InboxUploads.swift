import LinuxSystem
import WatchCore

extension Inbox {
    /// Opens files to be sent, if they have not changed since the look.
    /// - Parameter isAlone: whether no other file shares the request.
    /// - Returns: the bytes of each candidate; nil for one that is not sent, in which case its machine is
    ///   informed.
    func open(_ candidates: [Candidate], isAlone: Bool) -> [InboxFileBody?] {
        // A file that was sent before may be a candidate again. The result of the earlier request must be
        // known first.
        receive()
        // Further actions of the machines are performed in the next turn.
        defer { mailbox.wake() }
        return candidates.map { candidate in
            let path = candidate.key.path
            guard !isStopping, let machine = files[path], machine.submission == candidate.submission else {
                return nil
            }
            do throws(OpenFailure) {
                guard let root = attendance.attachment?.root else { throw .gone }
                let opened = try root.openRegularFile(path)
                // Its bytes are hashed while they are sent, so its times and inode number may have changed.
                guard opened.mayBe(candidate.prospect) else {
                    handle(.answered(candidate.submission, .changed), for: path)
                    return nil
                }
                handle(.started(candidate.submission), for: path)
                let body = InboxFileBody(opened, isAlone: isAlone)
                account.began(path, candidate.submission, body)
                return body
            } catch {
                handle(.answered(candidate.submission, error.answer), for: path)
                return nil
            }
        }
    }
}

extension OpenedFile {
    /// Whether it can be sent as the file that was looked at. Changed times do not matter, a changed type
    /// does.
    fileprivate func mayBe(_ prospect: Prospect) -> Bool {
        if prospect.identity.isSameButForChangeTime(as: identity) { return true }
        guard identity.size == prospect.identity.size else { return false }
        do throws(SystemCallError) {
            let now = try MediaIdentifier.identify(size: status.size) {
                (offset, count) throws(SystemCallError) in try file.bytes(at: offset, count: count)
            }
            guard case .media(let type, _) = now else { return false }
            return type == prospect.type
        } catch {
            return false
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
