/// How often a file has come back to where it would be sent again, and when the next look is allowed.
///
/// Every way back to an upload passes through this type, so that no fault of a disk, a program or a person
/// causes an unlimited number of requests. The first look follows as soon as the file is quiet, the second
/// after 2 s, each later one after twice the wait before, up to ten minutes.
package struct Relapse: Sendable, Equatable {
    /// The number of consecutive relapses.
    package private(set) var count = 0
    /// The earliest time of the next look; nil if there is no wait.
    package private(set) var notBefore: ContinuousClock.Instant?

    /// The longest wait. It is also the time without a relapse after which the count starts again.
    package static let longest = Duration.seconds(600)

    package init() {}

    /// The file has come back.
    /// - Returns: the shortest wait before the next look.
    @discardableResult
    package mutating func add(at now: ContinuousClock.Instant) -> Duration {
        if isOver(at: now) { self = Relapse() }
        count += 1
        let wait = count == 1 ? .zero : min(Self.longest, .seconds(1) * (1 << min(count - 1, 12)))
        notBefore = now + wait
        return wait
    }

    /// Whether the last relapse is so long ago that it no longer counts.
    package func isOver(at now: ContinuousClock.Instant) -> Bool {
        notBefore.map { now - $0 > Self.longest } ?? true
    }
}

/// The relapses of files that are no longer in hand. The next file at the same path continues with them.
package struct Relapses: Sendable {
    private var relapses: [RelativePath: Relapse] = [:]
    /// The largest number kept. Each relapse has cost a request.
    private static let most = 10_000

    package init() {}

    /// Stores the relapse of a file, or removes the stored one if the file has none.
    package mutating func remember(_ relapse: Relapse, at path: RelativePath, now: ContinuousClock.Instant) {
        if relapse.count == 0 {
            if !relapses.isEmpty { relapses[path] = nil }
            return
        }
        if relapses.count >= Self.most { relapses = relapses.filter { !$0.value.isOver(at: now) } }
        if relapses.count >= Self.most { relapses.removeAll() }
        relapses[path] = relapse
    }

    /// The relapse of a path.
    package func at(_ path: RelativePath) -> Relapse { relapses[path] ?? Relapse() }
}
