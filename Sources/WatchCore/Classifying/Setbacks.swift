package import BitMindAPI

/// What has gone wrong with one file's uploads: what tells a file that upsets the API from an API that is down.
package struct Setbacks: Sendable, Equatable {
    /// Failures of the service, and refusals without a reason (403), of requests that carried this file.
    package var failures = 0
    /// How many requests had succeeded, of all files of its kind, at the first of them.
    package var successesBefore: UInt64 = 0
    /// How often its bytes could not be read.
    package var unreadable = 0
    /// Whether it belongs to a part of a refused batch: one of that part's files is at fault.
    package var isSuspected = false
    /// Whether the API has refused it, or a batch with it.
    package var isRefused = false
    /// Whether the API has failed at it alone, while it succeeded with others.
    package var isFailing = false
    /// When the API first failed at it.
    package var firstFailure: Moment?
    /// When the API last failed at it.
    package var lastFailure: ContinuousClock.Instant?
    /// What was said then.
    package var cause: String?

    package init() {}

    /// A time, and how long the API had been down for all files until then.
    package struct Moment: Sendable, Equatable {
        package var at: ContinuousClock.Instant
        package var down: Duration
    }

    /// With what other files it may share a request.
    package var standing: Standing { isFailing ? .failing : failures > 0 ? .tried : .fresh }

    /// Whether others have succeeded since a request first failed with it: that is what speaks against a file.
    /// - Parameter successes: how many requests have succeeded so far, of all files of its kind.
    func isOutdone(by successes: UInt64) -> Bool { failures > 0 && successes > successesBefore }

    func isOlder(than other: Setbacks) -> Bool {
        guard let lastFailure, let theirs = other.lastFailure else { return lastFailure == nil }
        return lastFailure < theirs
    }

    /// For how long the API has failed at it while it was not down for all.
    /// - Parameter down: how long it has been down for all in all.
    func failing(at now: ContinuousClock.Instant, down: Duration) -> Duration {
        firstFailure.map { (now - $0.at) - (down - $0.down) } ?? .zero
    }
}

/// What is known of a file that waits. Files of different standing share no request.
package enum Standing: Sendable, Hashable, CaseIterable {
    /// No request has failed with it.
    case fresh
    /// A request with it has failed; it is not known why.
    case tried
    /// The API fails at it alone: it goes by itself, at growing intervals.
    case failing
}

/// What becomes of the files of a request that brought no verdicts.
package enum Aftermath: Sendable, Equatable {
    /// They go again, before others: nothing is known against them.
    case again
    /// They go again, after all others, and after a wait: one of them may be what the service fails at.
    case later(after: Duration)
    /// The halves go again, each by itself: one of the files is at fault, and it isn't known which.
    case halves
    /// It goes again by itself.
    case alone
    /// They go again, before others and with no others: one of them is known to be at fault, and what it cost to
    /// find that out is not to be paid again.
    case sameAgain
    /// It is this file's fault.
    case fail(Sidecar.FailureCode)
    /// It could not be read to its end: it is looked at anew.
    case lookAnew

    /// How often a service may fail at any files, before it is taken to be down for all.
    static let patience = 3

    /// What follows a request's failure.
    /// - Parameters:
    ///   - candidates: the files that the request carried; not empty.
    ///   - isBatch: whether it went to a batch endpoint.
    ///   - successes: how many requests have succeeded so far.
    ///   - failuresBefore: how many have failed in a row before this one, by the service's fault. Where there are
    ///     some, the service is down as far as anybody knows, which is nothing against these files, whatever
    ///     they have behind them.
    ///   - settings: the back-off's bounds.
    package static func following(
        _ error: APIError, candidates: [Candidate], isBatch: Bool, successes: UInt64,
        failuresBefore: Int, settings: RequestGate.Settings
    ) -> Aftermath {
        let setbacks = candidates.map(\.setbacks)
        switch error.blame {
        case .file:
            if candidates.count > 1 { return .halves }
            return isBatch ? .alone : .fail(error.kind == .tooLarge ? .tooLarge : .rejected)
        case .account:
            // Where one endpoint is refused, what it would take may go to the other. And one file may be the cause.
            return error.kind == .forbidden ? .later(after: .zero) : again(setbacks)
        case .caller:
            if error.kind != .bodyFailed { return again(setbacks) }
            let isRepeated = setbacks.contains { $0.unreadable > 0 }
            if candidates.count > 1 { return isRepeated ? .halves : .again }
            return .lookAnew
        case .service:
            let failures = setbacks.map(\.failures).max() ?? 0
            let others = setbacks.contains { $0.isOutdone(by: successes) }
            if others, failuresBefore < patience - 1 {
                return candidates.count > 1 ? .halves : .later(after: backOff(failures, settings))
            }
            return .later(after: .zero)
        }
    }

    /// What follows for a file of a batch that was answered, where its own entry is missing or no verdict.
    /// - Parameters:
    ///   - lacking: of how many files that is so.
    ///   - count: of how many files that were sent.
    package static func followingEntry(_ candidate: Candidate, lacking: Int, of count: Int) -> Aftermath {
        // An API that answers to a part of each batch would cost a request for each of the others.
        let isRepeated = candidate.setbacks.failures > 0
        return isRepeated || lacking <= count / 2 ? .alone : .later(after: .zero)
    }

    private static func again(_ setbacks: [Setbacks]) -> Aftermath {
        setbacks.allSatisfy(\.isSuspected) ? .sameAgain : .again
    }

    /// How long a file waits that the API fails at alone: twice as long each time.
    static func backOff(_ failures: Int, _ settings: RequestGate.Settings) -> Duration {
        min(settings.retryMaximum, settings.retryInitial * (1 << min(failures, 20)))
    }
}

extension Candidate {
    /// The file with what it has behind it after a failed request.
    /// - Parameters:
    ///   - successes: how many requests have been answered so far, of all files of its kind.
    ///   - down: how long the API has been down for all so far.
    package func after(
        _ error: APIError, successes: UInt64, at now: ContinuousClock.Instant, down: Duration
    ) -> Candidate {
        var next = self
        if error.mayHaveBeenProcessed { next.attempts += 1 }
        if error.kind == .bodyFailed { next.setbacks.unreadable += 1 }
        if error.blame == .file { next.setbacks.isRefused = true }
        if error.blame == .service || error.kind == .forbidden {
            // The first failure counts: that others succeed after it is what speaks against the file.
            if next.setbacks.failures == 0 {
                next.setbacks.successesBefore = successes
                next.setbacks.firstFailure = Setbacks.Moment(at: now, down: down)
            }
            next.setbacks.failures += 1
            next.setbacks.lastFailure = now
            next.setbacks.cause = "\(error)"
        }
        return next
    }
}
