import Testing
import WatchCore
import WatchService

/// The places that some files can't be put into, as a value.
@Suite struct BarredPlacesTests {
    private let trip = DestinationPlace(.human, RelativePath(Array("trip".utf8)))
    private let other = DestinationPlace(.human, RelativePath(Array("other".utf8)))
    private let start = ContinuousClock.now

    private func file(_ number: Int) -> Barred { .file(RelativePath(Array("trip/\(number).jpg".utf8))) }

    @Test func `what is known by another name keeps its place, which is no news`() {
        var places = BarredPlaces()
        _ = places.failed(file(1), at: trip, "no way", now: start)
        places.rename(file(1), to: file(2))
        places.rename(file(3), to: file(4))
        #expect(places.place(of: file(1)) == nil && places.place(of: file(4)) == nil)
        #expect(places.files(of: trip) == [file(2)])
        #expect(places.left(file(1)) == nil)
        #expect(!places.failed(file(2), at: trip, "no way", now: start).isNews)
        #expect(places.left(file(2)) == trip)
    }

    @Test func `a place is news with its first file, and over with its last`() {
        var places = BarredPlaces()
        #expect(places.failed(file(1), at: trip, "no", now: start).isNews)
        #expect(!places.failed(file(2), at: trip, "no", now: start).isNews)
        #expect(places.failed(file(3), at: other, "no", now: start).isNews)
        #expect(places.all == [other, trip])
        #expect(places.left(file(1)) == nil)
        #expect(places.left(file(1)) == nil)
        #expect(places.left(file(9)) == nil)
        #expect(places.left(file(2)) == trip)
        #expect(places.left(file(3)) == other)
        #expect(places.all == [])
        #expect(places.failed(file(1), at: trip, "no", now: start).isNews)
    }

    @Test func `its files are tried together, ever more seldom, half a minute at the most`() {
        var places = BarredPlaces()
        var now = start
        var waits: [Int64] = []
        for _ in 0..<7 {
            var due = now
            for number in 0..<100 { (_, due) = places.failed(file(number), at: trip, "no", now: now) }
            waits.append((due - now).components.seconds)
            now = due
        }
        #expect(waits == [1, 2, 4, 8, 16, 30, 30])
        #expect(places.files(of: trip).count == 100)
    }

    @Test func `a file rests until its place is due, but not on its way to another destination`() {
        var places = BarredPlaces()
        let (_, due) = places.failed(file(1), at: trip, "no", now: start)
        #expect(places.rest(of: file(1), in: .human, at: start)?.place == trip)
        #expect(places.rest(of: file(1), in: .ai, at: start) == nil)
        #expect(places.rest(of: file(2), in: .human, at: start) == nil)
        #expect(places.rest(of: file(1), in: .human, at: due) == nil)
    }

    @Test func `of many files that wait for a place some are tried, each once in a trial`() {
        var places = BarredPlaces()
        for number in 0..<10_000 { _ = places.failed(file(number), at: trip, "no", now: start) }
        places.beginTrial(of: trip)
        let first = places.takeUntried(of: trip, most: 8)
        #expect(Set(first).count == 8)
        // One is filed: two more are tried.
        #expect(places.left(first[0]) == nil)
        let next = places.takeUntried(of: trip, most: 2)
        #expect(Set(next + first).count == 10)
        places.beginTrial(of: trip)
        #expect(places.takeUntried(of: trip, most: 20_000).count == 9_999)
        #expect(places.takeUntried(of: trip, most: 1).isEmpty)
    }
}
