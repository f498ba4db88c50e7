package import BitMindAPI
import DequeModule

/// The files of all inboxes that wait for an upload: which are next, and which share a request.
///
/// Inboxes are served in turn, separately for images and videos, and for each standing: files that have
/// failed never share a request with files that have not. Only the latest submission of a path waits, because
/// a file that comes back from a failed request may have been looked at again in the meantime. A removed file
/// leaves a blank in its lane, and there are never many more blanks than files.
package struct WaitingQueue: Sendable {
    /// A place in a lane, in a group or among the delayed files. An entry whose ticket differs from the one
    /// in `places` is a blank.
    private struct Entry: Sendable {
        let ticket: UInt64
        let candidate: Candidate
    }

    private struct Place: Sendable {
        let ticket: UInt64
        let submission: Submission
        let lane: Lane
        let size: Int64
        let isDelayed: Bool
    }

    private typealias Group = [Entry]

    private struct Lane: Hashable, Sendable {
        let inbox: InboxID
        let turn: Turn

        init(inbox: InboxID, turn: Turn) {
            self.inbox = inbox
            self.turn = turn
        }

        init(_ candidate: Candidate) {
            inbox = candidate.key.inbox
            turn = Turn(kind: candidate.kind, standing: candidate.setbacks.standing)
        }

        var kind: MediaKind { turn.kind }
    }

    /// What the inboxes take turns for: a kind and a standing.
    private struct Turn: Hashable, Sendable {
        let kind: MediaKind
        let standing: Standing
    }

    private var lanes: [Lane: Deque<Entry>] = [:]
    /// The inboxes with files, next one first.
    private var turns: [Turn: Deque<InboxID>] = [:]
    /// Parts of refused batches, which are sent unchanged.
    private var groups: [MediaKind: Deque<Group>] = [:]
    private var delayed = DeadlineTable<FileKey>()
    private var delayedCandidates: [FileKey: Candidate] = [:]
    private var places: [FileKey: Place] = [:]
    private var tickets: UInt64 = 0
    /// The number of files that could be sent now, in lanes and groups.
    private var ready: [Lane: Int] = [:]
    /// The bytes of these files.
    private var readyBytes: [Lane: Int64] = [:]
    private var delayedCounts: [InboxID: Int] = [:]

    package init() {}

    /// The number of files of a kind that could be sent now.
    /// - Parameter barred: inboxes whose files are not sent.
    package func count(of kind: MediaKind, except barred: Set<InboxID> = []) -> Int {
        ready.reduce(0) { $0 + ($1.key.kind == kind && !barred.contains($1.key.inbox) ? $1.value : 0) }
    }

    /// Whether files of a kind and a standing could be sent now, without parts of refused batches.
    /// - Parameter barred: inboxes whose files are not sent.
    package func hasFiles(
        of kind: MediaKind, _ standing: Standing, except barred: Set<InboxID> = []
    ) -> Bool {
        let turn = Turn(kind: kind, standing: standing)
        return turns[turn]?.contains { inbox in
            !barred.contains(inbox) && (ready[Lane(inbox: inbox, turn: turn)] ?? 0) > 0
                && lanes[Lane(inbox: inbox, turn: turn)]?.contains(where: isLive) == true
        } ?? false
    }

    /// The bytes of the files of a kind that could be sent now.
    /// - Parameter barred: inboxes whose files are not sent.
    package func bytes(of kind: MediaKind, except barred: Set<InboxID> = []) -> Int64 {
        readyBytes.reduce(0) {
            $0 + ($1.key.kind == kind && !barred.contains($1.key.inbox) ? $1.value : 0)
        }
    }

    /// The inboxes with files that could be sent now.
    package var inboxes: Set<InboxID> {
        Set(ready.lazy.filter { $0.value > 0 }.map(\.key.inbox))
    }

    /// The number of waiting files of an inbox, including delayed ones.
    package func count(in inbox: InboxID) -> Int {
        ready.reduce(delayedCounts[inbox] ?? 0) { $0 + ($1.key.inbox == inbox ? $1.value : 0) }
    }

    /// Whether no file could be sent now.
    package var isEmpty: Bool { MediaKind.allCases.allSatisfy { count(of: $0) == 0 } }

    /// The number of files before each file of a kind that could be sent now: the parts of refused batches,
    /// and earlier files of its inbox. Turns of other inboxes are not counted.
    package func positions(of kind: MediaKind) -> [FileKey: Int] {
        var positions: [FileKey: Int] = [:]
        let inGroups = number((groups[kind] ?? []).lazy.joined(), from: 0, &positions)
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

    /// The delayed files, and the end of their wait.
    package var delayedFiles: [(candidate: Candidate, until: ContinuousClock.Instant)] {
        delayedCandidates.values.compactMap { candidate in
            delayed[candidate.key].map { (candidate, $0) }
        }
    }

    /// When the next delayed file may be sent.
    package var nextDelayed: ContinuousClock.Instant? { mutating get { delayed.next } }
}

// MARK: - Adding

extension WaitingQueue {
    /// Adds files at the end.
    package mutating func add(_ candidates: some Sequence<Candidate>) {
        for candidate in candidates {
            guard let entry = place(candidate) else { continue }
            let lane = takesTurns(candidate)
            lanes[lane, default: []].append(entry)
        }
    }

    /// Puts back files that were taken and not sent, before all others of their inbox.
    package mutating func putBack(_ candidates: [Candidate]) {
        for candidate in candidates.reversed() {
            guard let entry = place(candidate) else { continue }
            let lane = takesTurns(candidate)
            lanes[lane, default: []].prepend(entry)
        }
    }

    /// Adds files of one kind that share one request, and only with each other.
    package mutating func add(group: [Candidate]) {
        let entries = group.compactMap { place($0) }
        guard let kind = entries.first?.candidate.kind else { return }
        groups[kind, default: []].append(entries)
    }

    /// Puts back files that were taken as a group, before all others.
    package mutating func putBack(group: [Candidate]) {
        let entries = group.compactMap { place($0) }
        guard let kind = entries.first?.candidate.kind else { return }
        groups[kind, default: []].prepend(entries)
    }

    /// Adds a delayed file.
    package mutating func add(_ candidate: Candidate, notBefore: ContinuousClock.Instant) {
        guard place(candidate, isDelayed: true) != nil else { return }
        delayedCandidates[candidate.key] = candidate
        delayed.set(candidate.key, at: notBefore)
    }

    /// Moves delayed files whose wait is over to the others.
    package mutating func admitDelayed(at now: ContinuousClock.Instant) {
        while let key = delayed.popDue(at: now) {
            if let candidate = delayedCandidates[key] { add(CollectionOfOne(candidate)) }
        }
    }

    /// Gives a file its place, and replaces any earlier submission; nil if a later one already waits.
    private mutating func place(_ candidate: Candidate, isDelayed: Bool = false) -> Entry? {
        let key = candidate.key
        if let known = places[key], known.submission.number > candidate.submission.number { return nil }
        withdraw(key)
        tickets += 1
        let lane = Lane(candidate)
        places[key] = Place(
            ticket: tickets, submission: candidate.submission, lane: lane,
            size: min(candidate.prospect.identity.size, Self.largest), isDelayed: isDelayed)
        if isDelayed {
            delayedCounts[key.inbox, default: 0] += 1
        } else {
            ready[lane, default: 0] += 1
            readyBytes[lane, default: 0] += min(candidate.prospect.identity.size, Self.largest)
        }
        return Entry(ticket: tickets, candidate: candidate)
    }

    private mutating func takesTurns(_ candidate: Candidate) -> Lane {
        let lane = Lane(candidate)
        if lanes[lane] == nil { turns[lane.turn, default: []].append(lane.inbox) }
        return lane
    }
}

// MARK: - Taking

extension WaitingQueue {
    /// Removes a file.
    package mutating func withdraw(_ key: FileKey) {
        guard let place = places[key] else { return }
        leave(key, place)
        if place.isDelayed { return }
        sweep(place.lane)
        dropBlankGroups(place.lane.kind)
    }

    /// Takes the files for one request: a part of a refused batch, else files of the inboxes in turn.
    /// - Parameters:
    ///   - kind: images or videos; a request carries one kind only.
    ///   - most: the largest number of files, from 1. The rest of a group still waits as one group, before
    ///     all others.
    ///   - bytes: the largest number of bytes; a first file larger than that is sent alone. The files of a
    ///     group have shared a request before, and are not counted again.
    ///   - barred: inboxes that have no turn now, and keep it. A part of a refused batch is sent even so.
    ///   - passesParts: whether parts of refused batches are skipped.
    ///   - standing: of the files; nil: the first standing with any files.
    package mutating func take(
        _ kind: MediaKind, most: Int, bytes: Int64, except barred: Set<InboxID> = [],
        passesParts: Bool = false, standing: Standing? = nil
    ) -> [Candidate] {
        if !passesParts, let group = groups[kind]?.popFirst() {
            return take(from: group, of: kind, most: most)
        }
        let place = Turn(kind: kind, standing: standing ?? firstStanding(of: kind, except: barred))
        var turn = turns[place] ?? []
        var taken: [Candidate] = []
        var total: Int64 = 0
        // The inbox whose file did not fit is first in the next request. Otherwise small files could delay it
        // forever.
        var passedOver: Deque<InboxID> = []
        while taken.count < most, let inbox = turn.popFirst() {
            if barred.contains(inbox) {
                passedOver.append(inbox)
                continue
            }
            let lane = Lane(inbox: inbox, turn: place)
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
        turns[place] = passedOver + turn
        return taken
    }

    private mutating func take(from group: Group, of kind: MediaKind, most: Int) -> [Candidate] {
        let waiting = group.filter(isLive)
        let taken = waiting.prefix(most).map(\.candidate)
        let rest = Group(waiting.dropFirst(most))
        if !rest.isEmpty { groups[kind]?.prepend(rest) }
        for candidate in taken { leave(candidate.key) }
        dropBlankGroups(kind)
        return taken
    }

    /// Whether the next request would carry more than one file, if it took as many as fit.
    /// - Parameters:
    ///   - bytes: the largest number of bytes, as for `take`.
    ///   - barred: as for `take`.
    ///   - passesParts: as for `take`.
    ///   - standing: as for `take`.
    package func nextIsShared(
        of kind: MediaKind, bytes: Int64, except barred: Set<InboxID> = [], passesParts: Bool = false,
        standing: Standing? = nil
    ) -> Bool {
        if !passesParts, let group = groups[kind]?.first { return group.count(where: isLive) > 1 }
        let turn = Turn(kind: kind, standing: standing ?? firstStanding(of: kind, except: barred))
        var room: Int64?
        for inbox in turns[turn] ?? [] where !barred.contains(inbox) {
            // The second file of the first inbox has its turn after the first files of all others.
            let files = (lanes[Lane(inbox: inbox, turn: turn)] ?? []).lazy.filter(isLive)
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

    /// The only file of the first part of a refused batch; nil if there is no part, or it has more files.
    package func lonePart(of kind: MediaKind) -> Candidate? {
        guard let files = groups[kind]?.first?.filter(isLive), files.count == 1 else { return nil }
        return files[0].candidate
    }

    /// Whether parts of refused batches of this kind wait.
    package func hasParts(of kind: MediaKind) -> Bool { groups[kind]?.isEmpty == false }

    private func firstStanding(of kind: MediaKind, except barred: Set<InboxID>) -> Standing {
        Standing.allCases.first { hasFiles(of: kind, $0, except: barred) } ?? .fresh
    }

    /// Takes the file that tests whether the API works: one that has not failed yet, else the one whose last
    /// failure is the oldest.
    /// - Parameters:
    ///   - barred: inboxes that have no turn now.
    ///   - last: the file that failed last. It is taken only if there is no other.
    package mutating func takeProbe(
        _ kind: MediaKind, except barred: Set<InboxID> = [], notFirst last: FileKey? = nil
    ) -> Candidate? {
        let candidate = probe(kind, except: barred, notFirst: last)
        guard let candidate, let place = places[candidate.key] else { return nil }
        leave(candidate.key, place)
        sweep(place.lane)
        dropBlankGroups(kind)
        return candidate
    }

    /// The file that `takeProbe` would take.
    package func probe(
        _ kind: MediaKind, except barred: Set<InboxID> = [], notFirst last: FileKey? = nil
    ) -> Candidate? {
        let parts = (groups[kind] ?? []).joined().filter(isLive).map(\.candidate)
        var fallback: Candidate?
        for standing in Standing.allCases {
            let turn = Turn(kind: kind, standing: standing)
            var files = (turns[turn] ?? []).filter { !barred.contains($0) }
                .compactMap { lanes[Lane(inbox: $0, turn: turn)]?.first(where: isLive)?.candidate }
            if standing == .tried { files += parts }
            let others = files.filter { $0.key != last }
            let first =
                standing == .fresh
                ? others.first : others.min { $0.setbacks.isOlder(than: $1.setbacks) }
            if let first { return first }
            fallback = fallback ?? files.first
        }
        return fallback
    }

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
            ready[place.lane, default: 1] -= 1
            readyBytes[place.lane, default: place.size] -= place.size
        }
    }

    /// The first file of a lane, without the blanks before it; nil if the lane has none, in which case it is
    /// removed.
    private mutating func front(of lane: Lane) -> Candidate? {
        while let first = lanes[lane]?.first {
            if isLive(first) { return first.candidate }
            lanes[lane]?.removeFirst()
        }
        lanes[lane] = nil
        return nil
    }

    /// Removes the blanks of a lane if they outnumber its files.
    private mutating func sweep(_ lane: Lane) {
        guard let entries = lanes[lane], entries.count > 2 * (ready[lane] ?? 0) + Self.fewBlanks else {
            return
        }
        lanes[lane] = Deque(entries.filter(isLive))
    }

    /// Removes empty groups, so that the first group has files.
    private mutating func dropBlankGroups(_ kind: MediaKind) {
        while let group = groups[kind]?.first, !group.contains(where: isLive) {
            groups[kind]?.removeFirst()
        }
    }

    private static let fewBlanks = 64
    /// The largest size that counts, in bytes: larger files are never sent, and the sum of all sizes must fit
    /// into an integer.
    private static let largest: Int64 = 1 << 40
}
