package import BitMindAPI

extension FileMachine {
    /// Whether a file proceeds, waits for its turn, or waits for something else.
    package enum Stage: Sendable, Hashable {
        /// The file proceeds: it is looked at, or sent.
        case moving
        /// The file waits for its turn to be sent.
        case waiting(MediaKind)
        /// The file looks cut short, or a process writes it.
        case unfinished
        /// The file cannot be read or moved.
        case held
        /// The file waits with a verdict, which is paid for.
        case decided
    }

    package var stage: Stage {
        switch state {
        // A file with a verdict must not be forgotten.
        case .settling(let settling):
            kept == nil && (unfinished != nil || settling.writerLooks > 0) ? .unfinished : .moving
        case .waiting(let prospect): (prospect.type?.kind).map { .waiting($0) } ?? .moving
        case .held: kept == nil ? .held : .decided
        case .identifying, .uploading, .ended: .moving
        }
    }
}
