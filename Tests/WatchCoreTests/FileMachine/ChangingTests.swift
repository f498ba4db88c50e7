import BitMindAPI
import Testing
import WatchCore

/// What a writer does to a file that is already on its way.
@Suite("FileMachine: changing under way")
struct ChangingTests {
    static let changes: [FileEvent] = [
        .touched, .closed, .arrived(.created), .arrived(.written), .arrived(.closed), .arrived(.movedIn),
    ]

    @Test(arguments: changes)
    func `a file that changes while it waits is withdrawn and looked at again`(change: FileEvent) {
        var bench = MachineBench.waiting()
        let first = bench.submission
        bench.tell(change)
        #expect(bench.asked.first == .withdraw(first))
        #expect(!bench.asked.contains { if case .report(.changed) = $0 { true } else { false } })
        #expect(bench.submission != first)
        if bench.stage == .settling { bench.wake() }
        #expect(bench.asked.last == .look(bench.submission))
        bench.see(.sample(inode: 8))
        #expect(
            bench.asked == [
                .enqueue(bench.submission, Prospect(.sample(inode: 8), type: .jpeg, complete: true))
            ])
    }

    @Test(arguments: changes)
    func `a file whose size changes during its upload has it cancelled, is reported and looked at again`(
        change: FileEvent
    ) {
        var bench = MachineBench.uploading()
        let first = bench.submission
        bench.tell(change)
        #expect(bench.wakesIn != nil && bench.stage == .uploading)
        bench.wake()
        #expect(bench.asked == [.look(first)] && bench.stage == .uploading)
        bench.see(.sample(size: 2000))
        #expect(Array(bench.asked.prefix(2)) == [.cancel(first), .report(.changed(.size))])
        #expect(bench.submission != first)
    }

    /// The events of a file whose bytes do not change: its times are set, it is opened and closed, rewritten
    /// with the same bytes, or another file of those bytes takes its name.
    static let touches: [[FileEvent]] =
        changes.map { [$0] } + [[.attributesChanged], [.touched, .closed, .attributesChanged, .closed]]

    @Test(arguments: touches)
    func `a file that is touched during its upload is not sent again, but compared once there is a verdict`(
        events: [FileEvent]
    ) {
        var bench = MachineBench.uploading()
        let first = bench.submission
        for event in events { bench.tell(event) }
        #expect(bench.stage == .uploading && bench.submission == first)
        var touched = Sighting.sample(inode: 8, age: .seconds(5), changed: 9)
        touched.seen = bench.date
        let decision = Decision.sample(.sample())
        bench.tell(.answered(first, .decided(decision)))
        if bench.stage == .settling { bench.wake() }
        if bench.stage == .identifying { bench.see(touched) }
        #expect(bench.asked == [.file(decision), .forget])
    }

    @Test func `a program that writes for ever to a file that is sent costs fewer and fewer looks`() {
        var bench = MachineBench.uploading()
        var looks = 0
        var due: ContinuousClock.Instant?
        var file = Sighting.sample()
        file.openForWriting = true
        for _ in 0..<600 {
            bench.tell(.touched)
            if let wait = bench.wakesIn { due = bench.now + wait }
            bench.pass(.milliseconds(100))
            guard let last = due, last <= bench.now else { continue }
            due = nil
            bench.tell(.due)
            #expect(bench.asked == [.look(bench.submission)])
            looks += 1
            bench.see(file)
            if let wait = bench.wakesIn { due = bench.now + wait }
        }
        #expect(bench.stage == .uploading)
        #expect((3...15).contains(looks))
    }

    @Test func `a file that keeps changing is sent at most ten times in a minute, and less and less often`() {
        var bench = MachineBench(.movedIn)
        let start = bench.now
        var requests: [Duration] = []
        var size: Int64 = 1000
        var reports = 0
        while bench.now - start < .seconds(3600) {
            size += 1
            let file = Sighting.sample(size: size)
            if bench.stage == .settling { bench.wake() }
            bench.see(file)
            guard bench.stage == .waiting else { break }
            bench.tell(.started(bench.submission))
            requests.append(bench.now - start)
            bench.tell(.answered(bench.submission, .changed))
            if case .report(.changed(_, let times, _)) = bench.asked.first { reports = times }
            // No event meanwhile makes it sooner.
            bench.tell(.arrived(.movedIn))
        }
        #expect(requests.count { $0 < .seconds(60) } <= 10)
        let later = requests.count { $0 >= .seconds(60) && $0 < .seconds(120) }
        #expect(later <= 1 && requests.count <= 20)
        #expect(reports == requests.count)
    }

    @Test func `a file that is removed under its upload again and again is sent less and less often`() {
        var relapse = Relapse()
        var bench = MachineBench(.movedIn)
        let start = bench.now
        var now = start
        var requests: [Duration] = []
        while now - start < .seconds(600) {
            bench = MachineBench(.movedIn, relapse: relapse, at: now)
            if bench.stage == .settling { bench.wake() }
            bench.see(.sample())
            bench.tell(.started(bench.submission))
            requests.append(bench.now - start)
            bench.tell(.vanished)
            relapse = bench.machine.relapse
            now = bench.now
        }
        #expect(requests.count { $0 < .seconds(60) } <= 10)
        #expect(requests.count <= 14)
    }

    @Test func `a file that moves away during its upload leaves it going, and takes it over elsewhere`() {
        var bench = MachineBench.uploading()
        let prospect = Prospect(.sample(), type: .jpeg, complete: true)
        #expect(bench.tell(.movedAway) == [.uproot(bench.submission, prospect), .forget])
        var other = MachineBench(.movedIn)
        var file = Sighting.sample()
        file.paid = .uploading(prospect)
        other.see(file)
        #expect(other.asked == [.adopt(other.submission)] && other.stage == .uploading)
        let decision = Decision.sample(.sample())
        other.tell(.answered(other.submission, .decided(decision)))
        if other.stage == .settling { other.wake() }
        if other.stage == .identifying { other.see(.sample()) }
        #expect(other.asked == [.file(decision), .forget])
    }

    @Test func `a file that comes under another path with its verdict is filed, not sent`() {
        var bench = MachineBench(.movedIn)
        var file = Sighting.sample()
        let decision = Decision.sample(file)
        file.paid = .decided(decision)
        bench.see(file)
        #expect(bench.asked == [.adopt(bench.submission), .file(decision), .forget])
    }

    static let lateAnswers: [Answer] = [
        .decided(.sample(.sample())), .postponed, .changed, .gone, .unreadable("Input/output error"),
    ]

    @Test(arguments: lateAnswers)
    func `an answer for an earlier submission is dropped, wherever the file is now`(answer: Answer) {
        var bench = MachineBench.uploading()
        let first = bench.submission
        bench.tell(.arrived(.movedIn))
        bench.wake()
        bench.see(.sample(size: 2000))
        if bench.stage == .settling { bench.wake() }
        let steps: [(inout MachineBench) -> Void] = [
            { $0.see(.sample()) }, { $0.tell(.started($0.submission)) },
            { $0.tell(.answered($0.submission, .decided(.sample(.sample())))) },
        ]
        for step in steps {
            let before = (bench.stage, bench.submission)
            #expect(bench.tell(.answered(first, answer)) == [])
            #expect(bench.tell(.started(first)) == [])
            #expect(bench.tell(.looked(first, .gone)) == [])
            #expect((bench.stage, bench.submission) == before)
            step(&bench)
        }
    }

    @Test(arguments: lateAnswers)
    func `an answer for an earlier file of the same path is dropped`(answer: Answer) {
        var old = MachineBench.uploading()
        old.tell(.vanished)
        var bench = MachineBench(.movedIn, after: old.submission)
        bench.see(.sample())
        bench.tell(.started(bench.submission))
        #expect(bench.tell(.answered(old.submission, answer)) == [])
        #expect(bench.stage == .uploading)
    }

    @Test func `bytes that changed without an event are found at the opening, and looked at again`() {
        for var bench in [MachineBench.waiting(), .uploading()] {
            bench.tell(.answered(bench.submission, .changed))
            #expect(bench.asked.first == .report(.changed(.sizeBefore)))
            #expect(bench.wakesIn == .seconds(1))
        }
    }

    @Test func `a file that is sent again keeps its submission`() {
        var bench = MachineBench.uploading()
        let first = bench.submission
        for _ in 0..<3 {
            #expect(bench.tell(.answered(first, .postponed)) == [])
            #expect(bench.stage == .waiting)
            bench.tell(.started(first))
            #expect(bench.stage == .uploading)
        }
        bench.tell(.answered(first, .decided(.sample(.sample()))))
        #expect(bench.asked == [.file(.sample(.sample())), .forget])
    }

    /// The stage of a file, and the actions when it vanishes in that stage.
    static let vanishing: [(MachineBench, @Sendable (Submission) -> [FileAction])] = [
        (MachineBench(.closed), { _ in [] }), (MachineBench(.movedIn), { _ in [] }),
        (.waiting(), { [.withdraw($0)] }), (.uploading(), { [.cancel($0)] }),
    ]

    @Test func `a file that vanishes is let go of, with what was asked for it`() {
        for (bench, takenBack) in Self.vanishing {
            var bench = bench
            let expected = takenBack(bench.submission) + [.forget]
            #expect(bench.tell(.vanished) == expected)
            #expect(bench.stage == .ended)
        }
    }

    @Test func `a machine that has ended asks for nothing any more`() {
        var bench = MachineBench.waiting()
        bench.tell(.vanished)
        let last = bench.submission
        let events: [FileEvent] =
            Self.changes + [
                .arrived(.found), .attributesChanged, .vanished, .due, .looked(last, .gone), .started(last),
                .answered(last, .decided(.sample(.sample()))),
            ]
        for event in events { #expect(bench.tell(event) == []) }
        #expect(bench.stage == .ended)
    }
}
