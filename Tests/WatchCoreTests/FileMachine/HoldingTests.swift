import BitMindAPI
import Testing
import WatchCore

/// Files that cannot proceed for a cause outside of them.
@Suite("FileMachine: holding")
struct HoldingTests {
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

    @Test func `a verdict on a file that cannot be looked at any more is kept until it can be`() {
        var bench = MachineBench.uploading()
        bench.tell(.touched)
        let decision = Decision.sample(.sample())
        bench.tell(.answered(bench.submission, .decided(decision)))
        bench.wake()
        bench.tell(.looked(bench.submission, .unreadable("Permission denied")))
        #expect(bench.stage == .held && bench.machine.stage == .decided)
        bench.wake()
        bench.see(.sample(changed: 2))
        #expect(bench.asked == [.file(decision), .forget])
    }

    @Test func `a verdict on a file that turns out to be another one is kept for the file that it is about`()
    {
        var bench = MachineBench.uploading()
        bench.tell(.touched)
        let decision = Decision.sample(.sample())
        bench.tell(.answered(bench.submission, .decided(decision)))
        bench.wake()
        let other = Sighting.sample(size: 999)
        bench.see(other)
        let prospect = Prospect(other, type: .jpeg, complete: true)
        #expect(bench.asked == [.keep(decision), .enqueue(bench.submission, prospect)])
        bench.tell(.vanished)
        #expect(bench.asked.last == .forget)
    }

    @Test func `a file of which a filing is blocked is left to that filing`() {
        var bench = MachineBench(.written)
        bench.wake()
        var file = Sighting.sample()
        file.isDecided = true
        bench.see(file)
        #expect(bench.asked == [.forget])
    }
}
