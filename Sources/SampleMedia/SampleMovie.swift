/// MP4 and QuickTime: three frames of motion JPEG, a quarter of a second each.
enum SampleMovie {
    private static let frameCount: UInt32 = 3
    private static let timescale: UInt32 = 1000
    private static let frameDuration: UInt32 = 250

    static func make(isQuickTime: Bool, seed: UInt64, padding: Int) -> [UInt8] {
        let brands = isQuickTime ? ["qt  "] : ["isom", "iso2", "mp41"]
        var types = Array(brands[0].utf8)
        types.append(bigEndian: UInt32(512))
        for brand in brands { types += Array(brand.utf8) }
        var file = box("ftyp", types)

        let plan = PaddingPlan(padding, header: 8, largestPayload: Int(Int32.max))
        for payload in plan.pieces { file += box("free", SampleMedia.zeros(payload)) }
        // Nothing refers to the note and the rest of the padding, which media data may contain as well.
        let frames = (0..<UInt64(frameCount)).map { SampleJPEG.make(seed: seed &* 3 &+ $0) }
        let first = file.count + 8
        let note = SampleMedia.note(seed: seed) + SampleMedia.zeros(plan.rest)
        file += box("mdat", frames.flatMap(\.self) + note)
        return file + movie(isQuickTime: isQuickTime, frameSizes: frames.map(\.count), firstFrame: first)
    }

    private static func movie(isQuickTime: Bool, frameSizes: [Int], firstFrame: Int) -> [UInt8] {
        let length = frameCount * frameDuration
        let header =
            words(0, 0, 0, timescale, length, 0x10000, 0x0100_0000, 0, 0) + matrix
            + words(0, 0, 0, 0, 0, 0, 2)
        // Flags 3: enabled, in the movie. The picture's size is in fixed point, 16 and 16 bits.
        let side = UInt32(SampleJPEG.side) << 16
        let trackHeader = words(3, 0, 0, 1, 0, length, 0, 0, 0, 0) + matrix + words(side, side)
        let mediaHeader = words(0, 0, 0, timescale, length, 0x55C4_0000)
        let handler =
            words(0) + Array((isQuickTime ? "mhlrvide" : "\0\0\0\0vide").utf8) + words(0, 0, 0)
            + (isQuickTime ? [0] : Array("video\0".utf8))
        let dataReference = words(0, 1) + box(isQuickTime ? "alis" : "url ", words(1))
        let dataHandler = box("hdlr", words(0) + Array("dhlralis".utf8) + words(0, 0, 0) + [0])
        let information =
            box("vmhd", words(1, 0, 0)) + (isQuickTime ? dataHandler : [])
            + box("dinf", box("dref", dataReference))
            + sampleTable(isQuickTime: isQuickTime, frameSizes: frameSizes, firstFrame: firstFrame)
        let media = box("mdhd", mediaHeader) + box("hdlr", handler) + box("minf", information)
        let track = box("trak", box("tkhd", trackHeader) + box("mdia", media))
        return box("moov", box("mvhd", header) + track)
    }

    private static func sampleTable(isQuickTime: Bool, frameSizes: [Int], firstFrame: Int) -> [UInt8] {
        let entry = isQuickTime ? sampleEntry("jpeg") : sampleEntry("mp4v", streamDescriptor)
        let description = words(0, 1) + entry
        let sizes = words(0, 0, frameCount) + frameSizes.flatMap { words(UInt32($0)) }
        let table =
            box("stsd", description) + box("stts", words(0, 1, frameCount, frameDuration))
            + box("stsc", words(0, 1, 1, frameCount, 1)) + box("stsz", sizes)
            + box("stco", words(0, 1, UInt32(firstFrame)))
        return box("stbl", table)
    }

    /// The description of the frames: 32 by 32, 72 dots per inch, 24 bits deep.
    private static func sampleEntry(_ codec: String, _ extensions: [UInt8] = []) -> [UInt8] {
        let side = UInt32(SampleJPEG.side)
        let entry = words(0, 1, 0, 0, 0, 0, side << 16 | side, 0x48_0000, 0x48_0000, 0, 0x1_0000)
        let name = Array(repeating: UInt8(0), count: 30)
        return box(codec, entry + name + [0, 24, 0xFF, 0xFF] + extensions)
    }

    /// Object type 0x6C is JPEG (ISO/IEC 14496-1); the stream is visual.
    private static let streamDescriptor: [UInt8] = {
        let decoder: [UInt8] = [0x04, 13, 0x6C, 0x11] + Array(repeating: 0, count: 11)
        let elementary: [UInt8] = [0x03, UInt8(3 + decoder.count + 3), 0, 1, 0] + decoder + [0x06, 1, 2]
        return box("esds", words(0) + elementary)
    }()

    private static let matrix = words(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x4000_0000)

    private static func words(_ values: UInt32...) -> [UInt8] {
        var bytes: [UInt8] = []
        for value in values { bytes.append(bigEndian: value) }
        return bytes
    }

    private static func box(_ type: String, _ payload: [UInt8]) -> [UInt8] {
        words(UInt32(payload.count + 8)) + Array(type.utf8) + payload
    }
}
