import BitMindAPI
import Testing
import WatchCore

@Suite struct KindsInTurnTests {
    /// Sends that many files, each to a slot that it keeps, while both kinds wait.
    private func go(_ count: Int, slots: Int) -> [MediaKind] {
        var turns = KindsInTurn()
        var gone: [MediaKind] = []
        for _ in 0..<count {
            let videos = slots == 1 ? 0 : gone.count { $0 == .video }
            let next = turns.order(waiting: [.image, .video], videosInFlight: videos, slots: slots)[0]
            turns.went(next)
            gone.append(next)
        }
        return gone
    }

    @Test(arguments: [2, 3, 4, 8, 9, 256])
    func `videos take no more than half of the slots while images wait`(slots: Int) {
        #expect(go(slots, slots: slots).count { $0 == .video } == slots / 2)
    }

    @Test func `a single slot goes to either kind in turn`() {
        #expect(go(6, slots: 1) == [.image, .video, .image, .video, .image, .video])
    }

    @Test(arguments: MediaKind.allCases)
    func `a kind that waits alone takes all slots`(kind: MediaKind) {
        let turns = KindsInTurn()
        #expect(turns.order(waiting: [kind], videosInFlight: 8, slots: 8) == [kind])
        #expect(turns.order(waiting: [], videosInFlight: 0, slots: 8) == [])
    }
}
