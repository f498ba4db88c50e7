import BitMindAPI
import Testing
import WatchCore

/// Files that cannot go on for a reason outside of them.
@Suite("FileMachine: holding")
struct HoldingTests {
    static let destination = FilingResult.destinationUnavailable(.ai, "No space left on device")
    static let place = FilingResult.placeUnavailable(
        DestinationPlace(.ai, RelativePath(Array("trip".utf8))), "Permission denied")
    static let unmovable = FilingResult.unmovable("Operation not permitted")

    static func unreadable() -> MachineBench {
        var bench = MachineBench(.movedIn)
        bench.tell(.looked(bench.submission, .unreadable("Permission denied")))
        return bench
    }

    static func immovable() -> MachineBench {
        var bench = MachineBench(.movedIn)
        bench.see(.sample(obstacle: "its folder"))
        return bench
    }

    @Test func `a file that cannot be read or moved is held before any upload`() {
        #expect(
            Self.unreadable().asked.first == .report(.held(.unreadable("Permission denied"))))
        let bench = Self.immovable()
        #expect(bench.asked.first == .report(.held(.unmovable("its folder"))))
        for bench in [Self.unreadable(), bench] {
            #expect(bench.machine.hold != nil && bench.wakesIn == Hold.retryInterval)
        }
    }

    @Test func `it is tried again when permissions change, and after a time, and goes on`() {
        for held in [Self.unreadable(), Self.immovable()] {
            var bench = held
            #expect(bench.tell(.attributesChanged) == [.look(bench.submission)])
            bench.see(.sample())
            #expect(bench.stage == .waiting && bench.machine.hold == nil)
            bench = held
            #expect(bench.wake() == [.look(bench.submission)])
            bench.see(.sample())
            #expect(bench.stage == .waiting)
        }
    }

    @Test func `it is reported once, however often it is tried`() {
        var bench = Self.unreadable()
        var other = Self.immovable()
        for _ in 0..<5 {
            bench.wake()
            bench.tell(.looked(bench.submission, .unreadable("Permission denied")))
            #expect(bench.asked == [.wake(at: bench.now + Hold.retryInterval)])
            other.tell(.attributesChanged)
            other.see(.sample(obstacle: "its folder"))
            #expect(other.asked == [.wake(at: other.now + Hold.retryInterval)])
        }
        bench.wake()
        bench.see(.sample(obstacle: "its folder"))
        #expect(bench.asked.count == 2, "another reason is told")
    }

    @Test
    func `a file that turns out unmovable after its verdict is reported once, and again after a new one`() {
        var bench = MachineBench.held(by: Self.unmovable)
        #expect(bench.asked.count == 2)
        bench.wake()
        bench.tell(.filed(bench.submission, Self.unmovable))
        #expect(bench.asked == [.wake(at: bench.now + Hold.retryInterval)])
        bench.tell(.touched)
        bench.wake()
        bench.see(.sample(size: 2000))
        bench.tell(.answered(bench.submission, .decided(.sample(.sample(size: 2000)))))
        bench.tell(.filed(bench.submission, Self.unmovable))
        #expect(bench.asked.count == 2)
    }

    @Test func `a file that became readable while it is still written is given its quiet time`() {
        var bench = Self.unreadable()
        bench.tell(.attributesChanged)
        bench.see(.sample(age: .milliseconds(100), writing: nil))
        #expect(bench.stage == .settling && bench.wakesIn == .milliseconds(900))
    }

    @Test func `a file whose bytes cannot be read during the upload is held`() {
        var bench = MachineBench.uploading()
        bench.tell(.answered(bench.submission, .unreadable("Input/output error")))
        bench.see(.sample())
        #expect(bench.stage == .held && bench.machine.hold?.reason == .unreadable("Input/output error"))
    }

    @Test func `a file that was cut short under its upload has changed, and is not unreadable`() {
        var bench = MachineBench.uploading()
        bench.tell(.answered(bench.submission, .unreadable("the file ended early")))
        bench.see(.sample(size: 400))
        #expect(bench.stage == .settling && bench.asked.first == .report(.changed(.size)))
    }

    @Test(arguments: [HoldingTests.unmovable, destination, place])
    func `a decision that could not be filed is filed later, and not paid for again`(result: FilingResult) {
        var bench = MachineBench.held(by: result)
        let decision = Decision.sample(.sample())
        #expect(bench.stage == .held)
        if result == Self.unmovable {
            #expect(bench.wakesIn == Hold.retryInterval && bench.machine.hold != nil)
            #expect(bench.tell(.destinationAvailable(.ai)) == [])
            bench.tell(.due)
        } else {
            #expect(bench.wakesIn == nil && bench.machine.hold?.decision == decision)
            #expect(bench.tell(.due) == [] && bench.tell(.attributesChanged) == [])
            #expect(bench.tell(.destinationAvailable(.human)) == [], "another destination's return")
            bench.tell(.destinationAvailable(.ai))
        }
        #expect(bench.asked == [.file(bench.submission, decision)])
        #expect(bench.tell(.filed(bench.submission, .filed(.ai))) == [.forget])
    }

    @Test(arguments: [HoldingTests.unmovable, destination, place])
    func `a decision is forgotten when the file turns out to be another one`(result: FilingResult) {
        let decision = Decision.sample(.sample())
        let other = Sighting.sample(size: 999)
        var bench = MachineBench.held(by: result)
        bench.tell(.touched)
        bench.wake()
        bench.see(other)
        let prospect = Prospect(other, type: .jpeg, complete: true)
        #expect(bench.asked == [.abandon(decision), .enqueue(bench.submission, prospect)])
    }

    @Test(arguments: [HoldingTests.unmovable, destination, place])
    func `whether a file of the same size is another one is told by its bytes, not by inode or times`(
        result: FilingResult
    ) {
        let decision = Decision.sample(.sample())
        for other in [Sighting.sample(inode: 8), .sample(age: .seconds(10)), .sample(changed: 5)] {
            var bench = MachineBench.held(by: result)
            bench.tell(.touched)
            bench.wake()
            bench.see(other)
            #expect(bench.asked == [.file(bench.submission, decision)])
            bench.tell(.filed(bench.submission, .changed))
            #expect(bench.asked.first == .report(.changed()) && bench.stage == .settling)
        }
    }

    @Test(arguments: [Sighting.sample(inode: 8), .sample(age: .seconds(10))])
    func `a decision without a digest is forgotten where inode or times are others`(other: Sighting) {
        var bench = MachineBench(.movedIn)
        bench.see(.sample(.unsupported("text")))
        bench.tell(.filed(bench.submission, Self.destination))
        bench.tell(.touched)
        bench.wake()
        bench.see(other)
        #expect(bench.asked.count == 2 && bench.stage == .waiting)
    }

    @Test(arguments: [HoldingTests.unmovable, destination, place])
    func `a decision is kept while the file stays what it was, whatever its events are`(result: FilingResult)
    {
        let decision = Decision.sample(.sample())
        // What a filing that fails does itself: it takes the file away, and puts it back.
        let ownEvents: [FileEvent] = [.vanished, .arrived(.movedIn)]
        for events in [ownEvents, [.touched], [.closed], [.arrived(.movedIn)], [.vanished]] {
            var early = MachineBench.filing()
            for event in events { early.tell(event) }
            early.tell(.filed(early.submission, result))
            var late = MachineBench.held(by: result)
            for event in events { late.tell(event) }
            for var bench in [early, late] {
                if bench.stage == .settling { bench.wake() }
                if bench.stage == .held {
                    bench.tell(result == Self.unmovable ? .due : .destinationAvailable(.ai))
                }
                if bench.stage == .identifying { bench.see(.sample(changed: 1)) }
                #expect(bench.asked == [.file(bench.submission, decision)], "\(events)")
            }
        }
    }

    @Test(arguments: [HoldingTests.unmovable, destination, place])
    func `a decision is forgotten with a file that is gone, or is none any more`(result: FilingResult) {
        let decision = Decision.sample(.sample())
        var bench = MachineBench.held(by: result)
        #expect(bench.tell(.vanished) == [.look(bench.submission)])
        #expect(bench.tell(.looked(bench.submission, .gone)) == [.abandon(decision), .forget])
        bench = .held(by: result)
        bench.tell(.arrived(.movedIn))
        bench.tell(.looked(bench.submission, .special("a symbolic link")))
        #expect(bench.asked == [.report(.skipped("a symbolic link")), .abandon(decision), .forget])
    }

    @Test func `a decision is kept over a time in which the file cannot be read`() {
        var bench = MachineBench.held(by: Self.destination)
        bench.tell(.arrived(.movedIn))
        bench.tell(.looked(bench.submission, .unreadable("Permission denied")))
        #expect(bench.stage == .held)
        bench.wake()
        bench.see(.sample(changed: 2))
        #expect(bench.asked == [.file(bench.submission, .sample(.sample()))])
    }

    @Test func `a failed file's decision is held like any other`() {
        var bench = MachineBench(.movedIn)
        bench.seeToTheEnd(.sample(.empty, size: 0))
        bench.tell(.filed(bench.submission, .destinationUnavailable(.failed, "Read-only file system")))
        #expect(bench.stage == .held)
        bench.tell(.destinationAvailable(.failed))
        #expect(bench.stage == .filing)
    }
}
