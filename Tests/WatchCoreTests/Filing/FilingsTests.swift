import BitMindAPI
import Testing
import WatchCore

/// Decided files, and what follows from each try to file them.
@Suite("Filings")
struct FilingsTests {
    typealias Bench = FilingsBench

    /// Each way to be blocked.
    static let blocking: [@Sendable (FilingID) -> FilingEnd] = [Bench.full, Bench.barred, Bench.stuck]

    @Test func `a decided file is tried at once, and let go of when it is filed`() {
        let bench = Bench()
        let id = bench.decide()
        #expect(bench.filings.activeCount == 1 && bench.place?.state == .filing)
        bench.tryAll { _ in Bench.filed }
        let outcome = FilingOutcome(id, path: Bench.path, Bench.filed)
        #expect(bench.asked == [.filed(outcome, found: bench.now)])
        #expect(bench.filings.count == 0 && bench.filings.activeCount == 0 && bench.filings.nextDue == nil)
    }

    @Test(arguments: blocking.indices)
    func `what blocks a filing is reported once, however often it is tried, and the decision is kept`(
        index: Int
    ) {
        let bench = Bench()
        bench.decide(ending: Self.blocking[index])
        #expect(bench.asked.reports.count == 1)
        guard case .blocked? = bench.asked.reports.first else {
            Issue.record("\(bench.asked)")
            return
        }
        #expect(bench.filings.count == 1 && bench.place?.nextTry != nil && bench.place?.reason != nil)
        for _ in 0..<5 {
            bench.comeDue()
            if bench.asked == [.probe(.ai)] { bench.probed() }
            #expect(bench.asked.reports == [])
            #expect(bench.tryAll { Self.blocking[index]($0.id) } == 1)
            #expect(bench.asked.reports == [])
        }
        bench.comeDue()
        if bench.asked == [.probe(.ai)] { bench.probed() }
        bench.tryAll { _ in Bench.filed }
        #expect(bench.filings.count == 0 && bench.filings.nextDue == nil)
    }

    @Test func `a destination and a folder are tried at doubled intervals, a file every half minute`() {
        for (index, waits) in [[1, 2, 4, 8, 16, 30, 30], [1, 2, 4, 8, 16, 30, 30], [30, 30, 30]].enumerated()
        {
            let bench = Bench()
            bench.decide(ending: Self.blocking[index])
            for wait in waits {
                #expect(bench.dueIn == .seconds(wait), "\(index)")
                bench.comeDue()
                if index == 0 {
                    bench.probed(failure: "no space")
                } else {
                    bench.tryAll { Self.blocking[index]($0.id) }
                }
            }
        }
    }

    @Test func `while a destination takes no files, what is decided for it waits untried`() {
        let bench = Bench()
        bench.decide(ending: Bench.full)
        bench.decide(Bench.path(1))
        #expect(bench.asked == [] && bench.begin() == nil)
        let reasons = bench.filings.places(at: bench.now).map(\.reason)
        #expect(reasons.count == 2 && Set(reasons).count == 1)
        bench.comeDue()
        bench.probed()
        #expect(bench.tryAll { _ in Bench.filed } == 2)
        #expect(bench.asked.reports == [.unblocked(.destination(.ai), isFiled: true)])
    }

    @Test func `what is queued goes back when its destination fails, and what is in hand is no trial`() {
        let bench = Bench()
        for number in 0..<40 { bench.decide(Bench.path(number)) }
        guard let first = bench.begin(), let second = bench.begin() else {
            Issue.record("nothing begins")
            return
        }
        #expect(first.jobs.count == 32 && second.jobs.count == 8)
        bench.decide(Bench.path(40))
        bench.finish(first.bulk, first.jobs) { Bench.full($0.id) }
        #expect(bench.asked.reports.count == 1 && bench.filings.activeCount == 8 && bench.begin() == nil)
        let due = bench.dueIn
        bench.finish(second.bulk, second.jobs) { Bench.full($0.id) }
        #expect(bench.dueIn == due && bench.filings.activeCount == 0)
        #expect(bench.asked.reports.count == 1)
    }

