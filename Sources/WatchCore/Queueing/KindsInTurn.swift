package import BitMindAPI

/// Whether an image or a video goes next, where both wait: videos never take more than half of the slots, and
/// neither kind waits for ever.
package struct KindsInTurn: Sendable {
    private var last = MediaKind.video

    package init() {}

    /// The kinds to try, the first one first.
    /// - Parameters:
    ///   - waiting: the kinds of which files wait.
    ///   - videosInFlight: how many slots videos take now.
    ///   - slots: how many there are, from 1.
    package func order(waiting: [MediaKind], videosInFlight: Int, slots: Int) -> [MediaKind] {
        guard waiting.count > 1 else { return waiting }
        // A single slot has no half: it goes to either in turn.
        if slots == 1 { return last == .video ? [.image, .video] : [.video, .image] }
        return videosInFlight < slots / 2 ? [.video, .image] : [.image]
    }

    /// A file of this kind got a slot.
    package mutating func went(_ kind: MediaKind) {
        last = kind
    }
}
