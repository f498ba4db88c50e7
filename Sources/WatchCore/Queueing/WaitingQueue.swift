package import BitMindAPI
import DequeModule

/// The files that wait for an upload, of all inboxes: who is next, and who shares a request.
///
/// Inboxes are served in turn. The queue holds the active files only, some thousands at the most.
package struct WaitingQueue: Sendable {
    private struct Lane: Hashable, Sendable {
        var inbox: InboxID
        var kind: MediaKind
    }

    private var lanes: [Lane: Deque<Candidate>] = [:]
    /// The inboxes, next one first.
    private var turn: Deque<InboxID> = []
    private var live: [FileKey: Submission] = [:]
    private var counts: [Lane: Int] = [:]
    /// Parts of refused batches, which are sent as they are.
    private var groups: [MediaKind: Deque<[Candidate]>] = [:]
    private var delayed = DeadlineTable<FileKey>()
    private var delayedCandidates: [FileKey: Candidate] = [:]

    package init() {}

    /// How many files of a kind could go now.
    package func count(of kind: MediaKind) -> Int {
        counts.reduce(0) { $0 + ($1.key.kind == kind ? $1.value : 0) } + (groups[kind] ?? []).reduce(0) { $0 + $1.count }
    }

    /// How many files of an inbox wait, delayed ones included.
    package func count(in inbox: InboxID) -> Int {
        MediaKind.allCases.reduce(0) { $0 + (counts[Lane(inbox: inbox, kind: $1)] ?? 0) }
            + delayedCandidates.count { $0.key.inbox == inbox }
            + groups.values.joined().joined().count { $0.key.inbox == inbox }
    }

    package var isEmpty: Bool { MediaKind.allCases.allSatisfy { count(of: $0) == 0 } }

    /// When the next delayed file may go.
    package var nextDelayed: ContinuousClock.Instant? { mutating get { delayed.next } }

    /// Adds files at the end.
    package mutating func add(_ candidates: some Sequence<Candidate>) {
        for candidate in candidates {
            withdraw(candidate.key)
            let lane = Lane(inbox: candidate.key.inbox, kind: candidate.kind)
            if !turn.contains(lane.inbox) { turn.append(lane.inbox) }
            live[candidate.key] = candidate.submission
            lanes[lane, default: []].append(candidate)
            counts[lane, default: 0] += 1
        }
    }

    /// Puts files back that were taken and not sent, before all others of their inbox.
    package mutating func putBack(_ candidates: [Candidate]) {
        for candidate in candidates.reversed() {
            let lane = Lane(inbox: candidate.key.inbox, kind: candidate.kind)
            if !turn.contains(lane.inbox) { turn.append(lane.inbox) }
            live[candidate.key] = candidate.submission
            lanes[lane, default: []].prepend(candidate)
            counts[lane, default: 0] += 1
        }
    }

    /// Adds files that are to share one request, whatever else waits.
    package mutating func add(group: [Candidate]) {
        guard let kind = group.first?.kind else { return }
        groups[kind, default: []].append(group)
    }

    /// Adds a file that is to wait by itself.
    package mutating func add(_ candidate: Candidate, notBefore: ContinuousClock.Instant) {
        delayedCandidates[candidate.key] = candidate
        delayed.set(candidate.key, at: notBefore)
    }

    /// Lets delayed files whose time has come join the others.
    package mutating func admitDelayed(at now: ContinuousClock.Instant) {
        while let key = delayed.popDue(at: now) {
            if let candidate = delayedCandidates.removeValue(forKey: key) { add(CollectionOfOne(candidate)) }
        }
    }

    /// Takes a file out.
    package mutating func withdraw(_ key: FileKey) {
        if live.removeValue(forKey: key) != nil {
            for kind in MediaKind.allCases {
                let lane = Lane(inbox: key.inbox, kind: kind)
                guard let index = lanes[lane]?.firstIndex(where: { $0.key == key }) else { continue }
                lanes[lane]?.remove(at: index)
                counts[lane, default: 1] -= 1
            }
        }
        if delayedCandidates.removeValue(forKey: key) != nil { delayed.remove(key) }
        for kind in groups.keys {
            for index in (groups[kind] ?? []).indices { groups[kind]?[index].removeAll { $0.key == key } }
            groups[kind]?.removeAll { $0.isEmpty }
        }
    }

    /// Takes the files for one request: a part of a refused batch, else files of the inboxes in turn.
    /// - Parameters:
    ///   - kind: images or videos; a request carries one kind only.
    ///   - most: how many files at the most, from 1.
    ///   - bytes: how many bytes at the most; a first file larger than that goes alone.
    package mutating func take(_ kind: MediaKind, most: Int, bytes: Int64) -> [Candidate] {
        if let group = groups[kind]?.popFirst() { return group }
        var taken: [Candidate] = []
        var total: Int64 = 0
        var barren = 0
        while taken.count < most, barren < turn.count, let inbox = turn.popFirst() {
            turn.append(inbox)
            let lane = Lane(inbox: inbox, kind: kind)
            guard let first = lanes[lane]?.first, taken.isEmpty || total + first.prospect.identity.size <= bytes
            else {
                barren += 1
                continue
            }
            barren = 0
            lanes[lane]?.removeFirst()
            counts[lane, default: 1] -= 1
            live[first.key] = nil
            total += first.prospect.identity.size
            taken.append(first)
        }
        return taken
    }

    /// How many files the next request would carry, were it to take up to `most`.
    package func nextCount(of kind: MediaKind, most: Int) -> Int {
        if let group = groups[kind]?.first { return group.count }
        return min(most, count(of: kind))
    }

    /// Lets go of all files of an inbox.
    package mutating func remove(inbox: InboxID) {
        for key in live.keys where key.inbox == inbox { live[key] = nil }
        for kind in MediaKind.allCases {
            lanes[Lane(inbox: inbox, kind: kind)] = nil
            counts[Lane(inbox: inbox, kind: kind)] = nil
            for index in (groups[kind] ?? []).indices { groups[kind]?[index].removeAll { $0.key.inbox == inbox } }
            groups[kind]?.removeAll { $0.isEmpty }
        }
        for key in delayedCandidates.keys where key.inbox == inbox {
            delayedCandidates[key] = nil
            delayed.remove(key)
        }
        turn.removeAll { $0 == inbox }
    }
}
