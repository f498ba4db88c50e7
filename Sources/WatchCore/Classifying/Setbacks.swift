package import BitMindAPI

/// The failures of one file's uploads. They distinguish a file that the API fails at from an API that is
/// down.
package struct Setbacks: Sendable, Equatable {
    /// The number of service failures, and of refusals without a reason (403), of requests that carried this
    /// file.
    package var failures = 0
    /// The number of successful requests with files of its kind, at the time of the first failure.
    package var successesBefore: UInt64 = 0
    /// How often its bytes could not be read.
    package var unreadable = 0
    /// Whether it belongs to a part of a refused batch. At least one file of that part is at fault.
    package var isSuspected = false
    /// Whether the API has refused it, or a batch with it.
    package var isRefused = false
    /// Whether the API has failed at it alone, while requests with other files succeeded.
    package var isFailing = false
    /// When the API first failed at it.
    package var firstFailure: Moment?
    /// When the API last failed at it.
    package var lastFailure: ContinuousClock.Instant?
    /// The cause of the last failure.
    package var cause: String?

    package init() {}

    /// A time, and the total time until then for which the API was down for all files.
    package struct Moment: Sendable, Equatable {
        package var at: ContinuousClock.Instant
        package var down: Duration
    }

    /// Which other files it may share a request with.
    package var standing: Standing { isFailing ? .failing : failures > 0 ? .tried : .fresh }

    /// Whether requests with other files have succeeded since a request with it first failed. This is
    /// evidence against the file.
    /// - Parameter successes: the number of successful requests so far, with files of its kind.
    func isOutdone(by successes: UInt64) -> Bool { failures > 0 && successes > successesBefore }

    func isOlder(than other: Setbacks) -> Bool {
        guard let lastFailure, let theirs = other.lastFailure else { return lastFailure == nil }
        return lastFailure < theirs
    }

    /// For how long the API has failed at it, without the time for which the API was down for all files.
    /// - Parameter down: the total time for which the API was down for all files.
    func failing(at now: ContinuousClock.Instant, down: Duration) -> Duration {
        firstFailure.map { (now - $0.at) - (down - $0.down) } ?? .zero
    }
}

/// What is known of a waiting file. Files of different standing never share a request.
package enum Standing: Sendable, Hashable, CaseIterable {
    /// No request with it has failed.
    case fresh
    /// A request with it has failed, for an unknown reason.
    case tried
    /// The API fails at it alone. It is sent alone, at growing intervals.
    case failing
}

/// What happens to the files of a request that gave no verdicts.
package enum Aftermath: Sendable, Equatable {
    /// The files are sent again, before others: there is no evidence against them.
    case again
    /// The files are sent again, after all others and after a wait: the service may fail at one of them.
    case later(after: Duration)
    /// Each half is sent again as a request of its own: one of the files is at fault, and it is not known
    /// which.
    case halves
    /// The file is sent again, alone.
    case alone
    /// The files are sent again, before others and without others. One of them is known to be at fault, and
    /// the requests that showed it must not be repeated.
    case sameAgain
    /// The file is at fault and goes to `failed/`.
    case fail(Sidecar.FailureCode)
    /// The file could not be read to its end, and is looked at again.
    case lookAnew

    /// How often a service may fail, at any files, before it counts as down for all.
    static let patience = 3

    /// The consequence of a failed request.
    /// - Parameters:
    ///   - candidates: the files of the request; not empty.
    ///   - isBatch: whether it was sent to a batch endpoint.
    ///   - successes: the number of successful requests so far.
    ///   - failuresBefore: the number of consecutive failures of the service before this one. If it is not
    ///     zero, the service counts as down, and the failure is no evidence against these files, even if they
    ///     failed before.
    ///   - settings: the limits of the back-off.
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
            // If one endpoint refuses, the other may accept the same file. One file may also be the cause.
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

    /// The consequence for a file of an answered batch whose own entry is missing or has no verdict.
    /// - Parameters:
    ///   - lacking: the number of files without a verdict.
    ///   - count: the number of files sent.
    package static func followingEntry(_ candidate: Candidate, lacking: Int, of count: Int) -> Aftermath {
        // If the API answers only a part of each batch, each file without an answer would cost another
        // request.
        let isRepeated = candidate.setbacks.failures > 0
        return isRepeated || lacking <= count / 2 ? .alone : .later(after: .zero)
    }

    private static func again(_ setbacks: [Setbacks]) -> Aftermath {
        setbacks.allSatisfy(\.isSuspected) ? .sameAgain : .again
    }

    /// How long a file waits if the API fails at it alone. The wait doubles each time.
    static func backOff(_ failures: Int, _ settings: RequestGate.Settings) -> Duration {
        min(settings.retryMaximum, settings.retryInitial * (1 << min(failures, 20)))
    }
}

extension Candidate {
    /// The file with its setbacks after a failed request.
    /// - Parameters:
    ///   - successes: the number of answered requests so far, with files of its kind.
    ///   - down: the total time so far for which the API was down for all files.
    package func after(
        _ error: APIError, successes: UInt64, at now: ContinuousClock.Instant, down: Duration
    ) -> Candidate {
        var next = self
        if error.mayHaveBeenProcessed { next.attempts += 1 }
        if error.kind == .bodyFailed { next.setbacks.unreadable += 1 }
        if error.blame == .file { next.setbacks.isRefused = true }
        if error.blame == .service || error.kind == .forbidden {
            // The first failure counts, because a later success with other files is evidence against this
            // file.
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
