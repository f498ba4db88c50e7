extension Signature {
    /// Films, in containers and as bare streams.
    static let films = filmContainers + filmStreams + [0, 1].flatMap(nalUnits)

    private static let filmContainers: [Signature] = [
        Signature("Matroska", [0x1A, 0x45, 0xDF, 0xA3], look: .matroska),
        Signature("FLV", [0x46, 0x4C, 0x56, 1]),
        Signature("Flash", "FWS").and(1...60, at: 3),
        Signature("Flash", "CWS").and(1...60, at: 3),
        Signature("Flash", "ZWS").and(1...60, at: 3),
        Signature("ASF/WMV", [0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11]),
        Signature("WTV", [0xB7, 0xD8, 0x00, 0x20, 0x37, 0x49, 0xDA, 0x11]),
        Signature("RealMedia", ".RMF"),
        Signature("Ogg video", "OggS").and([0x80, 0x74, 0x68, 0x65, 0x6F, 0x72, 0x61], at: 28),
        Signature("Ogg video", "OggS").and([1, 0x76, 0x69, 0x64, 0x65, 0x6F], at: 28),
        Signature("MPEG-PS", [0, 0, 1, 0xBA]),
        Signature("MPEG-TS", [0x47]).and([0x47], at: 188),
        Signature("MPEG-TS", [0x47], at: 4).and([0x47], at: 196),
        Signature("MXF", [0x06, 0x0E, 0x2B, 0x34]),
        Signature("GXF", [0, 0, 0, 0, 1, 0xBC]),
        Signature("NUT", "nut/multimedia container"),
        Signature("NSV", "NSVf"),
        Signature("NSV", "NSVs"),
        Signature("TiVo video", [0xF5, 0x46, 0x7A, 0xBD]),
        Signature("IVF video (AV1)", "DKIF").and("AV01", at: 8),
        Signature("IVF video (VP8)", "DKIF").and("VP80", at: 8),
        Signature("IVF video (VP9)", "DKIF").and("VP90", at: 8),
        Signature("IVF video", "DKIF"),
        Signature("Y4M video", "YUV4MPEG2"),
        Signature("DV", [0x1F, 7, 0]),
        Signature("Dirac video", "BBCD"),
        Signature("FLIC", [0x11, 0xAF], at: 4),
        Signature("FLIC", [0x12, 0xAF], at: 4),
        Signature("Smacker video", "SMK").and(0x32...0x34, at: 3),
        Signature("Bink video", "BIK").and(0x61...0x7A, at: 3),
        Signature("Bink video", "KB2").and(0x61...0x7A, at: 3),
        Signature("RoQ video", [0x84, 0x10, 0xFF, 0xFF, 0xFF, 0xFF]),
        Signature("MLV", "MLVI"),
        Signature("camera index (MOI)", "V6").and([0, 0], at: 2),
    ]

    private static let filmStreams: [Signature] = [
        Signature("MPEG video", [0, 0, 1, 0xB3]),
        Signature("MPEG-4 video", [0, 0, 1, 0xB0]),
        Signature("MPEG-4 video", [0, 0, 1]).and(0...0x1F, at: 3).and([0, 0, 1], at: 4)
            .and(0x20...0x2F, at: 7),
        Signature("VC-1 video", [0, 0, 1, 0x0F]),
        Signature("AV1 video", [0x12, 0, 0x0A]),
    ]

    /// Bare streams of H.264, HEVC and VVC: their first unit, behind a start code of three or four bytes, is a set of
    /// parameters, a delimiter, or a message.
    private static func nalUnits(zeros: Int) -> [Signature] {
        func unit(_ name: String, _ bytes: UInt8...) -> Signature {
            Signature(name, [UInt8](repeating: 0, count: 2 + zeros) + [1] + bytes)
        }
        return [
            unit("H.264 video", 0x67), unit("H.264 video", 0x27), unit("H.264 video", 0x47),
            unit("H.264 video", 0x09), unit("H.264 video", 0x06),
            unit("HEVC video", 0x40, 1), unit("HEVC video", 0x42, 1), unit("HEVC video", 0x46, 1),
            unit("HEVC video", 0x4E, 1),
            unit("VVC video", 0, 0x71), unit("VVC video", 0, 0x79), unit("VVC video", 0, 0xA1),
        ]
    }
}
