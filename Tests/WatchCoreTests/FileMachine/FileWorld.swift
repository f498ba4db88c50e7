import BitMindAPI
import SampleMedia
import WatchCore

/// One name in an inbox, with a writer that acts at random, a destination that comes and goes, and a kernel
/// that reports late. It does what the machine and the filings request, and records every violation.
struct FileWorld {
    private(set) var machine: FileMachine?
    private(set) var filings = Filings(quiet: .seconds(1))
    private(set) var problems: [String] = []
    /// How often each version of the bytes was judged: each is paid for.
    private(set) var paid: [Int64: Int] = [:]
    private(set) var filedVersions: [Int64] = []
    private(set) var exists = true

    private var random: SplitMix64
    private var now = ContinuousClock.now
    private let origin = ContinuousClock.now
    private var lastSubmission = Submission(0)
    /// Which bytes the file has, and how often it was renamed or its permissions were set.
    private var version: Int64 = 1
    private var moves: Int32 = 0
    private var written = ContinuousClock.now
    private var isReadable = true
    private var isMovable = true
    private var isDestinationThere = true
    private var isProbeDue = false
    private var isCutShort = false
    /// The events that the kernel has not reported yet.
    private var untold: [FileEvent] = [.arrived(.movedIn)]
    private var wake: ContinuousClock.Instant?
    private var queued: Submission?
    private var uploading: (submission: Submission, sent: Sighting)?
    private var inHand: (bulk: FilingLanes.Bulk, jobs: [FilingJob])?
    /// Decisions that were not filed.
    private var kept: Set<Decision> = []

    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    private mutating func chance(_ one: UInt64, in many: UInt64) -> Bool { random.next() % many < one }

    // MARK: The writer, the kernel, the operator

    /// Something happens, anywhere.
    mutating func step() {
        now += .milliseconds(Int64(random.next() % 700))
        switch random.next() % 32 {
        case 0: write()
        case 1: rename()
        case 2: remove()
        case 3: setPermissions()
        case 4, 5, 6: isDestinationThere.toggle()
        case 7, 8, 9: probe()
        case 10...14: tellOne()
        case 15...18: comeDue()
        case 19...21: begin()
        case 22...25: answer()
        case 26...30: finishFiling()
        default: say(stale())
        }
    }

    /// All goes well from now on, for as long as the file needs.
    /// - Returns: whether its way came to an end.
    mutating func settleDown() -> Bool {
        (isReadable, isMovable, isDestinationThere, isCutShort) = (true, true, true, false)
        for _ in 0..<200 {
            while !untold.isEmpty { tellOne() }
            if machine == nil, filings.count == 0 { return true }
            probe()
            now = max(
                now,
                min(
                    wake ?? .now + .seconds(3600), filings.nextDue ?? .now + .seconds(3600),
                    now + .seconds(31)))
            comeDue()
            begin()
            answer(kindly: true)
            finishFiling()
        }
        return false
    }

    private mutating func write() {
        guard exists else { return }
        version += 1
        written = now
        isCutShort = chance(1, in: 4)
        untold += [.touched, .closed]
    }

    private mutating func rename() {
        exists = true
        version += 1
        written = now
        untold.append(.arrived(.movedIn))
    }

    private mutating func remove() {
        guard exists else { return }
        exists = false
        untold.append(.vanished)
    }

    private mutating func setPermissions() {
        moves += 1
        isReadable = chance(3, in: 4)
        isMovable = chance(3, in: 4)
        untold.append(.attributesChanged)
    }

    private mutating func tellOne() {
        if !untold.isEmpty { say(untold.removeFirst()) }
    }

    private mutating func probe() {
        guard isProbeDue else { return }
        isProbeDue = false
        perform(filings.probed(.ai, failure: isDestinationThere ? nil : "no", at: moment))
    }

    private mutating func comeDue() {
        perform(filings.due(at: now))
        guard let wake, wake <= now else { return }
        self.wake = nil
        say(.due)
    }

