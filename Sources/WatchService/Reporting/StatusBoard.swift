package import LinuxSystem
import Synchronization
package import WatchCore

/// The numbers that `STATUS=` shows, told by all parts of the service.
package final class StatusBoard: Sendable {
    private struct State {
        var waiting: [InboxID: Int] = [:]
        var status = ServiceStatus()
    }

    private let state = Mutex(State())
    private let changes: AsyncStream<Void>
    private let changed: AsyncStream<Void>.Continuation
    private static let interval = Duration.seconds(1)

    package init() {
        (changes, changed) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    package var status: ServiceStatus {
        state.withLock { state in
            var status = state.status
            status.waiting = state.waiting.values.reduce(0, +)
            status.inboxes = state.waiting.count
            return status
        }
    }

    package func update(_ inbox: InboxID, waiting: Int) {
        let isNews = state.withLock { state in
            state.waiting.updateValue(waiting, forKey: inbox) != waiting
        }
        if isNews { changed.yield() }
    }

    /// The inbox is not served any more.
    package func remove(_ inbox: InboxID) {
        state.withLock { _ = $0.waiting.removeValue(forKey: inbox) }
        changed.yield()
    }

    package func update(uploading: Int, holdups: [String]) {
        let isNews = state.withLock { state in
            let isNews = state.status.uploading != uploading || state.status.holdups != holdups
            state.status.uploading = uploading
            state.status.holdups = holdups
            return isNews
        }
        if isNews { changed.yield() }
    }

    package func filed(_ outcome: Sidecar.Outcome) {
        state.withLock { state in
            switch outcome {
            case .judged(let judgement) where judgement.isAI: state.status.ai += 1
            case .judged: state.status.human += 1
            case .failed: state.status.failed += 1
            }
        }
        changed.yield()
    }

    /// Tells the service manager the status whenever it changes, at most once a second, until cancelled.
    package func publish(to manager: ServiceManager, _ time: any TimeSource) async {
        for await _ in changes {
            _ = manager.status(status.line)
            await time.sleep(until: time.now + Self.interval)
        }
    }
}
