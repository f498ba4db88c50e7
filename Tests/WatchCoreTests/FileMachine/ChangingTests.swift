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
    func `a file that changes while it waits is withdrawn and looked at anew`(change: FileEvent) {
        var bench = MachineBench.waiting()
        let first = bench.submission
        bench.tell(change)
        #expect(bench.asked.first == .withdraw(first))
        #expect(!bench.asked.contains(.report(.changed)))
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
    func `a file that changes during its upload has it cancelled, is reported and looked at anew`(
        change: FileEvent
    ) {
        var bench = MachineBench.uploading()
        let first = bench.submission
        bench.tell(change)
        #expect(Array(bench.asked.prefix(2)) == [.cancel(first), .report(.changed)])
        #expect(bench.submission != first)
    }

    static let lateAnswers: [Answer] = [
        .decided(.sample(.sample())), .postponed, .changed, .gone, .unreadable("Input/output error"),
    ]

    @Test(arguments: lateAnswers)
    func `an answer for an earlier submission is dropped, wherever the file is now`(answer: Answer) {
        var bench = MachineBench.uploading()
        let first = bench.submission
        bench.tell(.arrived(.movedIn))
        let steps: [(inout MachineBench) -> Void] = [
            { $0.see(.sample()) }, { $0.tell(.started($0.submission)) },
            { $0.tell(.answered($0.submission, .decided(.sample(.sample())))) },
            { $0.tell(.filed($0.submission, .unmovable("Operation not permitted"))) },
        ]
        for step in steps {
            let before = (bench.stage, bench.submission)
            #expect(bench.tell(.answered(first, answer)) == [])
            #expect(bench.tell(.started(first)) == [])
            #expect(bench.tell(.looked(first, .gone)) == [])
            #expect(bench.tell(.filed(first, .filed(.ai))) == [])
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

    @Test func `bytes that changed unheard are found out when the file is opened, and looked at anew`() {
        for var bench in [MachineBench.waiting(), .uploading()] {
            bench.tell(.answered(bench.submission, .changed))
            #expect(bench.asked.first == .report(.changed))
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
        #expect(bench.asked == [.file(first, .sample(.sample()))])
    }

    /// Where a file is, and what is to be taken back when it vanishes there.
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

    @Test func `a filing's own renaming is no vanishing`() {
        var bench = MachineBench.filing()
        #expect(bench.tell(.vanished) == [])
        #expect(bench.tell(.filed(bench.submission, .filed(.ai))) == [.forget])
        #expect(bench.stage == .ended)
    }

    @Test func `a file that takes the name during the filing is looked at once that is done, as another one`()
    {
        var bench = MachineBench.filing()
        let first = bench.submission
        bench.tell(.vanished)
        #expect(bench.tell(.arrived(.movedIn)) == [])
        bench.pass(.seconds(5))
        bench.tell(.filed(first, .filed(.ai)))
        #expect(bench.asked == [.look(bench.submission)] && bench.submission != first)
        var another = Sighting.sample(inode: 8)
        another.seen = bench.date
        bench.see(another)
        #expect(bench.stage == .waiting)
        #expect(bench.machine.found == bench.date, "what is told of the new file begins with itself")
    }

    @Test func `what is written during the filing is given its quiet time`() {
        var bench = MachineBench.filing()
        bench.tell(.arrived(.created))
        bench.tell(.touched)
        bench.tell(.filed(bench.submission, .filed(.human)))
        #expect(bench.wakesIn == .seconds(1))
    }

    @Test func `a file that vanishes again during the filing is none`() {
        var bench = MachineBench.filing()
        bench.tell(.arrived(.movedIn))
        bench.tell(.vanished)
        #expect(bench.tell(.filed(bench.submission, .filed(.ai))) == [.forget])
    }

    @Test func `other bytes than the judged ones are looked at anew, not filed`() {
        var bench = MachineBench.filing()
        let first = bench.submission
        bench.tell(.filed(first, .changed))
        #expect(bench.asked.first == .report(.changed) && bench.wakesIn == .seconds(1))
        bench.wake()
        bench.see(.sample(size: 2000))
        #expect(bench.stage == .waiting && bench.submission != first)
    }

    @Test func `a file that is gone when it is to be filed is let go of`() {
        var bench = MachineBench.filing()
        #expect(bench.tell(.filed(bench.submission, .gone)) == [.forget])
    }

    @Test func `a file that a filing missed, and a scan has found meanwhile, is looked for once more`() {
        var bench = MachineBench.filing()
        let first = bench.submission
        #expect(bench.tell(.arrived(.found)) == [])
        bench.tell(.filed(first, .gone))
        #expect(bench.asked == [.look(bench.submission)] && bench.submission != first)
    }

    @Test func `a machine that has ended asks for nothing any more`() {
        var bench = MachineBench.waiting()
        bench.tell(.vanished)
        let last = bench.submission
        let events: [FileEvent] =
            Self.changes + [
                .arrived(.found), .attributesChanged, .vanished, .due, .looked(last, .gone), .started(last),
                .answered(last, .decided(.sample(.sample()))), .filed(last, .filed(.ai)),
                .destinationAvailable(.ai),
            ]
        for event in events { #expect(bench.tell(event) == []) }
        #expect(bench.stage == .ended)
    }
}
