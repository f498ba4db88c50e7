import Testing
import WatchCore

@testable import WatchService

@Suite struct FolderUsesTests {
    private let uses = FolderUses()
    private let one = InboxID(1)
    private let two = InboxID(2)
    private let folder = FolderIdentity(device: 1, inode: 10)
    private let elsewhere = FolderIdentity(device: 1, inode: 11)

    private func use(_ inbox: InboxID, _ path: String, _ role: DestinationRole? = nil) -> FolderUses.Use {
        FolderUses.Use(inbox: inbox, path: Array(path.utf8), role: role)
    }

    private func watch(_ folder: FolderIdentity, insteadOf known: FolderIdentity? = nil) -> FolderUses.Use? {
        uses.watch(folder, insteadOf: known, asRootOf: nil)
    }

    @Test func `a destination is not watched, whose ever it is, until it is another folder`() {
        uses.add(use(two, "/human", .human), of: folder)
        #expect(watch(folder) == use(two, "/human", .human))
        uses.add(use(two, "/human", .human), of: elsewhere)
        #expect(watch(folder) == nil)
        uses.removeAll(of: two)
        #expect(watch(elsewhere) == nil)
    }

    @Test func `an inbox is watched as itself, and not as a folder of an inbox, its own or another`() {
        #expect(uses.claim(folder, for: use(one, "/in")) == nil)
        #expect(uses.watch(folder, insteadOf: nil, asRootOf: one) == nil)
        #expect(watch(folder) == use(one, "/in"))
        #expect(uses.watch(folder, insteadOf: nil, asRootOf: two) == use(one, "/in"))
    }

    @Test func `an inbox is claimed once, but for the one that takes its path over`() {
        #expect(uses.claim(folder, for: use(one, "/in")) == nil)
        #expect(uses.claim(folder, for: use(two, "/other-name")) == use(one, "/in"))
        #expect(uses.claim(folder, for: use(two, "/in")) == nil)
        #expect(
            uses.watch(folder, insteadOf: nil, asRootOf: two) == nil, "the former has not let go of it yet")
        uses.add(use(one, "/ai", .ai), of: elsewhere)
        #expect(uses.claim(elsewhere, for: use(two, "/in")) == use(one, "/ai", .ai))
    }

    @Test func `a watched folder that becomes a destination is news, and for as long as it is watched`() {
        #expect(watch(folder) == nil)
        // It moves: for a moment it is watched at both places.
        #expect(watch(folder) == nil)
        uses.unwatch([folder])
        let before = uses.version
        uses.add(use(one, "/ai", .ai), of: elsewhere)
        #expect(uses.version == before, "nobody watches that one")
        uses.add(use(one, "/ai", .ai), of: folder)
        #expect(uses.version != before)
        #expect(watch(folder) != nil)
    }

    @Test func `a folder that was just made in a watched one is not watched where files go to it`() {
        let (trip, day) = (use(one, "/ai/trip", .ai), use(one, "/ai/trip/day", .ai))
        let new = FolderIdentity(device: 1, inode: 12)
        uses.add(ifWatched: [(day, new), (trip, folder)])
        #expect(watch(folder) == nil, "neither was watched")
        let before = uses.version
        uses.add(ifWatched: [(day, new), (trip, folder), (use(one, "/ai", .ai), elsewhere)])
        #expect(uses.version != before && watch(folder) == trip && watch(new) == day)
        #expect(watch(elsewhere) == nil, "it is not below a watched one")
    }

    @Test func `a folder below a destination matters only while it is watched`() {
        uses.add(ifWatched: [(use(one, "/ai/trip", .ai), folder)])
        #expect(watch(folder) == nil)
        #expect(watch(elsewhere, insteadOf: folder) == nil)
        let before = uses.version
        uses.add(ifWatched: [(use(one, "/ai/trip", .ai), folder)])
        #expect(uses.version == before, "it is watched no more")
        uses.add(ifWatched: [(use(one, "/ai/trip", .ai), elsewhere)])
        #expect(uses.version != before)
        #expect(watch(elsewhere, insteadOf: elsewhere) == use(one, "/ai/trip", .ai))
    }
}
