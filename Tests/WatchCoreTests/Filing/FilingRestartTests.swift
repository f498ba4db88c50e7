import BitMindAPI
import Testing
import WatchCore

/// Filings that an earlier run has begun, and inboxes that come and go.
@Suite("Filings: restarts")
struct FilingRestartTests {
    typealias Bench = FilingsBench

    /// What a search finds of a filing.
    private static func found(_ end: FilingEnd) -> FilingOutcome {
        let decision = Bench.decision()
        let sidecar = decision.sidecar(
            path: Bench.path, inbox: "/inbox", sha256: decision.request?.sha256,
            modified: decision.prospect.identity.modified, by: .init(host: "host", version: "1"),
            found: MachineBench.epoch.advanced(by: .seconds(-7200)), filed: MachineBench.epoch)
        return FilingOutcome(Bench.id(), path: Bench.path, sidecar: sidecar, end)
    }

    @Test(arguments: FilingsTests.blocking.indices)
    func `a filing that an earlier run has begun and that is blocked is like any other`(index: Int) {
        let old = Bench()
        old.found([Self.found(FilingsTests.blocking[index](Bench.id()))])
        let new = Bench()
        new.decide(ending: FilingsTests.blocking[index])
        // It waits for as long as its file has been there.
        let age = old.filings.oldest.map { old.now.instant - $0 }
        #expect(age == .seconds(7200))
        #expect(old.filings.places(foundBefore: old.now.instant - .seconds(3600), at: old.now).count == 1)
        #expect(new.filings.places(foundBefore: new.now.instant - .seconds(3600), at: new.now).isEmpty)
        for bench in [old, new] {
            #expect(bench.filings.count == 1 && bench.asked.reports.count == 1)
            #expect(bench.place?.nextTry != nil && bench.place?.reason != nil)
            #expect(bench.filings.judged(at: Bench.path).count == 1)
            bench.comeDue()
            if bench.asked == [.probe(.ai)] { bench.probed() }
            bench.tryAll { _ in Bench.filed }
            #expect(bench.filings.count == 0)
        }
    }

    @Test(arguments: [FilingEnd.filed(destination: [], leavesSource: false), .changed, .gone, .foreign])
    func `what became of a filing that an earlier run has begun is reported`(end: FilingEnd) {
        let bench = Bench()
        bench.found([Self.found(end)])
        #expect(bench.asked.reports == [.resumed(Self.found(end))])
        #expect(bench.filings.count == 0 && bench.filings.isSearched(.ai))
        #expect(bench.asked.last == .look(Bench.path, .found, nil))
        #expect(bench.asked.contains(.relapse(Bench.path)) == (end == .changed))
    }

    @Test func `a foreign file is reported, and is no filing`() {
        let bench = Bench()
        let outcome = FilingOutcome(nil, path: RelativePath(Array("notes".utf8)), .foreign)
        bench.found([outcome])
        #expect(bench.asked == [.report(.resumed(outcome))])
    }

    @Test func `a file that is decided once more while its filing is blocked has one filing`() {
        let bench = Bench()
        bench.found([Self.found(Bench.stuck(Bench.id()))])
        bench.decide()
        #expect(bench.filings.count == 1)
        #expect(bench.tryAll { _ in Bench.filed } == 1)
    }

    @Test func `an inbox that is let go of forgets what waits, and keeps what is paid for`() {
        let bench = Bench()
        bench.decide(Bench.path(1), ending: Bench.barred)
        bench.decide(Bench.path(2))
        bench.forget()
        // A filing that was begun is found again on disk.
        #expect(bench.asked == [.keep(Bench.decision()), .keep(Bench.decision())])
        #expect(bench.filings.count == 0 && bench.filings.activeCount == 0 && bench.filings.nextDue == nil)
        #expect(!bench.filings.isSearched(.ai))
    }

    @Test func `a destination that failed while the inbox was there is reported when it works again`() {
        let bench = Bench()
        bench.decide(ending: Bench.full)
        bench.forget()
        #expect(bench.asked == [.keep(Bench.decision())] && bench.filings.count == 0)
        bench.comeDue()
        #expect(bench.asked == [.probe(.ai)])
        bench.probed()
        #expect(bench.asked.reports == [.unblocked(.destination(.ai), isFiled: true)])
    }

    @Test func `a filing in hand comes to its end after its inbox was let go of, and waits for nothing`() {
        for (end, isKept) in [(Bench.filed, false), (.gone, true), (Bench.full(Bench.id()), true)] {
            let bench = Bench()
            bench.decide()
            guard let (bulk, jobs) = bench.begin() else {
                Issue.record("nothing begins")
                return
            }
            bench.forget()
            #expect(bench.filings.activeCount == 1)
            bench.finish(bulk, jobs) { _ in end }
            #expect(
                bench.filings.count == 0 && bench.filings.activeCount == 0 && bench.filings.nextDue == nil)
            #expect(bench.asked.contains(.keep(Bench.decision())) == isKept)
            #expect(bench.asked.reports == [])
        }
    }

    @Test func `no two threads are at one filing where a search meets one that waits`() {
        let bench = Bench()
        bench.probed(failure: "the inbox is unavailable")
        bench.decide()
        bench.comeDue()
        #expect(bench.asked == [.probe(.ai)] && !bench.filings.isSearched(.ai) && bench.begin() == nil)
        bench.found([Self.found(Bench.full(Bench.id()))])
        bench.probed()
        let job = bench.begin()
        #expect(job?.jobs.count == 1 && bench.begin() == nil)
    }

    @Test func `a call that is lacking keeps files from being sent until a trial succeeds`() {
        let bench = Bench()
        bench.probed(failure: "a trial has failed: a file cannot be moved there: renameat2: no (ENOSYS)")
        #expect(bench.filings.isCallLacking)
        bench.comeDue()
        bench.probed()
        #expect(!bench.filings.isCallLacking)
    }
}
