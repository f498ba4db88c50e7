import Testing
import WatchCore

@Suite("TroubleReports")
struct TroubleReportsTests {
    private let begin = ContinuousClock.now

    private func path(_ number: Int) -> RelativePath { RelativePath(Array("trip/\(number).jpg".utf8)) }

    private func add(
        _ count: Int, _ kind: TroubleReports.Kind, to reports: inout TroubleReports, at time: Int = 0
    ) {
        for number in 0..<count {
            reports.add(kind, .init(path(number), "Permission denied"), at: begin + .seconds(time))
        }
    }

    @Test(arguments: TroubleReports.Kind.allCases)
    func `few are reported each by itself, many in one entry with their number and the first names`(
        kind: TroubleReports.Kind
    ) {
        for count in [1, 2, 10, 11, 3000] {
            var reports = TroubleReports()
            add(count, kind, to: &reports)
            #expect(reports.report(at: begin, present: { _ in count }).isEmpty, "others may come")
            let events = reports.report(at: begin + .seconds(1), present: { _ in count })
            #expect(events.count == (count <= 10 ? count : 1))
            guard count > 10, let event = events.first else { continue }
            #expect(event.message.contains(count == 3000 ? "3,000" : "11"))
            #expect(event.message.contains("trip/0.jpg, trip/1.jpg, trip/2.jpg and"))
            #expect(event.message.contains("Permission denied") || kind == .tooDeep)
        }
    }

    @Test func `while many last, the entry is repeated at doubling intervals with their present number`() {
        var reports = TroubleReports()
        add(3000, .unmovable, to: &reports)
        var times: [Int] = []
        var count = 3000
        for time in 0..<200_000 where reports.due.map({ $0 <= begin + .seconds(time) }) == true {
            let events = reports.report(at: begin + .seconds(time), present: { _ in count })
            #expect(events.count == 1 && events.first?.message.contains("\(count / 1000),") == true)
            times.append(time)
            count -= 100
        }
        #expect(times.count < 15 && times.prefix(3) == [1, 601, 1801])
        let gaps = zip(times.dropFirst(), times).map { $0 - $1 }
        #expect(gaps == gaps.sorted())
        count = 0
        #expect(reports.report(at: begin + .seconds(10_000_000), present: { _ in count }).isEmpty)
        #expect(reports.due == nil)
    }

    @Test func `those that come later share an entry too, ever later, and at once again after a quiet time`()
    {
        var reports = TroubleReports()
        var entries = 0
        for time in 0..<500 {
            add(20, .unreadable, to: &reports, at: time)
            entries += reports.report(at: begin + .seconds(time), present: { _ in 20 * time }).count
        }
        #expect(entries < 12)
        var later = TroubleReports()
        add(1, .special, to: &later)
        #expect(later.report(at: begin + .seconds(1), present: { _ in 0 }).count == 1)
        add(1, .special, to: &later, at: 1000)
        #expect(later.due == begin + .seconds(1001))
    }

    @Test func `of a path that is too long the beginning is shown`() {
        var reports = TroubleReports()
        reports.add(
            .tooDeep, .init(RelativePath([UInt8](repeating: 0x64, count: 5000)), "its length"), at: begin)
        let events = reports.report(at: begin + .seconds(1), present: { _ in 0 })
        #expect(events.count == 1 && events.allSatisfy { $0.message.utf8.count < 600 })
    }
}
