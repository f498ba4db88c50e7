/// How often a file has come back to where it would be sent again, and when it may be looked at the next time.
///
/// Every way back to an upload goes through here, so that no fault of a disk, a program or a person costs requests
/// without bound: the first time the file is looked at as soon as it is quiet, then after 2 s, and after twice as long
/// each time, up to ten minutes.
package struct Relapse: Sendable, Equatable {
    /// How often in a row.
    package private(set) var count = 0
    /// When it may be looked at again; nil where nothing keeps it.
    package private(set) var notBefore: ContinuousClock.Instant?

    /// The longest wait, and how long a file has to be left alone until the next time is a first one again.
    package static let longest = Duration.seconds(600)

    package init() {}

    /// The file has come back.
    /// - Returns: how long it waits at least.
    @discardableResult
    package mutating func add(at now: ContinuousClock.Instant) -> Duration {
        if isOver(at: now) { self = Relapse() }
        count += 1
        let wait = count == 1 ? .zero : min(Self.longest, .seconds(1) * (1 << min(count - 1, 12)))
        notBefore = now + wait
        return wait
    }

    /// Whether it was so long ago that it says nothing any more.
    package func isOver(at now: ContinuousClock.Instant) -> Bool {
        notBefore.map { now - $0 > Self.longest } ?? true
    }
}

/// The relapses of files that are in hand no more: what is put under the same path again goes on with them.
package struct Relapses: Sendable {
    private var relapses: [RelativePath: Relapse] = [:]
    /// More are not remembered: each has cost a request.
    private static let most = 10_000

    package init() {}

    /// Takes one that a file leaves behind, or takes it away where the file leaves none.
    package mutating func remember(_ relapse: Relapse, at path: RelativePath, now: ContinuousClock.Instant) {
        if relapse.count == 0 {
            if !relapses.isEmpty { relapses[path] = nil }
            return
        }
        if relapses.count >= Self.most { relapses = relapses.filter { !$0.value.isOver(at: now) } }
        if relapses.count >= Self.most { relapses.removeAll() }
        relapses[path] = relapse
    }

    /// That of a path.
    package func at(_ path: RelativePath) -> Relapse { relapses[path] ?? Relapse() }
}
