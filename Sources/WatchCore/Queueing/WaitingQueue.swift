package import BitMindAPI
import DequeModule

/// The files that wait for an upload, of all inboxes: who is next, and who shares a request.
///
/// Inboxes are served in turn, for images and for videos each. Of one path only the latest submission waits: a
/// file that comes back from a failed request may have been looked at anew meanwhile. What is taken out of the
/// middle stays where it is as a blank, and blanks never outnumber the files by much.
package struct WaitingQueue: Sendable {
    /// A place in a lane, a group or among the delayed; whoever has another ticket than `places` says is a blank.
    private struct Entry: Sendable {
        let ticket: UInt64
        let candidate: Candidate
    }

    private struct Place: Sendable {
        let ticket: UInt64
        let submission: Submission
        let kind: MediaKind
        let isDelayed: Bool
    }

    private struct Group: Sendable {
        let entries: [Entry]
        let isTentative: Bool
    }

    private struct Lane: Hashable, Sendable {
        let inbox: InboxID
        let kind: MediaKind
    }

    private var lanes: [Lane: Deque<Entry>] = [:]
    /// The inboxes that have files, next one first.
    private var turns: [MediaKind: Deque<InboxID>] = [:]
    /// Parts of refused batches, which are sent as they are.
    private var groups: [MediaKind: Deque<Group>] = [:]
    private var delayed = DeadlineTable<FileKey>()
    private var delayedCandidates: [FileKey: Candidate] = [:]
    private var places: [FileKey: Place] = [:]
    private var tickets: UInt64 = 0
    /// How many could go now, in lanes and groups.
    private var ready: [Lane: Int] = [:]
    private var delayedCounts: [InboxID: Int] = [:]

    package init() {}

    /// How many files of a kind could go now.
    /// - Parameter barred: inboxes whose files are not to go.
    package func count(of kind: MediaKind, except barred: Set<InboxID> = []) -> Int {
        ready.reduce(0) { $0 + ($1.key.kind == kind && !barred.contains($1.key.inbox) ? $1.value : 0) }
    }

    /// The inboxes of which files could go now.
    package var inboxes: Set<InboxID> {
        Set(ready.lazy.filter { $0.value > 0 }.map(\.key.inbox))
    }

    /// How many files of an inbox wait, delayed ones included.
    package func count(in inbox: InboxID) -> Int {
        ready.reduce(delayedCounts[inbox] ?? 0) { $0 + ($1.key.inbox == inbox ? $1.value : 0) }
    }

    /// Whether no file could go now.
    package var isEmpty: Bool { MediaKind.allCases.allSatisfy { count(of: $0) == 0 } }

    /// How many files go before each of a kind that could go now: the parts of refused batches, and those before
    /// it in its inbox. Other inboxes' turns come in between.
    package func positions(of kind: MediaKind) -> [FileKey: Int] {
        var positions: [FileKey: Int] = [:]
        let first = (groups[kind] ?? []).lazy.map(\.entries).joined()
        let inGroups = number(first, from: 0, &positions)
        for (lane, entries) in lanes where lane.kind == kind {
            _ = number(entries, from: inGroups, &positions)
        }
        return positions
    }

    private func number(
        _ entries: some Sequence<Entry>, from start: Int, _ positions: inout [FileKey: Int]
    ) -> Int {
        var next = start
        for entry in entries where places[entry.candidate.key]?.ticket == entry.ticket {
            positions[entry.candidate.key] = next
            next += 1
        }
        return next
    }

    /// When the next delayed file may go.
    package var nextDelayed: ContinuousClock.Instant? { mutating get { delayed.next } }
}

// MARK: - Coming

extension WaitingQueue {
    /// Adds files at the end.
    package mutating func add(_ candidates: some Sequence<Candidate>) {
        for candidate in candidates {
            guard let entry = place(candidate) else { continue }
            let lane = takesTurns(candidate)
            lanes[lane, default: []].append(entry)
        }
    }

