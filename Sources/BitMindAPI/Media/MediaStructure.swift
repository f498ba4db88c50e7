/// How the media of a format ends.
///
/// Every number in the file is taken for a claim: none is trusted further than the size that the caller measured, and
/// none costs more than a bounded number of small reads.
package protocol MediaStructure: Sendable {
    /// Looks whether all of the media is there.
    ///
    /// - Parameters:
    ///   - size: the file's size in bytes, as measured just before; above 0.
    ///   - read: gives up to `count` bytes from `offset` on; fewer where the file ends sooner, which it may do
    ///     at any time. Offsets lie in 0..<size, counts in 1...`MediaWindow.most`.
    /// - Throws: only what `read` throws.
    func look<Failure: Error>(
        size: Int64, read: (_ offset: Int64, _ count: Int) throws(Failure) -> [UInt8]
    ) throws(Failure) -> MediaState
}

/// What is there of a file's media.
package enum MediaState: Equatable, Sendable {
    /// All of it, as it seems.
    case whole
    /// Its end is missing.
    case cutShort
    /// All of it, but there is no picture in it: sound alone, or text.
    case withoutPicture
}
