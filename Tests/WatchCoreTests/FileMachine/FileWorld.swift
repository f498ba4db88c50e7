import BitMindAPI
import SampleMedia
import WatchCore

/// One name in an inbox, with a writer who does what he likes, a destination that comes and goes, and a kernel
/// that tells late: does what the machine asks for, and notes whatever should not be.
struct FileWorld {
    private(set) var machine: FileMachine?
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
    /// What the service thinks of the destination.
    private var isDestinationTrusted = true
    private var isCutShort = false
    /// What the kernel has not told yet.
    private var untold: [FileEvent] = [.arrived(.movedIn)]
    private var wake: ContinuousClock.Instant?
    private var queued: Submission?
    private var uploading: (submission: Submission, sent: Sighting)?
    private var filing: (submission: Submission, decision: Decision)?
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
            if machine == nil { return true }
            probe()
            if let wake, now < wake { now = wake }
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
        guard isDestinationThere, !isDestinationTrusted else { return }
        isDestinationTrusted = true
        say(.destinationAvailable(.ai))
    }

    private mutating func comeDue() {
        guard let wake, wake <= now else { return }
        self.wake = nil
        say(.due)
    }

    /// An answer for a submission that is none any more.
    private mutating func stale() -> FileEvent {
        let old = Submission(machine.map { $0.submission.number - 1 } ?? lastSubmission.number)
        switch random.next() % 4 {
        case 0: return .answered(old, .decided(.sample(.sample(inode: 99))))
        case 1: return .answered(old, .gone)
        case 2: return .filed(old, .filed(.ai))
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
        guard let (submission, decision) = filing else { return }
        filing = nil
        let isSame = decision.prospect.identity.size == version
        if !exists {
            kept.remove(decision)
            say(.filed(submission, .gone))
        } else if !isSame {
            kept.remove(decision)
            say(.filed(submission, .changed))
        } else if !isMovable {
            kept.insert(decision)
            say(.filed(submission, .unmovable("no")))
        } else if !isDestinationThere {
            kept.insert(decision)
            isDestinationTrusted = false
            // It was claimed, and is put back.
            moves += 1
            untold += [.vanished, .arrived(.movedIn)]
            let place = DestinationPlace(.ai, .root)
            say(
                .filed(
                    submission,
                    chance(1, in: 2)
                        ? .destinationUnavailable(.ai, "no") : .placeUnavailable(place, "no")))
        } else {
            kept.remove(decision)
            exists = false
            filedVersions.append(version)
            untold.append(.vanished)
            say(.filed(submission, .filed(.ai)))
        }
    }

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

    private mutating func say(_ event: FileEvent) {
        guard var machine else {
            if case .arrived(let evidence) = event { return arrive(evidence) }
            return
        }
        let actions = machine.handle(event, at: now)
        self.machine = machine
        for action in actions { perform(action) }
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
            say(.looked(submission, !exists ? .gone : isReadable ? .file(sighting()) : .unreadable("no")))
        case .enqueue(let submission, let prospect):
            expectCurrent(submission, "queueing")
            if queued != nil || uploading != nil || filing != nil { problem("queued twice") }
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
        case .file(let submission, let decision):
            expectCurrent(submission, "filing")
            if queued != nil || uploading != nil || filing != nil {
                problem("filed while something else goes on")
            }
            if isDestinationTrusted {
                filing = (submission, decision)
            } else {
                kept.insert(decision)
                say(.filed(submission, .destinationUnavailable(.ai, "not available")))
            }
        case .abandon(let decision):
            if kept.remove(decision) == nil { problem("what was not kept is abandoned") }
            if exists, decision.prospect.identity.size == version { problem("a good decision is abandoned") }
        case .report: break
        case .forget:
            forget()
        }
    }

    private mutating func forget() {
        guard let machine else { return problem("forgotten twice") }
        if Stage(machine.state) != .ended { problem("forgotten before its end") }
        if queued != nil || uploading != nil || filing != nil { problem("forgotten while something goes on") }
        if !kept.isEmpty { problem("forgotten with a decision") }
        lastSubmission = machine.submission
        wake = nil
        self.machine = nil
    }

    private mutating func expectCurrent(_ submission: Submission, _ what: String) {
        if machine?.submission != submission { problem("\(what) under \(submission), which is not current") }
    }

    private mutating func problem(_ text: String) { problems.append(text) }
}