    /// Puts files back that were taken and not sent, before all others of their inbox.
    package mutating func putBack(_ candidates: [Candidate]) {
        for candidate in candidates.reversed() {
            guard let entry = place(candidate) else { continue }
            let lane = takesTurns(candidate)
            lanes[lane, default: []].prepend(entry)
        }
    }

    /// Adds files of one kind that are to share one request, whatever else waits.
    /// - Parameter isTentative: whether `dissolveTentativeGroups()` is to let them join the others.
    package mutating func add(group: [Candidate], isTentative: Bool = false) {
        let entries = group.compactMap { place($0) }
        guard let kind = entries.first?.candidate.kind else { return }
        groups[kind, default: []].append(Group(entries: entries, isTentative: isTentative))
    }

    /// Puts files back that were taken as a group, before all others.
    package mutating func putBack(group: [Candidate]) {
        let entries = group.compactMap { place($0) }
        guard let kind = entries.first?.candidate.kind else { return }
        groups[kind, default: []].prepend(Group(entries: entries, isTentative: false))
    }

    /// Has the files of tentative groups wait before all others of their inboxes, to share requests with them.
    package mutating func dissolveTentativeGroups() {
        for (kind, waiting) in groups {
            let tentative = waiting.filter(\.isTentative)
            if tentative.isEmpty { continue }
            groups[kind] = Deque(waiting.filter { !$0.isTentative })
            putBack(tentative.flatMap(\.entries).filter(isLive).map(\.candidate))
        }
    }

    /// Adds a file that is to wait by itself.
    package mutating func add(_ candidate: Candidate, notBefore: ContinuousClock.Instant) {
        guard place(candidate, isDelayed: true) != nil else { return }
        delayedCandidates[candidate.key] = candidate
        delayed.set(candidate.key, at: notBefore)
    }

    /// Lets delayed files whose time has come join the others.
    package mutating func admitDelayed(at now: ContinuousClock.Instant) {
        while let key = delayed.popDue(at: now) {
            if let candidate = delayedCandidates[key] { add(CollectionOfOne(candidate)) }
        }
    }

    /// Gives a file its place, in place of any earlier submission; nil where a later one waits already.
    private mutating func place(_ candidate: Candidate, isDelayed: Bool = false) -> Entry? {
        let key = candidate.key
        if let known = places[key], known.submission.number > candidate.submission.number { return nil }
        withdraw(key)
        tickets += 1
        places[key] = Place(
            ticket: tickets, submission: candidate.submission, kind: candidate.kind, isDelayed: isDelayed)
        if isDelayed {
            delayedCounts[key.inbox, default: 0] += 1
        } else {
            ready[Lane(inbox: key.inbox, kind: candidate.kind), default: 0] += 1
        }
        return Entry(ticket: tickets, candidate: candidate)
    }

    private mutating func takesTurns(_ candidate: Candidate) -> Lane {
        let lane = Lane(inbox: candidate.key.inbox, kind: candidate.kind)
        if lanes[lane] == nil { turns[lane.kind, default: []].append(lane.inbox) }
        return lane
    }
}

// MARK: - Going

extension WaitingQueue {
    /// Takes a file out.
    package mutating func withdraw(_ key: FileKey) {
        guard let place = places[key] else { return }
        leave(key, place)
        if place.isDelayed { return }
        sweep(Lane(inbox: key.inbox, kind: place.kind))
        dropBlankGroups(place.kind)
    }

