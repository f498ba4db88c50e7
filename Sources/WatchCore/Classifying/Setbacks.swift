package import BitMindAPI

/// What has gone wrong with one file's uploads: what tells a file that upsets the API from an API that is down.
package struct Setbacks: Sendable, Equatable {
    /// Failures of the service, of requests that carried this file.
    package var failures = 0
    /// How many requests had succeeded, of all files, at the first of them.
    package var successesBefore: UInt64 = 0
    /// How often its bytes could not be read.
    package var unreadable = 0
    /// Whether it belongs to a part of a refused batch: one of that part's files is at fault.
    package var isSuspected = false

    package init() {}
}

/// What becomes of the files of a request that brought no verdicts.
package enum Aftermath: Sendable, Equatable {
    /// They go again, before others: nothing is known against them.
    case again
    /// They go again, after all others, and after a wait: one of them may be what the service fails at.
    case later(after: Duration)
    /// The halves go again, each by itself: one of the files is at fault, and it isn't known which.
    case halves
    /// The halves go again, each by itself, until any request succeeds: one of the files may be at fault, or
    /// the service is down for all of them, and then they share a request as before.
    case tentativeHalves
    /// It goes again by itself.
    case alone
    /// They go again, before others and with no others: one of them is known to be at fault, and what it cost to
    /// find that out is not to be paid again.
    case sameAgain
    /// It is this file's fault.
    case fail(Sidecar.FailureCode)
    /// It could not be read to its end: it is looked at anew.
    case lookAnew

    /// How often a service may fail at the same files, with nothing else succeeding, before they are suspected;
    /// and how often at any files, before it is taken to be down for all.
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
            // Where one endpoint is refused, what it would take may go to the other.
            return error.kind == .forbidden ? .again : again(setbacks)
        case .caller:
            if error.kind != .bodyFailed { return again(setbacks) }
            let isRepeated = setbacks.contains { $0.unreadable > 0 }
            if candidates.count > 1 { return isRepeated ? .halves : .again }
            return .lookAnew
        case .service:
            let failures = setbacks.map(\.failures).max() ?? 0
            let others = setbacks.contains { $0.failures > 0 && successes > $0.successesBefore }
            if others, failuresBefore < patience - 1 {
                return candidates.count > 1 ? .halves : .later(after: backOff(failures, settings))
            }
            let mayBeTheirs = error.status != nil && failures >= patience && candidates.count > 1
            return mayBeTheirs ? .tentativeHalves : .later(after: .zero)
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

    private static func backOff(_ failures: Int, _ settings: RequestGate.Settings) -> Duration {
        min(settings.retryMaximum, settings.retryInitial * (1 << min(failures, 20)))
    }
}

extension Candidate {
    /// The file with what it has behind it after a failed request.
    /// - Parameter successes: how many requests have been answered so far.
    package func after(_ error: APIError, successes: UInt64) -> Candidate {
        var next = self
        if error.mayHaveBeenProcessed { next.attempts += 1 }
        if error.kind == .bodyFailed { next.setbacks.unreadable += 1 }
        if error.blame == .service {
            if next.setbacks.failures == 0 { next.setbacks.successesBefore = successes }
            next.setbacks.failures += 1
        }
        return next
    }
}
