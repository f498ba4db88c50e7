import BitMindAPI
import Testing
import WatchCore

/// From the first event of a file to the queue, or to the condition that it lacks.
@Suite("FileMachine: arriving")
struct ArrivingTests {
    /// How a file arrived, whether a process writes to it (nil: the kernel cannot answer), its age at the
    /// look; when it is looked at, and how long it waits then.
    static let ways: [(Settling.Evidence, writing: Bool?, age: Duration, look: Duration, then: Duration?)] = [
        (.movedIn, false, .zero, .zero, nil),
        (.movedIn, nil, .zero, .zero, nil),
        (.created, false, .zero, .milliseconds(20), nil),
        (.created, nil, .zero, .milliseconds(20), .milliseconds(980)),
        (.written, false, .zero, .seconds(1), nil),
        (.written, nil, .zero, .seconds(1), nil),
        (.closed, false, .zero, .seconds(1), nil),
        (.closed, nil, .zero, .seconds(1), nil),
        (.found, false, .seconds(1), .zero, nil),
        (.found, nil, .seconds(3600), .zero, nil),
        (.found, false, .milliseconds(300), .zero, .milliseconds(700)),
        (.found, false, .zero, .zero, .seconds(1)),
        (.found, false, .seconds(-3600), .zero, .seconds(1)),
    ]

    @Test(arguments: ways)
    func `a file is queued once it is complete by the way it came`(
        evidence: Settling.Evidence, writing: Bool?, age: Duration, look: Duration, then: Duration?
    ) {
        var bench = MachineBench(evidence)
        if look > .zero {
            #expect(bench.asked == [.wake(at: bench.now + look)])
            bench.wake()
        }
        #expect(bench.asked == [.look(bench.submission)])
        let file = Sighting.sample(age: age, writing: writing)
        bench.see(file)
        if let then {
            #expect(bench.asked == [.wake(at: bench.now + then)])
            #expect(bench.wake() == [.look(bench.submission)])
            bench.see(.sample(age: age < .zero ? age : age + then, writing: writing))
        }
        #expect(bench.stage == .waiting)
        #expect(bench.asked.count == 1)
    }