    @Test func `a fault that no trial finds is reported once, and ends with a file that is filed`() {
        let bench = Bench()
        bench.decide(ending: Bench.full)
        for wait in [2, 4, 8] {
            bench.comeDue()
            bench.probed()
            #expect(bench.asked == [])
            bench.tryAll { Bench.full($0.id) }
            #expect(bench.asked == [] && bench.dueIn == .seconds(wait))
        }
        bench.comeDue()
        bench.probed()
        bench.tryAll { _ in Bench.filed }
        #expect(bench.asked.reports == [.unblocked(.destination(.ai), isFiled: true)])
    }

    @Test func `a destination that a trial finds well works at once where nothing waits for it`() {
        let bench = Bench()
        bench.probed(failure: "the inbox is unavailable")
        #expect(bench.asked.reports.count == 1)
        bench.comeDue()
        #expect(bench.asked == [.probe(.ai)])
        bench.probed()
        #expect(bench.asked.reports == [.unblocked(.destination(.ai), isFiled: true)])
        #expect(bench.filings.nextDue == nil)
    }

    @Test func `a folder is reported with its first file, and again when its last one is filed or gone`() {
        for end in [Bench.filed, FilingEnd.gone] {
            let bench = Bench()
            for number in 0..<3 {
                bench.decide(Bench.path(number), ending: Bench.barred)
                #expect(bench.asked.reports.count == (number == 0 ? 1 : 0))
            }
            bench.comeDue()
            var isFirst = true
            bench.tryAll { job in
                defer { isFirst = false }
                return isFirst ? Bench.filed : Bench.barred(job.id)
            }
            #expect(bench.asked.reports == [])
            bench.comeDue()
            bench.tryAll { _ in end }
            let isFiled = end == Bench.filed
            #expect(bench.asked.reports == [.unblocked(.folder(Bench.folder), isFiled: isFiled)])
        }
    }

    @Test func `of many files of a folder some are tried at first, and more with each that is filed`() {
        let bench = Bench()
        for number in 0..<100 { bench.decide(Bench.path(number), ending: Bench.barred) }
        bench.comeDue()
        #expect(bench.tryAll { Bench.barred($0.id) } == 8)
        bench.comeDue()
        #expect(bench.tryAll { _ in Bench.filed } == 100)
    }

    @Test func `files of one folder that come meanwhile are tried once by themselves, and put nothing off`() {
        let bench = Bench()
        bench.decide(ending: Bench.barred)
        let due = bench.dueIn
        bench.decide(Bench.path(1), ending: Bench.barred)
        #expect(bench.dueIn == due && bench.begin() == nil)
    }

    @Test func `a filing whose blocker is another one now ends the old one`() {
        let bench = Bench()
        let id = bench.decide(ending: Bench.barred)
        bench.comeDue()
        bench.tryAll { Bench.stuck($0.id) }
        #expect(bench.asked.reports.first == .unblocked(.folder(Bench.folder), isFiled: false))
        guard case .blocked(.file(id), _, _)? = bench.asked.reports.last else {
            Issue.record("\(bench.asked)")
            return
        }
        #expect(bench.place?.state == .unmovable)
    }

    @Test func `a file that a program writes to is tried when it is quiet, and less and less often`() {
        let bench = Bench()
        bench.decide { _ in .busy }
        #expect(bench.asked == [] && bench.dueIn == .seconds(1) && bench.place?.state == .settling)
        for (times, wait) in [(2, 2), (3, 4), (4, 8)] {
            bench.comeDue()
            bench.tryAll { _ in .busy }
            #expect(
                bench.asked == [.report(.busy(Bench.path, times: times, wait: .seconds(wait)))])
            #expect(bench.dueIn == .seconds(wait))
        }
    }

    @Test func `large files wait in a lane of their own`() {
        let bench = Bench()
        bench.decide(Bench.path(1), Bench.decision(size: 1 << 40))
        bench.decide(Bench.path(2))
        let bulks = [bench.begin(), bench.begin()].compactMap { $0?.jobs.count }
        #expect(bulks == [1, 1] && bench.begin() == nil)
    }
}
