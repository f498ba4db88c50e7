import BitMindAPI
import SampleMedia
import TestSupport
import Testing
import WatchCore

@Suite("WaitingQueue")
struct WaitingQueueTests {
    static let a = InboxID(1)
    static let b = InboxID(2)
    static let c = InboxID(3)

    static func file(
        _ inbox: InboxID, _ name: String, _ kind: MediaKind = .image, size: Int64 = 1000,
        submission: UInt64 = 1
    ) -> Candidate {
        let type: MediaType = kind == .image ? .jpeg : .mp4
        return Candidate(
            key: FileKey(inbox: inbox, path: RelativePath(Array(name.utf8))),
            submission: Submission(submission),
            prospect: Prospect(.sample(size: size), type: type, complete: true), kind: kind)
    }

    static func files(_ inbox: InboxID, _ count: Int, _ kind: MediaKind = .image, size: Int64 = 1000)
        -> [Candidate]
    {
        let mark = kind == .image ? "" : "v"
        return (0..<count).map { file(inbox, "\(inbox.number)-\(mark)\($0)", kind, size: size) }
    }

    static func names(_ candidates: [Candidate]) -> [String] {
        candidates.map { String(decoding: $0.key.path.bytes, as: UTF8.self) }
    }

    @Test func `inboxes are served in turn, each in its own order`() {
        var queue = WaitingQueue()
        queue.add(Self.files(Self.a, 4) + Self.files(Self.b, 2) + Self.files(Self.c, 1))
        var order: [String] = []
        while !queue.isEmpty { order += Self.names(queue.take(.image, most: 1, bytes: 1)) }
        #expect(order == ["1-0", "2-0", "3-0", "1-1", "2-1", "1-2", "1-3"])
    }

    @Test func `a flood in one inbox does not keep the next file of another waiting`() {
        var queue = WaitingQueue()
        queue.add(Self.files(Self.a, 2000))
        _ = queue.take(.image, most: 50, bytes: .max)
        queue.add([Self.file(Self.b, "urgent")])
        #expect(Self.names(queue.take(.image, most: 50, bytes: .max)).prefix(2).contains("urgent"))
    }

    @Test func `images and videos each take turns by themselves`() {
        var queue = WaitingQueue()
        for inbox in [Self.a, Self.b] {
            queue.add(Self.files(inbox, 10) + Self.files(inbox, 10, .video))
        }
        var served: [MediaKind: Set<InboxID>] = [:]
        for round in 0..<4 {
            let kind: MediaKind = round % 2 == 0 ? .image : .video
            for file in queue.take(kind, most: 1, bytes: .max) {
                #expect(file.kind == kind)
                served[kind, default: []].insert(file.key.inbox)
            }
        }
        #expect(served == [.image: [Self.a, Self.b], .video: [Self.a, Self.b]])
    }

    @Test func `a batch keeps within its bytes and its number`() {
        var queue = WaitingQueue()
        queue.add(Self.files(Self.a, 100, size: 30))
        #expect(queue.take(.image, most: 50, bytes: 100).count == 3)
        #expect(queue.take(.image, most: 50, bytes: 120).count == 4)
        #expect(queue.take(.image, most: 50, bytes: .max).count == 50)
        #expect(queue.take(.image, most: 50, bytes: 29).count == 1, "a first file that is larger goes alone")
        #expect(queue.count(of: .image) == 42)
    }