    /// An answer for a submission that is no longer current.
    private mutating func stale() -> FileEvent {
        let old = Submission(machine.map { $0.submission.number - 1 } ?? lastSubmission.number)
        switch random.next() % 3 {
        case 0: return .answered(old, .decided(.sample(.sample(inode: 99))))
        case 1: return .answered(old, .gone)
        default: return .looked(old, .gone)
        }
    }

    // MARK: Classifying and filing

    private mutating func begin() {
        guard let submission = queued else { return }
        queued = nil
        guard let machine, machine.submission == submission else {
            return problem("\(submission) waits for nobody")
        }
        let now = sighting()
        guard exists else { return say(.answered(submission, .gone)) }
        guard isReadable else { return say(.answered(submission, .unreadable("no"))) }
        if case .waiting(let prospect) = machine.state, prospect.identity != now.identity {
            return say(.answered(submission, .changed))
        }
        uploading = (submission, now)
        say(.started(submission))
    }

    private mutating func answer(kindly: Bool = false) {
        guard let (submission, sent) = uploading else { return }
        uploading = nil
        switch kindly ? 3 : random.next() % 4 {
        case 0:
            say(.answered(submission, .postponed))
            queued = submission
        case 1: say(.answered(submission, .changed))
        default:
            paid[sent.identity.size, default: 0] += 1
            let decision = Decision.sample(sent)
            kept.insert(decision)
            say(.answered(submission, .decided(decision)))
        }
    }

    private mutating func finishFiling() {
        if inHand == nil { inHand = filings.next { _ in false } }
        guard let (bulk, jobs) = inHand else { return }
        inHand = nil
        let outcomes = jobs.map { FilingOutcome($0.id, path: Self.path, end(of: $0)) }
        perform(filings.ended(bulk, outcomes, at: moment))
    }

    private mutating func end(of job: FilingJob) -> FilingEnd {
        guard let decision = job.order?.decision else { return .gone }
        if !exists {
            kept.remove(decision)
            return .gone
        }
        if decision.prospect.identity.size != version {
            kept.remove(decision)
            return .changed
        }
        if !isMovable { return .blocked(.file(job.id), cause: "no") }
        if !isDestinationThere {
            // It was claimed, and is put back.
            moves += 1
            untold += [.vanished, .arrived(.movedIn)]
            let isPlace = chance(1, in: 2)
            let place = DestinationPlace(.ai, RelativePath(Array("trip".utf8)))
            return .blocked(isPlace ? .folder(place) : .destination(.ai), cause: "no")
        }
        if chance(1, in: 8) { return .busy }
        kept.remove(decision)
        exists = false
        filedVersions.append(version)
        untold.append(.vanished)
        return .filed(destination: [], leavesSource: false)
    }

    private var moment: FoundTime { FoundTime(MachineBench.epoch.advanced(by: now - origin), now) }

    private func sighting() -> Sighting {
        let modified = MachineBench.epoch.advanced(by: written - origin)
        let identity = FileIdentity(
            device: 1, inode: 7, size: version, modified: modified,
            changed: Timestamp(seconds: modified.seconds, nanoseconds: moves))
        return Sighting(
            identity: identity, seen: MachineBench.epoch.advanced(by: now - origin), openForWriting: false,
            obstacle: isMovable ? nil : "its folder", identification: .media(.jpeg, complete: !isCutShort))
    }

    // MARK: What the machine asks for

    private static let path = RelativePath(Array("photo.jpg".utf8))

    /// As in `Inbox`.
    private mutating func say(_ event: FileEvent) {
        if var machine {
            let actions = machine.handle(event, at: now)
            self.machine = machine
            for action in actions { perform(action) }
            return
        }
        if filings.heard(event, at: Self.path) { return }
        if isDecided { return }
        guard let evidence = event.evidence else {
            return perform(filings.isElsewhere(filings.judged(at: Self.path).map(\.id)))
        }
        arrive(evidence)
    }

