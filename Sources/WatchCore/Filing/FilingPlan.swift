/// The steps by which one decided file gets from the inbox to its destination, as data.
///
/// On disk, in the destination's `.bitmind-watch` (*N* is the `WorkName`):
///
/// | what lies there | what it means | how a restart goes on |
/// | --- | --- | --- |
/// | *N*`.json` | decided; or published, and not yet tidied up | claims the source, if it is still the same bytes |
/// | *N*`.json`, *N*`.media` | claimed | publishes, if the bytes are the judged ones; else returns the file |
/// | *N*`.part` | a copy that was under way | drops it: the source is still whole |
/// | *N*`.sidecar` | a sidecar that was to be moved into place | drops it: *N*`.json` says the same |
/// | anything else | not ours | reports it, and leaves it |
///
/// Every step can be repeated. The order rests on these rules: what is new is durable before what is old goes;
/// the sidecar is durable under its name before the media appears beside it; nothing is ever replaced.
package struct FilingPlan: Sendable, Equatable {
    package enum Step: String, Sendable, Equatable, CaseIterable {
        /// Write *N*`.json`.
        case decide
        /// Flush it, the media's own bytes and `.bitmind-watch`: from here on the verdict survives anything.
        case flushDecision
        /// Rename the media to *N*`.media`, and prove that it is what was judged.
        case claim
        /// Copy the media to *N*`.part`, proving the digest on the way; flush; rename to *N*`.media`.
        case copy
        /// Link *N*`.json` to a free pair of names in the destination.
        case publishSidecar
        /// Flush the destination's folder.
        case flushSidecar
        /// Rename *N*`.media` to the name beside the sidecar.
        case publishMedia
        /// Flush the destination's folder, and the one that the media came from.
        case flushMedia
        /// Remove the copied source, once it is proved unchanged.
        case retireSource
        /// Remove *N*`.json`.
        case release
    }

    package let steps: [Step]

    /// Within one file system and one mount: the media moves.
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
