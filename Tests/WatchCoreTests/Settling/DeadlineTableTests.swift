import SampleMedia
import Testing
import WatchCore

@Suite("DeadlineTable")
struct DeadlineTableTests {
    let start = ContinuousClock.now

    @Test func `deadlines come in the order of their time, and those of one time as they were set`() {
        var table = DeadlineTable<String>()
        for (key, wait) in [("c", 3), ("a", 1), ("b1", 2), ("b2", 2)] {
            table.set(key, at: start + .seconds(wait))
        }
        #expect(table.next == start + .seconds(1))
        #expect(table.popDue(at: start) == nil)
        #expect(table["c"] == start + .seconds(3) && table["d"] == nil)
        var order: [String] = []
        while let key = table.popDue(at: start + .seconds(3)) { order.append(key) }
        #expect(order == ["a", "b1", "b2", "c"])
        #expect(table.next == nil)
    }

    @Test func `a deadline set again comes once, at its new time, whether sooner or later`() {
        var table = DeadlineTable<String>()
        table.set("x", at: start + .seconds(5))
        table.set("x", at: start + .seconds(1))
        #expect(table.popDue(at: start + .seconds(1)) == "x")
        #expect(table.popDue(at: start + .seconds(9)) == nil)
        table.set("x", at: start + .seconds(1))
        table.set("x", at: start + .seconds(5))
        #expect(table.next == start + .seconds(5))
        #expect(table.popDue(at: start + .seconds(4)) == nil)
        #expect(table.popDue(at: start + .seconds(5)) == "x")
    }

    @Test func `a removed deadline never comes, one set after that does`() {
        var table = DeadlineTable<String>()
        table.set("x", at: start)
        table.set("y", at: start + .seconds(1))
        table.remove("x")
        table.remove("z")
        #expect(table.next == start + .seconds(1))
        table.set("x", at: start + .seconds(2))
        #expect(table.popDue(at: start + .seconds(9)) == "y")
        #expect(table.popDue(at: start + .seconds(9)) == "x")
        #expect(table.next == nil)
    }

    @Test func `a deadline set a hundred thousand times takes no memory for it`() {
        var table = DeadlineTable<Int>()
        for round in 0..<100_000 { table.set(round % 3, at: start + .milliseconds(round)) }
        #expect(table.footprint < 200)
        for key in 0..<3 { #expect(table.popDue(at: start + .seconds(100)) == key + 1 - (key == 2 ? 3 : 0)) }
    }

    @Test(arguments: 0..<UInt64(10))
    func `after any changes, the earliest comes first`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var table = DeadlineTable<Int>()
        var truth: [Int: Int] = [:]
        for _ in 0..<2000 {
            let key = Int(random.next() % 30)
            let time = Int(random.next() % 100)
            switch random.next() % 4 {
            case 0, 1:
                table.set(key, at: start + .seconds(time))
                truth[key] = time
            case 2:
                table.remove(key)
                truth[key] = nil
            default:
                if let due = table.popDue(at: start + .seconds(time)) {
                    let popped = truth.removeValue(forKey: due)
                    #expect(popped != nil && popped == min(popped ?? 0, truth.values.min() ?? 100))
                } else {
                    #expect(truth.values.allSatisfy { $0 > time })
                }
            }
            #expect(table.next == truth.values.min().map { start + .seconds($0) })
        }
    }
}
