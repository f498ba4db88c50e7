/// A part of a file that was read, so that a step over a few bytes needs no read of its own.
///
/// Whatever the file claims, each read lies inside its measured size.
package struct MediaWindow {
    /// How many bytes are read at once at most.
    package static let most = 65_536
    /// How many bytes are read for headers that may lie far apart.
    static let step = 512

    let size: Int64
    private(set) var bytes: [UInt8] = []
    private(set) var start: Int64 = 0

    init(size: Int64) { self.size = size }

    /// The bytes at an offset.
    /// - Parameters:
    ///   - count: how many; fewer only where the file ends.
    ///   - window: how many are read where a read is needed; not less than `count`.
    mutating func bytes<Failure: Error>(
        at offset: Int64, count: Int, window: Int = Self.step,
        read: (Int64, Int) throws(Failure) -> [UInt8]
    ) throws(Failure) -> ArraySlice<UInt8> {
        guard offset >= 0, offset < size else { return [] }
        let wanted = Int(min(Int64(count), size - offset))
        if offset < start || offset + Int64(wanted) > start + Int64(bytes.count) {
            bytes = try read(offset, Int(min(Int64(max(window, count)), size - offset)))
            start = offset
        }
        let from = Int(offset - start)
        return bytes[min(from, bytes.count)..<min(from + wanted, bytes.count)]
    }
}
