package import BitMindAPI

/// Whether an image or a video is sent next, if both wait. Videos never use more than half of the slots, and
/// neither kind waits forever.
package struct KindsInTurn: Sendable {
    private var last = MediaKind.video

    package init() {}

    /// The kinds to try, in order.
    /// - Parameters:
    ///   - waiting: the kinds with waiting files.
    ///   - videosInFlight: the number of slots that videos use now.
    ///   - slots: the number of slots, from 1.
    package func order(waiting: [MediaKind], videosInFlight: Int, slots: Int) -> [MediaKind] {
        guard waiting.count > 1 else { return waiting }
        // A single slot has no half: the kinds take turns.
        if slots == 1 { return last == .video ? [.image, .video] : [.video, .image] }
        return videosInFlight < slots / 2 ? [.video, .image] : [.image]
    }

    /// A file of this kind got a slot.
    package mutating func went(_ kind: MediaKind) {
        last = kind
    }
}
