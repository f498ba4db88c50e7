/// The steps that move one decided file from the inbox to its destination, as data.
///
/// On disk, in the destination's `.bitmind-watch` (*N* is the `WorkName`):
///
/// | file | meaning | how a restart continues |
/// | --- | --- | --- |
/// | *N*`.json` | decided; or published, and not yet cleaned up | claims the source, if its bytes match |
/// | *N*`.json`, *N*`.media` | claimed | publishes, if the bytes are the judged ones; else returns the file |
/// | *N*`.part` | an unfinished copy | removes it: the source is still whole |
/// | *N*`.sidecar` | a sidecar, to be moved into place | removes it: *N*`.json` has the same content |
/// | anything else | a foreign file | reports it, and leaves it |
///
/// Every step can be repeated. The order follows three rules. New data is durable before old data is removed.
/// The sidecar is durable under its name before the media appears beside it. Nothing is ever replaced.
package struct FilingPlan: Sendable, Equatable {
    package enum Step: String, Sendable, Equatable, CaseIterable {
        /// Write *N*`.json`.
        case decide
        /// Flush *N*`.json`, the media's own bytes and `.bitmind-watch`. From here on, the verdict survives a
        /// power cut.
        case flushDecision
        /// Rename the media to *N*`.media`, and prove that it has the judged bytes.
        case claim
        /// Copy the media to *N*`.part` and check the digest; flush; rename to *N*`.media`.
        case copy
        /// Link *N*`.json` to a free pair of names in the destination.
        case publishSidecar
        /// Flush the destination's folder.
        case flushSidecar
        /// Rename *N*`.media` to the name beside the sidecar.
        case publishMedia
        /// Flush the destination's folder, and the folder that the media came from.
        case flushMedia
        /// Remove the copied source, once it is proved unchanged.
        case retireSource
        /// Remove *N*`.json`.
        case release
    }

    package let steps: [Step]

    /// Within one file system and one mount: the media is renamed.
    package static let rename = FilingPlan(steps: [
        .decide, .flushDecision, .claim, .publishSidecar, .flushSidecar, .publishMedia, .flushMedia, .release,
    ])

    /// To another file system, or behind another mount: the media is copied, and its source removed last.
    package static let copy = FilingPlan(steps: [
        .decide, .flushDecision, .copy, .publishSidecar, .flushSidecar, .publishMedia, .flushMedia,
        .retireSource, .release,
    ])

    /// The plan from `step` on; empty if it has no such step.
    package func from(_ step: Step) -> FilingPlan {
        FilingPlan(steps: Array(steps.drop { $0 != step }))
    }
}
