/// AVI: three frames of motion JPEG, a quarter of a second each.
enum SampleAVI {
    private static let frameCount: UInt32 = 3
    private static let frameDuration: UInt32 = 250_000

    static func make(seed: UInt64, padding: Int) -> [UInt8] {
        let frames = (0..<UInt64(frameCount)).map { SampleJPEG.make(seed: seed &* 3 &+ $0) }
        let largest = UInt32(frames.map(\.count).max() ?? 0)
        let side = UInt32(SampleJPEG.side)
        // Flag 0x10: there is an index.
        let main = words(frameDuration, 0, 0, 0x10, frameCount, 0, 1, largest, side, side, 0, 0, 0, 0)
        let stream =
            Array("vidsMJPG".utf8)
            + words(
                0, 0, 0, frameDuration, 1_000_000, 0, frameCount, largest, 0xFFFF_FFFF, 0, 0,
                side << 16 | side)
        let format =
            words(40, side, side, 24 << 16 | 1) + Array("MJPG".utf8) + words(side * side * 3, 0, 0, 0, 0)
        let headers = RIFF.list(
            "hdrl",
            RIFF.chunk("avih", main)
                + RIFF.list("strl", RIFF.chunk("strh", stream) + RIFF.chunk("strf", format)))

        var movie: [UInt8] = []
        var index: [UInt8] = []
        for frame in frames {
            // A key frame; its place is counted from the list's type.
            index += Array("00dc".utf8) + words(0x10, UInt32(4 + movie.count), UInt32(frame.count))
            movie += RIFF.chunk("00dc", frame)
        }
        let body = Array("AVI ".utf8) + headers + RIFF.list("movi", movie) + RIFF.chunk("idx1", index)
        return RIFF.file(body, note: SampleMedia.note(seed: seed), padding: padding)
    }

    private static func words(_ values: UInt32...) -> [UInt8] {
        var bytes: [UInt8] = []
        for value in values { bytes.append(littleEndian: value) }
        return bytes
    }
}