    /// Takes the files for one request: a part of a refused batch, else files of the inboxes in turn.
    /// - Parameters:
    ///   - kind: images or videos; a request carries one kind only.
    ///   - most: how many files at the most, from 1. What is left of a group waits on as one, before all others.
    ///   - bytes: how many bytes at the most; a first file larger than that goes alone. The files of a group have
    ///     shared a request before, and are not counted anew.
    ///   - barred: inboxes that have no turn now, and keep it. A part of a refused batch goes all the same.
    ///   - passesParts: whether parts of refused batches are passed over.
    package mutating func take(
        _ kind: MediaKind, most: Int, bytes: Int64, except barred: Set<InboxID> = [],
        passesParts: Bool = false
    ) -> [Candidate] {
        if !passesParts, let group = groups[kind]?.popFirst() {
            return take(from: group, of: kind, most: most)
        }
        var turn = turns[kind] ?? []
        var taken: [Candidate] = []
        var total: Int64 = 0
        // Whose file did not fit is the first in the next request, or small files could keep it out for ever.
        var passedOver: Deque<InboxID> = []
        while taken.count < most, let inbox = turn.popFirst() {
            if barred.contains(inbox) {
                passedOver.append(inbox)
                continue
            }
            let lane = Lane(inbox: inbox, kind: kind)
            guard let first = front(of: lane) else { continue }
            let size = first.prospect.identity.size
            guard taken.isEmpty || size <= bytes - total else {
                passedOver.append(inbox)
                continue
            }
            lanes[lane]?.removeFirst()
            leave(first.key)
            total += size
            taken.append(first)
            turn.append(inbox)
        }
        turns[kind] = passedOver + turn
        return taken
    }

    private mutating func take(from group: Group, of kind: MediaKind, most: Int) -> [Candidate] {
        let waiting = group.entries.filter(isLive)
        let taken = waiting.prefix(most).map(\.candidate)
        let rest = Group(entries: Array(waiting.dropFirst(most)), isTentative: group.isTentative)
        if !rest.entries.isEmpty { groups[kind]?.prepend(rest) }
        for candidate in taken { leave(candidate.key) }
        dropBlankGroups(kind)
        return taken
    }

    /// Whether the next request would carry more than one file, were it to take as many as fit.
    /// - Parameters:
    ///   - bytes: how many bytes at the most, as for `take`.
    ///   - barred: as for `take`.
    ///   - passesParts: as for `take`.
    package func nextIsShared(
        of kind: MediaKind, bytes: Int64, except barred: Set<InboxID> = [], passesParts: Bool = false
    ) -> Bool {
        if !passesParts, let group = groups[kind]?.first { return group.entries.count(where: isLive) > 1 }
        var room: Int64?
        for inbox in turns[kind] ?? [] where !barred.contains(inbox) {
            // The first inbox's second file has its turn after the first files of all others.
            let files = (lanes[Lane(inbox: inbox, kind: kind)] ?? []).lazy.filter(isLive)
            for file in files.prefix(room == nil ? 2 : 1) {
                let size = file.candidate.prospect.identity.size
                guard let left = room else {
                    room = bytes - size
                    continue
                }
                if size <= left { return true }
            }
        }
        return false
    }

    /// Whether parts of refused batches of this kind wait.
    package func hasParts(of kind: MediaKind) -> Bool { groups[kind]?.isEmpty == false }

    private func isLive(_ entry: Entry) -> Bool { places[entry.candidate.key]?.ticket == entry.ticket }

    private mutating func leave(_ key: FileKey) {
        if let place = places[key] { leave(key, place) }
    }

    private mutating func leave(_ key: FileKey, _ place: Place) {
        places[key] = nil
        if place.isDelayed {
            delayedCounts[key.inbox, default: 1] -= 1
            delayedCandidates[key] = nil
            delayed.remove(key)
        } else {
            ready[Lane(inbox: key.inbox, kind: place.kind), default: 1] -= 1
        }
    }

    /// The first file of a lane, without the blanks before it; nil for a lane that has none, which is dropped.
    private mutating func front(of lane: Lane) -> Candidate? {
        while let first = lanes[lane]?.first {
            if isLive(first) { return first.candidate }
            lanes[lane]?.removeFirst()
        }
        lanes[lane] = nil
        return nil
    }

    /// Drops the blanks of a lane once they are the most of it.
    private mutating func sweep(_ lane: Lane) {
        guard let entries = lanes[lane], entries.count > 2 * (ready[lane] ?? 0) + Self.fewBlanks else {
            return
        }
        lanes[lane] = Deque(entries.filter(isLive))
    }

    /// Has a group with files come first.
    private mutating func dropBlankGroups(_ kind: MediaKind) {
        while let group = groups[kind]?.first, !group.entries.contains(where: isLive) {
            groups[kind]?.removeFirst()
        }
    }

    private static let fewBlanks = 64
}
