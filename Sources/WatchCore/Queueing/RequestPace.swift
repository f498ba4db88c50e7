package import BitMindAPI

/// How fast requests follow each other after the API has failed or has asked for a pause.
///
/// 1. **Growth**: after a hold one request is in flight, and each success doubles that number. At the start, and
///    after a rest, time doubles it too: the API may take fewer requests than there are slots.
/// 2. **Spacing**: where the API refuses requests while they grow, it takes fewer than that. From then on requests
///    keep a distance, which doubles with each such refusal. After a minute without one the distance is halved;
///    where the halved one is refused, it is kept for twice as long, up to an hour.
///
/// A value: time is handed in.
package struct RequestPace: Sendable {
    package typealias Instant = ContinuousClock.Instant

    /// Whether one more request may begin.
    package enum Turn: Sendable, Hashable {
        case now
        case at(Instant)
        /// Once a request has ended.
        case later
    }

    /// How a request failed, for which everything waits.
    package enum Failure: Sendable {
        /// The API has asked for a pause (429).
        case pause
        /// It has too much to do (503; RFC 9110, section 15.6.4).
        case overloaded
        /// Anything else. It says something of the pace only where it happens again, and nothing where nobody could
        /// be reached then: an API that ends amid requests is no slow one.
        case broken
        /// Nobody could be reached, which says nothing of the pace.
        case unreachable

        package init(_ error: APIError) {
            self =
                switch (error.kind, error.status) {
                case (.rateLimited, _): .pause
                case (_, 503): .overloaded
                case (.unreachable, _) where !error.mayHaveBeenProcessed: .unreachable
                default: .broken
                }
        }
    }

    private enum Growth: Sendable {
        /// Nothing is known against the API. With the start of the first request.
        case starting(Instant?)
        /// After a hold: so many requests may be in flight.
        case recovering(Int)
        case done
    }

    private struct Spacing: Sendable {
        /// The least time from one request's start to the next.
        var distance: Duration
        /// When it is halved; nil before a request has been answered at it.
        var until: Instant?
        /// How long a distance is kept.
        var term: Duration
        var isHalved = false
        /// How many requests were answered at it.
        var successes = 0
        /// The files with which requests were refused.
        var files: Set<FileKey>
    }

    private var growth = Growth.starting(nil)
    private var spacing: Spacing?
    /// Whether a request has ever been answered as it should be.
    private var hasAnswered = false
    private var lastStart: Instant?
    private var lastPause: Instant?
    /// When the last hold began that no refusal was the cause of, and in which the API could be reached.
    private var lastBreak: Instant?
    /// When requests had grown as far as they can after a hold.
    private var recovered: Instant?
    /// The endpoints that have answered as they should since the last hold.
    private var succeeded: Set<Endpoint> = []

    /// How long a distance is kept: at first, and at the longest.
    static let terms: ClosedRange<Duration> = .seconds(60)...(.seconds(3_600))
    static let longestDistance = Duration.seconds(60)
    /// A shorter distance is none.
    static let shortestDistance = Duration.milliseconds(20)
    /// At a start, the number in flight doubles each time that so much has passed.
    static let step = Duration.milliseconds(25)
    /// The same before the API has ever answered: the first request asks for a token, too.
    static let firstStep = Duration.milliseconds(100)
    /// A refusal within this time of the start, or of the end of the growth, belongs to it.
    static let start = Duration.seconds(2)
    /// After so long without a request there is a new start.
    static let rest = Duration.seconds(10)
    /// Two requests for a pause within this time are one after the other, and so are two breaks.
    static let pauses = Duration.seconds(600)
    private static let mostDoublings = 8
    private static let mostFiles = 8

    package init() {}

    /// Whether requests go as fast as the slots allow, and are not refused for that.
    package func isFull(at now: Instant) -> Bool {
        if case .recovering = growth { return false }
        return spacing == nil && recovered.map { now - $0 >= Self.start } ?? true
    }

    /// How many requests there may be at once, of so many slots.
    func most(of slots: Int) -> Int {
        if case .recovering(let most) = growth { min(most, slots) } else { slots }
    }

    /// The least time from one request's start to the next; zero where there is none.
    package var distance: Duration { spacing?.distance ?? .zero }

    /// Whether one more request may begin.
    /// - Parameters:
    ///   - inFlight: how many have begun since the last hold, and not ended.
    ///   - isProbe: whether it is the only one that may go.
    package mutating func turn(inFlight: Int, isProbe: Bool, at now: Instant) -> Turn {
        relax(at: now)
        if let spacing, let lastStart {
            // A tenth more, for requests take uneven times to arrive.
            let next = lastStart + spacing.distance * 1.1
            if now < next { return .at(next) }
        }
        if isProbe { return .now }
        switch growth {
        case .starting(let began?):
            let steps = Int((now - began) / step)
            return steps >= Self.mostDoublings || inFlight < 1 << steps
                ? .now : .at(began + step * (steps + 1))
        case .recovering(let most): return inFlight < most ? .now : .later
        case .starting, .done: return .now
        }
    }

    /// A request begins.
    /// - Parameter inFlight: as for `turn`, without it.
    package mutating func began(inFlight: Int, at now: Instant) {
        switch growth {
        case .starting(nil): growth = .starting(now)
        case .starting, .done:
            let isRested = lastStart.map { now - $0 >= Self.rest } ?? false
            if inFlight == 0, isRested { growth = .starting(now) }
        case .recovering: break
        }
        lastStart = now
    }

    /// Whether a refusal is not for the pace: requests keep no distance, or have been answered at it.
    package var isTrusted: Bool { spacing.map { $0.successes >= 2 } ?? true }

    /// A request was answered as it should be.
    /// - Parameter slots: how many requests there may be at once.
    package mutating func succeeded(_ endpoint: Endpoint, slots: Int, at now: Instant) {
        succeeded.insert(endpoint)
        if var current = spacing {
            current.successes += 1
            current.until = current.until ?? now + current.term
            spacing = current
        }
        switch growth {
        case .starting(let began?):
            let steps = hasAnswered ? nil : min(Int((now - began) / Self.firstStep), Self.mostDoublings)
            growth = .starting(steps.map { now - Self.step * ($0 + 1) } ?? began - Self.step)
        case .recovering(let most) where most * 2 < slots: growth = .recovering(most * 2)
        case .recovering:
            growth = .done
            recovered = now
        case .starting(nil), .done: break
        }
        hasAnswered = true
    }

    private var step: Duration { hasAnswered ? Self.step : Self.firstStep }

    /// A hold begins.
    /// - Parameters:
    ///   - files: those of the request that failed.
    ///   - endpoint: where it failed.
    ///   - kind: how it failed.
    ///   - unit: the least distance that requests keep where one refusal follows another.
    package mutating func held(
        by files: [FileKey], _ endpoint: Endpoint, _ kind: Failure, unit: Duration, at now: Instant
    ) {
        let isTooFast =
            switch kind {
            case .pause where isRecent(lastPause, at: now): true
            case .broken where !isRecent(lastBreak, at: now): false
            case .unreachable: false
            case .pause, .overloaded, .broken:
                succeeded.contains(endpoint) && (spacing != nil || isGrowing(at: now))
            }
        if isTooFast { space(files, unit: unit) }
        switch kind {
        case .pause: lastPause = now
        case .broken: lastBreak = now
        case .overloaded, .unreachable: break
        }
        growth = .recovering(1)
        succeeded = []
    }

    /// The hold goes on, for one request alone has failed as well.
    package mutating func stayed(_ kind: Failure) {
        if kind == .unreachable { lastBreak = nil }
    }

    private func isRecent(_ instant: Instant?, at now: Instant) -> Bool {
        instant.map { now - $0 < Self.pauses } ?? false
    }

    private func isGrowing(at now: Instant) -> Bool {
        switch growth {
        case .starting(let began): began.map { now - $0 < Self.start } ?? false
        case .recovering: true
        case .done: recovered.map { now - $0 < Self.start } ?? false
        }
    }

    private mutating func space(_ files: [FileKey], unit: Duration) {
        let old = spacing
        let term = old.map { $0.isHalved ? min($0.term * 2, Self.terms.upperBound) : $0.term }
        spacing = Spacing(
            distance: min(max((old?.distance ?? .zero) * 2, unit), Self.longestDistance),
            term: term ?? Self.terms.lowerBound,
            files: (old?.files ?? []).union(files.prefix(Self.mostFiles)))
    }

    /// A file was the cause, and not the pace.
    package mutating func exonerate(for file: FileKey) {
        if isTrusted, spacing?.files.contains(file) == true { spacing = nil }
    }

    private mutating func relax(at now: Instant) {
        while var current = spacing, let until = current.until, now >= until {
            current.distance /= 2
            current.until = until + current.term
            current.isHalved = true
            current.successes = 0
            spacing = current.distance < Self.shortestDistance ? nil : current
        }
    }
}
