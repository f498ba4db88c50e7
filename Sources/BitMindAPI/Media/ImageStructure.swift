import Glibc

/// Where the primary picture of a JPEG ends.
struct JPEGStructure: MediaStructure {
    /// Segments that are stepped over before the end of the file is believed; a file has some twenty.
    private static let usualSegments = 64
    /// Segments that are stepped over at all. A picture of 100 MB with nothing but colour profiles has 1,600.
    private static let mostSegments = 16_384

    /// Looks for an end marker (EOI) behind the first scan's start: that of the primary picture. What follows
    /// it is no concern of ours. Before the first scan, a preview in the metadata has an end marker of its own, which
    /// says nothing about the picture.
    package func look<Failure: Error>(
        size: Int64, read: (Int64, Int) throws(Failure) -> [UInt8]
    ) throws(Failure) -> MediaState {
        // Nearly all files end with it. Where there is one scan alone, such a file need not be read from end to end:
        // between scans there may be tables and comments, whose bytes may be anything.
        let endsWithMarker = size > 4 ? try read(size - 2, 2) == [0xFF, 0xD9] : false
        var walk = Walk(size: size)
        while walk.segments < Self.mostSegments {
            if endsWithMarker, walk.hasOnlyScan || (!walk.hasScan && walk.segments >= Self.usualSegments) {
                return walk.offset < size - 1 ? .whole : .cutShort
            }
            switch try walk.next(read: read) {
            case .segment, .scan: continue
            case .end: return .whole
            case .cutShort: return .cutShort
            }
        }
        return .cutShort
    }

    /// The way from marker to marker.
    private struct Walk {
        enum Step { case segment, scan, end, cutShort }

        private var window: MediaWindow
        var offset: Int64 = 2
        var hasScan = false
        /// Whether the first scan has all components of a frame that needs no other.
        var hasOnlyScan = false
        private var components: UInt8?
        private var isInScan = false
        var segments = 0

        init(size: Int64) { window = MediaWindow(size: size) }

        mutating func next<Failure: Error>(
            read: (Int64, Int) throws(Failure) -> [UInt8]
        ) throws(Failure) -> Step {
            guard try isInScan ? passScan(read: read) : passFilling(read: read) else { return .cutShort }
            let header = Array(try window.bytes(at: offset, count: 10, read: read))
            guard header.count >= 2 else { return .cutShort }
            segments += 1
            switch header[1] {
            case 0xD9 where hasScan: return .end
            case 0x01, 0xD0...0xD9:
                offset += 2
                return .segment
            default:
                guard let length = header.bigEndian(at: 2, count: 2).map(Int64.init), length >= 2,
                    offset + 2 + length <= window.size
                else { return .cutShort }
                offset += 2 + length
                // The frame of a sequential picture: precision, height, width, number of components.
                if 0xC0...0xC1 ~= header[1], header.count == 10 { components = header[9] }
                isInScan = header[1] == 0xDA
                if isInScan, !hasScan, header.count > 4 { hasOnlyScan = components == header[4] }
                hasScan = hasScan || isInScan
                return isInScan ? .scan : .segment
            }
        }

        /// Goes to the marker that ends the data of a scan.
        /// - Returns: false where the file ends before.
        private mutating func passScan<Failure: Error>(
            read: (Int64, Int) throws(Failure) -> [UInt8]
        ) throws(Failure) -> Bool {
            while true {
                let part = try window.bytes(
                    at: offset, count: 2, window: MediaWindow.most, read: read)
                guard part.count == 2 else { return false }
                if let found = Self.marker(in: window.bytes[part.startIndex...]) {
                    offset += Int64(found)
                    isInScan = false
                    return true
                }
                // The last byte may be the first of a marker.
                offset = max(offset + 1, window.start + Int64(window.bytes.count) - 1)
            }
        }

        /// Where a marker begins that ends a scan: FF and a byte that is not 00 (FF as data), FF (filling), D0 to D7
        /// (restart) or reserved.
        private static func marker(in bytes: ArraySlice<UInt8>) -> Int? {
            bytes.withUnsafeBytes { bytes in
                guard let base = bytes.baseAddress else { return nil }
                var place = 0
                while place < bytes.count - 1 {
                    guard let next = memchr(base + place, 0xFF, bytes.count - 1 - place) else { return nil }
                    place = base.distance(to: UnsafeRawPointer(next))
                    switch bytes[place + 1] {
                    case 0x00...0xBF, 0xD0...0xD7, 0xFF: place += 1
                    default: return place
                    }
                }
                return nil
            }
        }

        /// Goes over what may stand between segments: filling, or bytes that some programs leave there.
        private mutating func passFilling<Failure: Error>(
            read: (Int64, Int) throws(Failure) -> [UInt8]
        ) throws(Failure) -> Bool {
            let header = Array(try window.bytes(at: offset, count: 2, read: read))
            guard header.count == 2 else { return false }
            if header[0] == 0xFF, header[1] != 0xFF, header[1] != 0x00 { return true }
            return try passScan(read: read)
        }
    }
}

/// Where a PNG ends.
struct PNGStructure: MediaStructure {
    /// Chunks that are stepped over. A picture of 100 MB in pieces of 8 KiB has 12,800.
    private static let mostChunks = 65_536

    /// Looks for the last chunk (IEND), by way of all chunks before it: its bytes may occur in a text, and
    /// anything may follow it.
    package func look<Failure: Error>(
        size: Int64, read: (Int64, Int) throws(Failure) -> [UInt8]
    ) throws(Failure) -> MediaState {
        var window = MediaWindow(size: size)
        var offset: Int64 = 8
        for _ in 0..<Self.mostChunks {
            let header = Array(try window.bytes(at: offset, count: 8, read: read))
            guard let length = header.bigEndian(at: 0, count: 4).map(Int64.init), length <= Int32.max,
                let type = FourCC(header, at: 4)
            else { return .cutShort }
            // Length, type and checksum.
            offset += 12 + length
            guard offset <= size, type.isLetters else { return .cutShort }
            if type.text == "IEND" {
                return try window.bytes(at: offset - 1, count: 1, read: read).count == 1 ? .whole : .cutShort
            }
        }
        return .cutShort
    }
}
