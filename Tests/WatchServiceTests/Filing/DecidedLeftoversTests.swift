import Testing
import WatchCore

@testable import WatchService

/// The filings that no machine goes on with, as a value.
@Suite struct DecidedLeftoversTests {
    private let path = RelativePath(Array("photo.jpg".utf8))

    private let identity = FileIdentity(
        device: 1, inode: 1, size: 0, modified: Timestamp(seconds: 0), changed: Timestamp(seconds: 0))

    private func id(_ inode: UInt64, _ role: DestinationRole = .ai) -> DecidedLeftover.ID {
        var identity = identity
        identity.inode = inode
        return DecidedLeftover.ID(role, WorkName(identity, path: path, inbox: "/inbox"))
    }

    private func leftover(_ id: DecidedLeftover.ID) -> DecidedLeftover {
        DecidedLeftover(id, path: path, identity: identity, found: identity.changed)
    }

    @Test func `several may have come from one path, each with an end of its own`() {
        var leftovers = DecidedLeftovers()
        let ids = [id(1), id(2), id(2, .human)]
        for id in ids { leftovers.insert(leftover(id)) }
        leftovers.insert(leftover(ids[0]))
        #expect(Set(leftovers.at(path).map(\.id)) == Set(ids))
        #expect(leftovers.remove(ids[1])?.path == path)
        #expect(leftovers.remove(ids[1]) == nil)
        #expect(Set(leftovers.at(path).map(\.id)) == [ids[0], ids[2]])
        for id in ids { leftovers.remove(id) }
        #expect(leftovers.all.isEmpty && leftovers.at(path).isEmpty)
    }

    @Test func `one that is being tried is not given out again before its end is known`() {
        var leftovers = DecidedLeftovers()
        for id in [id(1), id(2)] { leftovers.insert(leftover(id)) }
        #expect(leftovers.begin([id(1)]).map(\.id) == [id(1)])
        #expect(leftovers.begin([id(1), id(2), id(3)]).map(\.id) == [id(2)])
        #expect(leftovers.begin([id(1), id(2)]).isEmpty)
        leftovers.insert(leftover(id(1)))
        #expect(leftovers.begin([id(1), id(2)]).map(\.id) == [id(1)])
    }

    @Test func `what only an earlier try could read is told with the next one`() {
        let leftover = self.leftover(id(1))
        let unreadable = Recovered(
            work: Array(id(1).work.text.utf8), end: .stuck("it cannot be read", by: .destination))
        let tried = leftover.tried(unreadable.end, unreadable)
        #expect(tried.path == path && tried.workName == id(1).work && tried.end == unreadable.end)
    }
}