    @Test(arguments: 0..<UInt64(20))
    func `whether files share a request is known before they are taken`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var queue = WaitingQueue()
        for number in 0..<200 {
            let inbox = InboxID(Int(random.next() % 3))
            queue.add([Self.file(inbox, "\(number)", size: Int64(random.next() % 100) + 1)])
            if random.next() % 2 == 0 { queue.withdraw(Self.file(inbox, "\(random.next() % 200)").key) }
        }
        while !queue.isEmpty {
            let bytes = Int64(random.next() % 100)
            let barred: Set = [InboxID(Int(random.next() % 5))]
            let isShared = queue.nextIsShared(of: .image, bytes: bytes, except: barred)
            #expect(isShared == (queue.take(.image, most: 50, bytes: bytes, except: barred).count > 1))
        }
    }

    @Test func `a large file is not kept out for ever by small ones of other inboxes`() {
        for order in [[Self.a, Self.b, Self.c], [Self.c, Self.a, Self.b], [Self.b, Self.c, Self.a]] {
            var queue = WaitingQueue()
            for inbox in order {
                let large = [Self.file(Self.a, "large", size: 99_999_999)]
                queue.add(inbox == Self.a ? large : Self.files(inbox, 2000))
            }
            let requests = (0..<3).map { _ in Self.names(queue.take(.image, most: 50, bytes: 100_000_000)) }
            #expect(requests.joined().contains("large"))
        }
    }

    @Test func `sizes at the end of what a number holds do not matter`() {
        var queue = WaitingQueue()
        queue.add([Self.file(Self.a, "x", size: .max), Self.file(Self.a, "y", size: .max)])
        #expect(queue.take(.image, most: 50, bytes: .max).count == 1)
        #expect(queue.take(.image, most: 50, bytes: .max).count == 1)
    }

    @Test func `what was not sent comes back before all others of its inbox`() {
        var queue = WaitingQueue()
        queue.add(Self.files(Self.a, 4))
        let taken = queue.take(.image, most: 2, bytes: .max)
        queue.putBack(taken)
        #expect(Self.names(queue.take(.image, most: 4, bytes: .max)) == ["1-0", "1-1", "1-2", "1-3"])
    }

    @Test func `the parts of a refused batch go first, and as they are`() {
        var queue = WaitingQueue()
        queue.add(Self.files(Self.a, 3))
        let parts = [Self.files(Self.b, 4, size: 99_000_000), [Self.file(Self.c, "alone")]]
        for part in parts { queue.add(group: part) }
        #expect(queue.count(of: .image) == 8)
        #expect(queue.nextIsShared(of: .image, bytes: 100))
        #expect(queue.take(.image, most: 50, bytes: 100) == parts[0])
        #expect(!queue.nextIsShared(of: .image, bytes: .max))
        #expect(queue.take(.image, most: 50, bytes: 100) == parts[1])
        #expect(queue.nextIsShared(of: .image, bytes: .max))
        #expect(!queue.nextIsShared(of: .video, bytes: .max))
    }

    @Test func `what a request does not take of a group waits on as one, before all others`() {
        var queue = WaitingQueue()
        let files = Self.files(Self.a, 5)
        queue.add(group: Array(files[..<4]))
        queue.add(group: Array(files[4...]))
        #expect(queue.take(.image, most: 1, bytes: .max) == [files[0]])
        #expect(queue.count(in: Self.a) == 4)
        queue.withdraw(files[1].key)
        #expect(queue.take(.image, most: 50, bytes: .max) == Array(files[2..<4]))
        #expect(queue.take(.image, most: 50, bytes: .max) == [files[4]])
    }

    @Test func `files of different standing share no request, and each standing keeps its order`() {
        var queue = WaitingQueue()
        let files = Self.files(Self.a, 6).enumerated().map { number, file in
            var file = file
            file.setbacks.failures = number % 3
            file.setbacks.isFailing = number % 3 == 2
            return file
        }
        queue.add(files)
        for (standing, first) in [(Standing.tried, 1), (.failing, 2), (.fresh, 0)] {
            #expect(queue.hasFiles(of: .image, standing))
            #expect(queue.nextIsShared(of: .image, bytes: .max, standing: standing))
            let taken = queue.take(.image, most: 50, bytes: .max, standing: standing)
            #expect(taken == [files[first], files[first + 3]])
            #expect(!queue.hasFiles(of: .image, standing))
        }
        #expect(queue.isEmpty)
    }

    @Test func `a delayed file goes when its time has come, not before`() {
        var queue = WaitingQueue()
        let now = ContinuousClock.now
        queue.add(Self.file(Self.a, "late"), notBefore: now + .seconds(10))
        queue.add(Self.file(Self.a, "later"), notBefore: now + .seconds(20))
        #expect(queue.isEmpty && queue.count(in: Self.a) == 2)
        #expect(queue.nextDelayed == now + .seconds(10))
        queue.admitDelayed(at: now + .seconds(9))
        #expect(queue.take(.image, most: 9, bytes: .max) == [])
        queue.admitDelayed(at: now + .seconds(10))
        #expect(Self.names(queue.take(.image, most: 9, bytes: .max)) == ["late"])
        #expect(queue.nextDelayed == now + .seconds(20) && queue.count(in: Self.a) == 1)
        queue.admitDelayed(at: now + .seconds(30))
        #expect(queue.count(of: .image) == 1 && queue.nextDelayed == nil)
    }

    /// The ways into the queue.
    static let ways: [@Sendable (inout WaitingQueue, Candidate) -> Void] = [
        { $0.add([$1]) }, { $0.putBack([$1]) }, { $0.add(group: [$1]) },
        { $0.add($1, notBefore: .now - .seconds(1)) },
    ]

    static func drain(_ queue: inout WaitingQueue) -> [Candidate] {
        queue.admitDelayed(at: .now + .seconds(3600))
        var all: [Candidate] = []
        for kind in MediaKind.allCases {
            while queue.count(of: kind) > 0 {
                let taken = queue.take(kind, most: 7, bytes: .max)
                if taken.isEmpty {
                    Issue.record("\(queue.count(of: kind)) are counted, and none comes")
                    return all
                }
                all += taken
            }
        }
        return all
    }

    @Test func `a withdrawn file never comes, whichever way it waited`() {
        for way in Self.ways {
            var queue = WaitingQueue()
            queue.add(Self.files(Self.b, 2))
            way(&queue, Self.file(Self.a, "gone"))
            way(&queue, Self.file(Self.a, "stays"))
            queue.withdraw(Self.file(Self.a, "gone").key)
            #expect(queue.count(in: Self.a) == 1)
            #expect(Set(Self.names(Self.drain(&queue))) == ["stays", "2-0", "2-1"])
        }
    }

    @Test func `an earlier submission that comes back never takes the place of a later one`() {
        let old = Self.file(Self.a, "x", submission: 4)
        let new = Self.file(Self.a, "x", submission: 5)
        for first in Self.ways {
            for second in Self.ways {
                var queue = WaitingQueue()
                first(&queue, new)
                second(&queue, old)
                #expect(Self.drain(&queue) == [new])
                first(&queue, old)
                second(&queue, new)
                #expect(queue.count(in: Self.a) == 1)
                #expect(Self.drain(&queue) == [new])
            }
        }
    }

    @Test func `a file that became a video waits as one`() {
        var queue = WaitingQueue()
        queue.add([Self.file(Self.a, "x")])
        queue.add([Self.file(Self.a, "x", .video, submission: 2)])
        #expect(queue.count(of: .image) == 0 && queue.count(of: .video) == 1)
        #expect(queue.take(.image, most: 1, bytes: .max) == [])
    }

    @Test func `an inbox that is barred has no turn, and keeps its place for afterwards`() {
        var queue = WaitingQueue()
        queue.add(Self.files(Self.a, 3))
        let barred: Set = [Self.a]
        #expect(queue.count(of: .image, except: barred) == 0)
        #expect(!queue.nextIsShared(of: .image, bytes: .max, except: barred))
        #expect(queue.take(.image, most: 50, bytes: .max, except: barred) == [])
        queue.add([Self.file(Self.b, "other")])
        #expect(queue.inboxes == [Self.a, Self.b])
        #expect(queue.count(of: .image, except: barred) == 1)
        #expect(Self.names(queue.take(.image, most: 50, bytes: .max, except: barred)) == ["other"])
        #expect(queue.take(.image, most: 50, bytes: .max) == Self.files(Self.a, 3))
    }

    @Test func `thousands of files are withdrawn one by one within a moment`() {
        var queue = WaitingQueue()
        let files = Self.files(Self.a, 8000)
        queue.add(files)
        let time = processorTime {
            for file in files.reversed() { queue.withdraw(file.key) }
            for file in files { queue.add(CollectionOfOne(file)) }
            for file in files { queue.add(CollectionOfOne(file)) }
            for file in files { queue.withdraw(file.key) }
        }
        #expect(queue.isEmpty)
        #expect(time < .seconds(5))
    }

    @Test(arguments: 0..<UInt64(20))
    func `after any changes, each file that waits comes once, and counts are true`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var queue = WaitingQueue()
        var waiting: [FileKey: Candidate] = [:]
        for round in 0..<400 {
            let kind = MediaKind.allCases[Int(random.next() % 2)]
            let inbox = InboxID(Int(random.next() % 3))
            let file = Self.file(inbox, "\(random.next() % 20)", kind, submission: UInt64(round))
            switch random.next() % 8 {
            case 0...4:
                Self.ways[Int(random.next() % 4)](&queue, file)
                waiting[file.key] = file
            case 5:
                queue.withdraw(file.key)
                waiting[file.key] = nil
            default:
                queue.admitDelayed(at: .now)
                for taken in queue.take(kind, most: Int(random.next() % 5) + 1, bytes: .max) {
                    #expect(waiting.removeValue(forKey: taken.key) == taken)
                }
            }
            #expect(queue.count(in: inbox) == waiting.keys.count { $0.inbox == inbox })
        }
        let rest = Self.drain(&queue)
        #expect(rest.count == waiting.count && rest.allSatisfy { waiting[$0.key] == $0 })
    }

    @Test func `the file that shows whether the API works is one that has not failed, else the longest ago`()
    {
        var queue = WaitingQueue()
        let start = ContinuousClock.now
        func tried(_ inbox: InboxID, _ name: String, _ seconds: Int) -> Candidate {
            var file = Self.file(inbox, name)
            file.setbacks.failures = 1
            file.setbacks.lastFailure = start + .seconds(seconds)
            return file
        }
        let late = tried(Self.a, "late", 9)
        let early = tried(Self.b, "early", 1)
        queue.add([late, early, Self.file(Self.c, "fresh")])
        queue.add(group: [tried(Self.a, "part", 0)])
        var order: [String] = []
        while let next = queue.takeProbe(.image, notFirst: late.key) { order += Self.names([next]) }
        #expect(order == ["fresh", "part", "early", "late"])
        #expect(queue.isEmpty && queue.count(in: Self.a) == 0)
        queue.add([late])
        #expect(queue.take(.image, most: 1, bytes: 1) == [late])
    }
}
