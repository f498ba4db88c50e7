import BitMindAPI
import Testing
import WatchCore

@Suite("FileMachine: what looks unfinished")
struct UnfinishedTests {
    static let kinds: [Identification] = [
        .empty, .unsupported("zero bytes"), .media(.jpeg, complete: false), .media(.mp4, complete: false),
    ]

    /// How a file came, how long its stamps say that it is unchanged, and how long it is waited for from the first look
    /// on; in seconds. The look comes a second after an event.
    static let waits: [(Settling.Evidence, unchanged: Int, wait: Int)] = [
        // The last write was long ago; the writer closed it just now.
        (.closed, 70, 599), (.closed, 86_400, 599), (.closed, 1, 599), (.written, 1, 599),
        (.written, 900, 599),
        // A chmod, or a clock that is ahead, makes the wait longer at most.
        (.closed, 0, 600), (.closed, -50, 600),
        // A scan saw no writer: the stamps alone count.
        (.found, 20, 580), (.found, 599, 1), (.found, 600, 0), (.found, 86_400, 0), (.found, -50, 600),
        // A rename is the last sign of the program that put the file there.
        (.movedIn, 86_400, 600),
    ]

    @Test(arguments: waits)
    func `a file is waited for from the last sign of its writer on`(
        evidence: Settling.Evidence, unchanged: Int, wait: Int
    ) {
        for kind in Self.kinds {
            var bench = MachineBench(evidence, cutShort: .seconds(600))
            if bench.stage == .settling { bench.wake() }
            var file = Sighting.sample(kind, size: kind == .empty ? 0 : 1000)
            file.identity.changed = file.seen.advanced(by: .seconds(-unchanged))
            #expect(bench.seeToTheEnd(file) == .seconds(wait), "\(kind)")
            #expect(
                bench.stage == (kind == .empty || kind == .unsupported("zero bytes") ? .ended : .waiting))
        }
    }

    @Test func `a writer that a look has seen is a sign of a writer`() {
        var bench = MachineBench(.found, cutShort: .seconds(600))
        var file = Sighting.sample(.media(.avi, complete: false), writing: true)
        file.identity.changed = file.seen.advanced(by: .seconds(-86_400))
        bench.see(file)
        bench.wake()
        file.openForWriting = false
        #expect(bench.seeToTheEnd(file) == .seconds(600) - .milliseconds(200))
    }

    @Test func `while it is waited for, a file takes no part in the work, and is looked at ever less often`()
    {
        var bench = MachineBench(.movedIn, cutShort: .seconds(600))
        var looks = 0
        let file = Sighting.sample(.empty, size: 0)
        while bench.stage == .identifying, looks < 1000 {
            bench.see(file)
            looks += 1
            guard bench.stage == .settling else { break }
            #expect(bench.machine.awaited?.identity == file.identity)
            bench.wake()
            #expect(bench.machine.awaited != nil)
        }
        #expect(bench.stage == .ended && bench.machine.awaited == nil)
        #expect(looks < 30)
    }

    @Test func `its first bytes end the wait at once, and a write begins it again`() {
        var bench = MachineBench(.movedIn, cutShort: .seconds(600))
        bench.see(.sample(.empty, size: 0))
        bench.tell(.touched)
        #expect(bench.machine.awaited == nil, "it is being written")
        bench.wake()
        bench.see(.sample())
        #expect(bench.stage == .waiting)
    }
}
