import BitMindAPI
import Testing
import WatchCore

/// What happens at the paths of decided files while they are filed, or wait for that.
@Suite("Filings: their paths")
struct FilingPathsTests {
    typealias Bench = FilingsBench

    @Test func `a filing's own renaming is no vanishing`() {
        let bench = Bench()
        bench.decide()
        #expect(bench.happens(.vanished))
        bench.tryAll { _ in Bench.filed }
        #expect(bench.asked.count == 1)
    }

    @Test(arguments: [
        ([FileEvent.vanished, .arrived(.movedIn)], Settling.Evidence.movedIn),
        ([.arrived(.created), .touched], .written), ([.touched, .closed], .closed),
        ([.arrived(.found)], .found), ([.arrived(.closed), .arrived(.found)], .closed),
    ])
    func `a file that takes the name meanwhile is looked at once the filing has its end`(
        events: [FileEvent], evidence: Settling.Evidence
    ) {
        for end in [Bench.filed, FilingEnd.gone] {
            let bench = Bench()
            bench.decide()
            for event in events { #expect(bench.happens(event)) }
            bench.tryAll { _ in end }
            #expect(bench.asked.last == .look(Bench.path, evidence, nil))
        }
    }

    @Test func `a file that vanishes again meanwhile is none`() {
        let bench = Bench()
        bench.decide()
        for event in [FileEvent.arrived(.movedIn), .movedAway] { #expect(bench.happens(event)) }
        bench.tryAll { _ in Bench.filed }
        #expect(bench.asked.count == 1)
    }

    @Test func `other bytes than the judged ones are looked at again, which is a relapse`() {
        let bench = Bench()
        bench.decide { _ in .changed }
        #expect(bench.asked == [.relapse(Bench.path), .look(Bench.path, .written, .bytes)])
        #expect(bench.filings.count == 0)
    }

    @Test func `a verdict on a file that is gone when it is to be filed is kept`() {
        let bench = Bench()
        bench.decide { _ in .gone }
        #expect(bench.asked == [.keep(Bench.decision())])
    }

    @Test func `what has the name of a file that was blocked is looked at when that has its end`() {
        let bench = Bench()
        bench.decide(ending: Bench.barred)
        bench.comeDue()
        bench.tryAll { _ in Bench.filed }
        #expect(bench.asked.contains(.look(Bench.path, .found, nil)))
    }

    @Test func `a copy whose source has changed is filed, and the source is looked at`() {
        let bench = Bench()
        bench.decide { _ in .filed(destination: [], leavesSource: true) }
        #expect(bench.asked.suffix(2) == [.relapse(Bench.path), .look(Bench.path, .found, nil)])
    }

    @Test func `what happens to the path of a blocked filing is no business of a filing in hand`() {
        let bench = Bench()
        bench.decide(ending: Bench.full)
        #expect(!bench.happens(.touched))
        #expect(bench.filings.contains(Bench.path) && !bench.filings.contains(Bench.path(1)))
    }

    @Test func `a file that cannot be moved is tried when its permissions change, or those of its folder`() {
        let bench = Bench()
        let id = bench.decide(ending: Bench.stuck)
        bench.isThere(id)
        #expect(bench.tryAll { Bench.stuck($0.id) } == 1)
        bench.permissionsChanged(in: Bench.path.folder)
        #expect(bench.tryAll { Bench.stuck($0.id) } == 1)
        bench.permissionsChanged(in: RelativePath(Array("other".utf8)))
        #expect(bench.begin() == nil)
    }

    @Test func `what happens to a file that waits for its destination has nothing tried`() {
        let bench = Bench()
        for end in [Bench.full, Bench.barred] {
            let id = bench.decide(ending: end)
            bench.isThere(id)
            #expect(bench.begin() == nil)
        }
    }

    @Test func `a program that opens and closes a file for ever has it tried once it is quiet`() {
        let bench = Bench()
        let id = bench.decide { _ in .busy }
        for _ in 0..<10 {
            bench.pass(.milliseconds(500))
            bench.isThere(id)
            #expect(bench.begin() == nil && bench.dueIn == .seconds(1))
        }
    }

    @Test
    func `the verdict on a file that leaves its path is kept once; its filing stays if it has begun`() {
        let bench = Bench()
        let tried = bench.decide(ending: Bench.full)
        let untried = bench.decide(Bench.path(1))
        bench.isElsewhere([tried, untried])
        #expect(bench.asked == [.keep(Bench.decision()), .keep(Bench.decision())])
        bench.isElsewhere([tried])
        #expect(bench.asked == [])
        #expect(bench.filings.count == 1 && bench.filings.contains(Bench.path))
    }

    @Test func `a file whose times were set is known by its new ones`() {
        let bench = Bench()
        let id = bench.decide(ending: Bench.full)
        let now = Sighting.sample(age: .seconds(10)).identity
        #expect(bench.filings.judged(at: Bench.path).allSatisfy { !$0.file.hasStamps(of: now) })
        bench.isThere(id, as: now)
        #expect(bench.filings.judged(at: Bench.path).allSatisfy { $0.file.hasStamps(of: now) })
    }

    @Test func `several filings may have come from one path, each with an end of its own`() {
        let bench = Bench()
        bench.probed(failure: "no space")
        let ids = (1...3).map { bench.decide(Bench.path, Bench.decision(inode: $0)) }
        #expect(Set(bench.filings.judged(at: Bench.path).map(\.id)) == Set(ids))
        bench.isElsewhere([ids[1]])
        #expect(Set(bench.filings.judged(at: Bench.path).map(\.id)) == [ids[0], ids[2]])
        bench.isElsewhere(ids)
        #expect(bench.filings.count == 0 && !bench.filings.contains(Bench.path))
    }
}