    /// Whether the present file looks like one whose filing is blocked.
    private var isDecided: Bool {
        mutating get {
            var isThere = false
            for (id, file) in filings.judged(at: Self.path)
            where exists && file.hasStamps(of: sighting().identity) {
                isThere = true
                filings.isThere(id, at: now)
            }
            return isThere
        }
    }

    /// As `Inbox.marked` does.
    private mutating func looked(_ submission: Submission) -> FileEvent {
        guard exists else {
            perform(filings.isElsewhere(filings.judged(at: Self.path).map(\.id)))
            return .looked(submission, .gone)
        }
        guard isReadable else { return .looked(submission, .unreadable("no")) }
        var sighting = sighting()
        for (id, file) in filings.judged(at: Self.path) {
            if file.size == version {
                sighting.isDecided = true
                filings.isThere(id, sighting.identity, at: now)
            } else {
                perform(filings.isElsewhere([id]))
            }
        }
        return .looked(submission, .file(sighting))
    }

    private mutating func perform(_ actions: [FilingAction]) {
        for action in actions {
            switch action {
            case .probe: isProbeDue = true
            case .look(_, let evidence, _): say(.arrived(evidence))
            case .keep(let decision): keep(decision)
            case .filed, .relapse, .report: break
            }
        }
    }

    private mutating func keep(_ decision: Decision) {
        kept.remove(decision)
        if exists, decision.prospect.identity.size == version { problem("a good decision is given up") }
    }

    private mutating func arrive(_ evidence: Settling.Evidence) {
        let rules = SettlingRules(quiet: .seconds(1), cutShort: .seconds(10))
        let (machine, actions) = FileMachine.arrived(
            evidence, rules: rules, found: MachineBench.epoch, at: now, after: lastSubmission)
        self.machine = machine
        for action in actions { perform(action) }
    }

    private mutating func perform(_ action: FileAction) {
        switch action {
        case .wake(let at):
            wake = at
        case .look(let submission):
            expectCurrent(submission, "a look")
            say(looked(submission))
        case .enqueue(let submission, let prospect):
            expectCurrent(submission, "queueing")
            if queued != nil || uploading != nil { problem("queued twice") }
            if kept.contains(where: { $0.prospect.identity.size == prospect.identity.size }) {
                problem("version \(prospect.identity.size) is sent although it was judged")
            }
            queued = submission
        case .withdraw(let submission):
            if queued != submission { problem("\(submission) is withdrawn and does not wait") }
            queued = nil
        case .cancel(let submission):
            if uploading?.submission != submission { problem("\(submission) is cancelled and not under way") }
            uploading = nil
        case .uproot(let submission, _):
            if uploading?.submission != submission { problem("\(submission) is uprooted and not under way") }
            uploading = nil
        case .adopt: problem("nothing is known under another path")
        case .file(let decision):
            if queued != nil || uploading != nil { problem("filed while something else goes on") }
            let id = FilingID(.ai, WorkName(decision.prospect.identity, path: Self.path, inbox: "/inbox"))
            let order = FilingOrder(path: Self.path, decision: decision, found: moment)
            filings.decided(order, as: id)
        case .keep(let decision): keep(decision)
        case .report: break
        case .forget:
            forget()
        }
    }

    private mutating func forget() {
        guard let machine else { return problem("forgotten twice") }
        if Stage(machine.state) != .ended { problem("forgotten before its end") }
        if queued != nil || uploading != nil { problem("forgotten while something goes on") }
        lastSubmission = machine.submission
        wake = nil
        self.machine = nil
    }

    private mutating func expectCurrent(_ submission: Submission, _ what: String) {
        if machine?.submission != submission { problem("\(what) under \(submission), which is not current") }
    }

    private mutating func problem(_ text: String) { problems.append(text) }
}
