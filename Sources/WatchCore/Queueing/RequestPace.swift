package import BitMindAPI

/// How fast requests follow each other after the API has failed or has requested a pause.
///
/// 1. **Growth**: after a hold one request is in flight, and each success doubles that number. At the start,
///    and after a rest, time doubles it too: the API may accept fewer requests than there are slots.
/// 2. **Spacing**: if the API refuses requests while they grow, it accepts fewer than that. From then on
///    requests keep a distance, which doubles with each such refusal. After a minute without a refusal the
///    distance is halved. If the halved distance is refused, the old one is kept for twice as long, up to an
///    hour.
///
/// A value: the caller passes the time.
package struct RequestPace: Sendable {
    package typealias Instant = ContinuousClock.Instant

    /// Whether another request may begin.
    package enum Turn: Sendable, Hashable {
        case now
        case at(Instant)
        /// After a request has ended.
        case later
    }

    /// A failed request that holds up all requests, by kind.
    package enum Failure: Sendable {
        /// The API has requested a pause (429).
        case pause
        /// The API is overloaded (503; RFC 9110, section 15.6.4).
        case overloaded
        /// Any other failure. It is evidence about the pace only if it is repeated while the API can be
        /// reached. An API that ends in the middle of requests is not a slow one.
        case broken
        /// The API could not be reached, which is no evidence about the pace.
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
        /// There is no evidence against the API. With the start of the first request.
        case starting(Instant?)
        /// After a hold: the largest number of requests in flight.
        case recovering(Int)
        case done
    }

    private struct Spacing: Sendable {
        /// The shortest time from the start of one request to the next.
        var distance: Duration
        /// When the distance is halved; nil before a request has been answered at it.
        var until: Instant?
        /// How long a distance is kept.
        var term: Duration
        var isHalved = false
        /// The number of requests answered at this distance.
        var successes = 0
        /// The files whose requests were refused.
        var files: Set<FileKey>
    }

    private var growth = Growth.starting(nil)
    private var spacing: Spacing?
    /// Whether a request has ever been answered correctly.
    private var hasAnswered = false
    private var lastStart: Instant?
    private var lastPause: Instant?
    /// When the last hold began that was not caused by a refusal, and in which the API could be reached.
    private var lastBreak: Instant?
    /// When the growth after a hold was complete.
    private var recovered: Instant?
    /// The endpoints that have answered correctly since the last hold.
    private var succeeded: Set<Endpoint> = []

    /// How long a distance is kept: at first, and at most.
    static let terms: ClosedRange<Duration> = .seconds(60)...(.seconds(3_600))
    static let longestDistance = Duration.seconds(60)
    /// A shorter distance counts as none.
    static let shortestDistance = Duration.milliseconds(20)
    /// At a start, the number in flight doubles at this interval.
    static let step = Duration.milliseconds(25)
    /// The interval before the API has ever answered. It is longer because the first request also requests a
    /// token.
    static let firstStep = Duration.milliseconds(100)
    /// A refusal within this time of the start, or of the end of the growth, counts as part of it.
    static let start = Duration.seconds(2)
    /// After this time without a request, a new start begins.
    static let rest = Duration.seconds(10)
    /// Two requested pauses within this time belong together, and so do two breaks.
    static let pauses = Duration.seconds(600)
    private static let mostDoublings = 8
    private static let mostFiles = 8

    package init() {}

    /// Whether requests are sent as fast as the slots allow, and are not refused for it.
    package func isFull(at now: Instant) -> Bool {
        if case .recovering = growth { return false }
        return spacing == nil && recovered.map { now - $0 >= Self.start } ?? true
    }

    /// The largest number of requests at once, for a number of slots.
    func most(of slots: Int) -> Int {
        if case .recovering(let most) = growth { min(most, slots) } else { slots }
    }

    /// The shortest time from the start of one request to the next; zero for no limit.
    package var distance: Duration { spacing?.distance ?? .zero }

    /// Whether another request may begin.
    /// - Parameters:
    ///   - inFlight: the number of requests that began since the last hold, and have not ended.
    ///   - isProbe: whether only this request may be sent.
    package mutating func turn(inFlight: Int, isProbe: Bool, at now: Instant) -> Turn {
        relax(at: now)
        if let spacing, let lastStart {
            // A tenth longer, because requests arrive after uneven times.
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

    /// Whether a refusal cannot be caused by the pace: requests keep no distance, or have been answered at
    /// the current one.
    package var isTrusted: Bool { spacing.map { $0.successes >= 2 } ?? true }

    /// A request was answered correctly.
    /// - Parameter slots: the largest number of requests at once.
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
    ///   - files: those of the failed request.
    ///   - endpoint: where it failed.
    ///   - kind: how it failed.
    ///   - unit: the shortest distance between requests after repeated refusals.
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

    /// The hold continues, because a request on its own has failed as well.
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

    /// A file was the cause, not the pace.
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
