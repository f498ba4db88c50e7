import Testing
import WatchCore

@Suite("FileMachine: anything at any time")
struct FileMachineWalkTests {
    @Test(arguments: 0..<UInt64(40))
    func `after any events, a file is judged once, and filed by its last bytes once it is left alone`(
        seed: UInt64
    ) {
        for walk in 0..<50 {
            var world = FileWorld(seed: seed << 16 | UInt64(walk))
            for _ in 0..<(20 + walk * 8) { world.step() }
            let hasEnded = world.settleDown()
            #expect(hasEnded, "the file goes on for ever")
            #expect(!world.exists, "the file was forgotten in the inbox")
            #expect(world.problems == [])
            #expect(world.paid.values.allSatisfy { $0 == 1 }, "paid twice: \(world.paid)")
            #expect(Set(world.filedVersions).count == world.filedVersions.count)
        }
    }
}
