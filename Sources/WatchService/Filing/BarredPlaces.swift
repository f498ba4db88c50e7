package import WatchCore

/// What waits for a place in a destination.
package enum Barred: Hashable, Sendable {
    /// The file of a machine.
    case file(RelativePath)
    case leftover(DecidedLeftover.ID)
}

/// The places in destinations that some file can't be put into, though the destination can be written to.
///
/// A place is told of with its first file, and again when its last one is filed or gone: one file with a name that
/// is impossible there does not end the state with each neighbour that is filed. All its files are tried together,
/// at longer and longer intervals; those for the same place that come meanwhile are tried once, by themselves.
package struct BarredPlaces: Sendable {
    private struct Bar: Sendable {
        var delay = RetryDelay()
        /// When its files are tried next.
        var due: ContinuousClock.Instant
        /// Why, when it was last tried.
        var reason: String
        var files: Set<Barred> = []
        /// Those that have not been tried since the last trial began, the next one last.
        var untried: [Barred] = []
    }

    private var bars: [DestinationPlace: Bar] = [:]
    private var places: [Barred: DestinationPlace] = [:]

    package init() {}

    /// All places, the first by name first.
    package var all: [DestinationPlace] { bars.keys.sorted { "\($0)" < "\($1)" } }

    /// The files that wait for a place.
    package func files(of place: DestinationPlace) -> Set<Barred> { bars[place]?.files ?? [] }

    /// Where a file waits to be put; nil where it does not.
    package func place(of file: Barred) -> DestinationPlace? { places[file] }

    /// Has the files of a place be tried, in any order: where one of them can never go, others may.
    package mutating func beginTrial(of place: DestinationPlace) {
        let files = bars[place]?.files ?? []
        bars[place]?.untried = files.shuffled()
    }

    /// The next files of a trial; nothing is known yet of what comes of those before.
    package mutating func takeUntried(of place: DestinationPlace, most: Int) -> [Barred] {
        var taken: [Barred] = []
        while taken.count < most, let next = bars[place]?.untried.popLast() {
            if places[next] == place { taken.append(next) }
        }
        return taken
    }

    /// Why a file is not to be tried yet; nil where it may be.
    package func rest(
        of file: Barred, in role: DestinationRole, at now: ContinuousClock.Instant
    ) -> (place: DestinationPlace, reason: String)? {
        guard let place = places[file], place.role == role, let bar = bars[place], now < bar.due else {
            return nil
        }
        return (place, bar.reason)
    }

    /// A file, which waits for no other place, could not be put into this one.
    /// - Returns: whether that is news, and when to try the place's files next.
    package mutating func failed(
        _ file: Barred, at place: DestinationPlace, _ reason: String, now: ContinuousClock.Instant
    ) -> (isNews: Bool, due: ContinuousClock.Instant) {
        let known = bars[place]
        var bar = known ?? Bar(due: now + RetryDelay().current, reason: reason)
        // The others that are tried with it put nothing off.
        if bar.due <= now {
            bar.delay.double()
            bar.due = now + bar.delay.current
        }
        bar.reason = reason
        bar.files.insert(file)
        bars[place] = bar
        places[file] = place
        return (known == nil, bar.due)
    }

    /// What waits for a place, if it does, is known by another name from now on.
    /// - Parameter heir: waits for no place so far.
    package mutating func rename(_ file: Barred, to heir: Barred) {
        guard let place = places.removeValue(forKey: file) else { return }
        places[heir] = place
        bars[place]?.files.remove(file)
        bars[place]?.files.insert(heir)
    }

    /// A file waits for its place no more.
    /// - Returns: the place, where it was the last to do so.
    package mutating func left(_ file: Barred) -> DestinationPlace? {
        guard let place = places.removeValue(forKey: file) else { return nil }
        bars[place]?.files.remove(file)
        guard bars[place]?.files.isEmpty == true else { return nil }
        bars[place] = nil
        return place
    }
}
