package import BitMindAPI

extension FileMachine {
    /// Whether a file takes part in the service's work, or waits for something else than its turn.
    package enum Stage: Sendable, Hashable {
        /// It goes on by itself: it is looked at, or sent.
        case moving
        /// It waits for its turn to be sent.
        case waiting(MediaKind)
        /// It looks cut short, or some process writes it.
        case unfinished
        /// It can't be read or moved.
        case held
        /// It waits with a verdict, which is paid for.
        case decided
    }

    package var stage: Stage {
        switch state {
        // What is decided already is not to be forgotten.
        case .settling(let settling):
            kept == nil && (unfinished != nil || settling.writerLooks > 0) ? .unfinished : .moving
        case .waiting(let prospect): (prospect.type?.kind).map { .waiting($0) } ?? .moving
        case .held: kept == nil ? .held : .decided
        case .identifying, .uploading, .ended: .moving
        }
    }
}