    @Test func `what is queued is what was seen`() {
        let file = Sighting.sample(.media(.webp, complete: true))
        let bench = MachineBench.waiting(file)
        #expect(
            bench.asked == [.enqueue(bench.submission, Prospect(file, type: .webp, complete: true))])
    }

    @Test func `a file that is written on is looked at only when the last write is long enough ago`() {
        var bench = MachineBench(.created)
        for _ in 0..<50 {
            bench.pass(.milliseconds(900))
            bench.tell(.touched)
            #expect(bench.wakesIn == .seconds(1))
        }
        bench.pass(.milliseconds(10))
        bench.tell(.closed)
        #expect(bench.wakesIn == .seconds(1))
        bench.wake()
        #expect(bench.stage == .identifying)
        bench.see(.sample(age: .seconds(1)))
        #expect(bench.stage == .waiting)
    }

    @Test func `a file that was created and is still empty waits for what comes`() {
        var bench = MachineBench(.created)
        bench.wake()
        bench.see(.sample(.empty, size: 0, age: .zero))
        #expect(bench.stage == .settling)
        bench.tell(.touched)
        bench.wake()
        bench.see(.sample())
        #expect(bench.stage == .waiting)
    }

    @Test(arguments: [Settling.Evidence.movedIn, .created, .written, .closed, .found])
    func `a file that is open for writing is never taken, and looked at ever less often`(
        evidence: Settling.Evidence
    ) {
        var bench = MachineBench(evidence)
        if bench.stage == .settling { bench.wake() }
        var waits: [Duration] = []
        for _ in 0..<12 {
            bench.see(.sample(writing: true))
            #expect(bench.stage == .settling)
            waits.append(bench.wakesIn ?? .zero)
            bench.wake()
        }
        #expect(
            Array(waits.prefix(7)) == [200, 400, 800, 1600, 3200, 6400, 10_000].map(Duration.milliseconds))
        #expect(waits.allSatisfy { $0 <= .seconds(10) })
        bench.see(.sample())
        #expect(bench.stage == .waiting)
    }

    @Test func `a write restarts the looks at a writer`() {
        var bench = MachineBench(.found)
        for _ in 0..<8 {
            bench.see(.sample(writing: true))
            bench.wake()
        }
        bench.tell(.touched)
        bench.wake()
        bench.see(.sample(writing: true))
        #expect(bench.wakesIn == .milliseconds(200))
    }

    @Test(arguments: [Settling.Evidence.movedIn, .closed, .found])
    func `a file that looks cut short is waited for, and sent all the same`(evidence: Settling.Evidence)
        throws
    {
        var bench = MachineBench(evidence)
        if bench.stage == .settling { bench.wake() }
        let cut = Sighting.sample(.media(.png, complete: false))
        let begin = bench.now
        for _ in 0..<200 where bench.stage != .waiting {
            bench.see(cut)
            if bench.stage == .settling { bench.wake() }
        }
        #expect(bench.now - begin == .seconds(60))
        #expect(
            bench.asked == [.enqueue(bench.submission, Prospect(cut, type: .png, complete: false))])
    }

    @Test(arguments: [(20, 40), (60, 0), (3600, 0), (-30, 60)])
    func `the wait for a cut-short file began when it last changed`(unchanged: Int, wait: Int) {
        var bench = MachineBench(.found)
        var cut = Sighting.sample(.media(.png, complete: false))
        cut.identity.changed = cut.seen.advanced(by: .seconds(-unchanged))
        let begin = bench.now
        for _ in 0..<200 where bench.stage != .waiting {
            bench.see(cut)
            if bench.stage == .settling { bench.wake() }
        }
        #expect(bench.now - begin == .seconds(wait))
    }

    @Test func `a cut-short file goes on at once when its rest has come, and waits again after a write`() {
        var bench = MachineBench(.found)
        let cut = Sighting.sample(.media(.mp4, complete: false))
        bench.see(cut)
        for _ in 0..<40 {
            bench.wake()
            bench.see(cut)
        }
        bench.tell(.touched)
        let begin = bench.now
        bench.wake()
        for _ in 0..<200 where bench.stage != .waiting {
            bench.see(cut)
            if bench.stage == .settling { bench.wake() }
        }
        #expect(bench.now - begin == .seconds(61))

        var other = MachineBench(.found)
        other.see(cut)
        other.wake()
        other.see(.sample(.media(.mp4, complete: true)))
        #expect(other.asked == [.enqueue(other.submission, Prospect(.sample(), type: .mp4, complete: true))])
    }

    static let failures: [(Identification, Int64, Sidecar.FailureCode, String)] = [
        (.empty, 0, .empty, "empty"),
        (.unsupported("HEIC"), 900, .unsupportedType, "HEIC"),
        (.media(.jpeg, complete: true), 100_000_001, .tooLarge, "100000001"),
        (.media(.png, complete: false), 100_000_001, .tooLarge, "100 MB"),
        (.media(.mp4, complete: true), 500_000_001, .tooLarge, "500 MB"),
        (.media(.avi, complete: false), .max, .tooLarge, "videos"),
    ]

    @Test(arguments: failures)
    func `what the API never takes is failed without being sent`(
        identification: Identification, size: Int64, code: Sidecar.FailureCode, word: String
    ) throws {
        var bench = MachineBench(.movedIn)
        // Only an empty file may be one whose bytes are still to come.
        let waited = bench.seeToTheEnd(.sample(identification, size: size))
        #expect(waited == (identification == .empty ? .seconds(60) : .zero))
        guard case .file(let decision)? = bench.asked.first, bench.asked.last == .forget else {
            Issue.record("\(bench.asked)")
            return
        }
        guard case .failed(let failure) = decision.outcome else {
            Issue.record("\(decision.outcome)")
            return
        }
        #expect(failure.code == code && failure.message.contains(word) && failure.status == nil)
        #expect(decision.request == nil)
        if case .media(let type, let complete) = identification {
            #expect(decision.prospect.type == type && decision.prospect.complete == complete)
        } else {
            #expect(decision.prospect.type == nil)
        }
    }

    @Test(arguments: [(MediaType.jpeg, Int64(100_000_000)), (.quickTime, 500_000_000)])
    func `a file of the largest size that the API takes is sent`(type: MediaType, size: Int64) {
        #expect(MachineBench.waiting(.sample(.media(type, complete: true), size: size)).stage == .waiting)
    }

    @Test func `what is no file is reported and let go of, and what is gone is let go of`() {
        var bench = MachineBench(.movedIn)
        bench.tell(.looked(bench.submission, .special("a FIFO")))
        #expect(bench.asked == [.report(.skipped("a FIFO")), .forget])
        bench = MachineBench(.found)
        bench.tell(.looked(bench.submission, .gone))
        #expect(bench.asked == [.forget] && bench.stage == .ended)
    }

    @Test func `a scan adds nothing to a file that is known`() {
        for var bench in [
            MachineBench(.closed), MachineBench(.movedIn), .waiting(), .uploading(),
            HoldingTests.unreadable(), HoldingTests.immovable(),
        ] {
            let before = (bench.stage, bench.submission)
            #expect(bench.tell(.arrived(.found)) == [])
            #expect((bench.stage, bench.submission) == before)
        }
    }

    @Test func `a time that has come says nothing where none was asked for`() {
        for var bench in [MachineBench(.movedIn), .waiting(), .uploading()] {
            let stage = bench.stage
            #expect(bench.tell(.due) == [])
            #expect(bench.stage == stage)
        }
    }
}
