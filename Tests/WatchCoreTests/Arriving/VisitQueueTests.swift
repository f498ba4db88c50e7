import Testing
import WatchCore

@Suite("VisitQueue and ListingPace")
struct VisitQueueTests {
    private let begin = ContinuousClock.now

    /// A queue, and that many folders to put into it.
    private func folders(_ count: Int) -> [FolderTree.ID] {
        var tree = FolderTree()
        let root = tree.addRoot(inode: 1)
        return [root] + (1..<count).map { tree.add(Array("\($0)".utf8), to: root, inode: UInt64($0)) }
    }

    private func all(_ queue: inout VisitQueue, at now: ContinuousClock.Instant) -> [FolderTree.ID] {
        var taken: [FolderTree.ID] = []
        while let next = queue.next(at: now) { taken.append(next) }
        return taken
    }

    @Test func `folders come out in the order in which they went in, each once`() {
        var queue = VisitQueue()
        let ids = folders(3)
        for id in ids + ids.reversed() { queue.add(id) }
        #expect(all(&queue, at: begin) == ids)
        #expect(queue.isEmpty)
        queue.add(ids[1])
        #expect(all(&queue, at: begin) == [ids[1]])
    }

    @Test func `a folder that was taken out and put in again comes out once`() {
        var queue = VisitQueue()
        let ids = folders(3)
        for id in ids { queue.add(id) }
        queue.remove(ids[0])
        #expect(!queue.isEmpty)
        queue.add(ids[0])
        #expect(Set(all(&queue, at: begin)) == Set(ids))
        for id in ids { queue.add(id) }
        for id in ids { queue.remove(id) }
        #expect(queue.isEmpty && queue.next(at: begin) == nil)
    }

    @Test func `a folder in a pause comes at the end of the pause, once, and lets the others go first`() {
        var queue = VisitQueue()
        let ids = folders(2)
        for time in [5, 1, 9] { queue.add(ids[0], at: begin + .seconds(time)) }
        queue.add(ids[1])
        #expect(queue.nextPauseEnd == begin + .seconds(5), "a pause that runs is not made longer or shorter")
        #expect(all(&queue, at: begin) == [ids[1]])
        #expect(queue.isEmpty)
        #expect(all(&queue, at: begin + .seconds(4)) == [])
        #expect(all(&queue, at: begin + .seconds(5)) == [ids[0]])
        #expect(queue.nextPauseEnd == nil)
    }

    /// How long a listing takes, and how long the folder then pauses, in milliseconds.
    static let paces: [(took: Int, pause: Int)] = [
        (0, 1000), (10, 1000), (111, 1000), (200, 1800), (1000, 9000), (60_000, 30_000),
    ]

    @Test(arguments: paces)
    func `a folder is listed once a second at most, and for a tenth of the time at most`(
        took: Int, pause: Int
    ) {
        var pace = ListingPace()
        let folder = FolderIdentity(device: 1, inode: 2)
        let end = begin + .milliseconds(took)
        pace.listed(folder, from: begin, to: end)
        #expect(pace.pauseEnd(of: folder, at: end) == end + .milliseconds(pause))
        #expect(pace.pauseEnd(of: folder, at: end + .milliseconds(pause)) == nil)
        #expect(pace.pauseEnd(of: FolderIdentity(device: 2, inode: 2), at: end) == nil)
    }

    @Test func `pauses that are over take up no memory`() {
        var pace = ListingPace()
        for number in 0..<100_000 {
            let now = begin + .milliseconds(number)
            pace.listed(FolderIdentity(device: 1, inode: UInt64(number)), from: now, to: now)
        }
        #expect(pace.count < 10_000)
    }
}
