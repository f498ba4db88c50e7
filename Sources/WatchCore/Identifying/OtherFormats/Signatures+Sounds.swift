extension Signature {
    /// Sounds and music.
    static let sounds: [Signature] = [
        Signature("MP3", "ID3", look: .id3),
        Signature("WAV", "RIFF").and("WAVE", at: 8),
        Signature("WAV", "RF64"),
        Signature("WAV", "BW64"),
        Signature("WAV (Wave64)", "riff").and([0x2E, 0x91, 0xCF, 0x11], at: 4),
        Signature("MIDI", "RIFF").and("RMID", at: 8),
        Signature("QCP", "RIFF").and("QLCM", at: 8),
        Signature("MIDI", "MThd"),
        Signature("Opus", "OggS").and("OpusHead", at: 28),
        Signature("Ogg Vorbis", "OggS").and([1, 0x76, 0x6F, 0x72, 0x62, 0x69, 0x73], at: 28),
        Signature("Ogg FLAC", "OggS").and([0x7F, 0x46, 0x4C, 0x41, 0x43], at: 28),
        Signature("Ogg Speex", "OggS").and("Speex   ", at: 28),
        Signature("Ogg", "OggS"),
        Signature("FLAC", "fLaC"),
        Signature("AIFF", "FORM").and("AIF", at: 8),
        Signature("8SVX", "FORM").and("8SVX", at: 8),
        Signature("MAUD", "FORM").and("MAUD", at: 8),
        Signature("DSD sound (DSF)", "DSD "),
        Signature("DSD sound (DSDIFF)", "FRM8").and("DSD ", at: 12),
        Signature("AC-3", [0x0B, 0x77]).and(0...0x57, at: 5),
        Signature("E-AC-3", [0x0B, 0x77]).and(0x58...0x87, at: 5),
        Signature("DTS", [0x7F, 0xFE, 0x80, 0x01]),
        Signature("DTS", [0xFE, 0x7F, 0x01, 0x80]),
        Signature("DTS", [0x1F, 0xFF, 0xE8, 0x00]),
        Signature("DTS", [0xFF, 0x1F, 0x00, 0xE8]),
        Signature("DTS", "DTSHDHDR"),
        Signature("TrueHD", [0xF8, 0x72, 0x6F, 0xBA], at: 4),
        Signature("MLP", [0xF8, 0x72, 0x6F, 0xBB], at: 4),
        Signature("AAC (LOAS)", [0x56]).and(0xE0...0xFF, at: 1),
        Signature("AAC (ADIF)", "ADIF"),
        Signature("AU", ".snd"),
        Signature("AU", "dns."),
        Signature("CAF", "caff"),
        Signature("AMR", "#!AMR"),
        Signature("RealAudio", [0x2E, 0x72, 0x61, 0xFD]),
        Signature("WavPack", "wvpk"),
        Signature("Monkey's Audio (APE)", "MAC "),
        Signature("Musepack", "MP+"),
        Signature("Musepack", "MPCK"),
        Signature("True Audio (TTA)", "TTA1"),
        Signature("True Audio (TTA)", "TTA2"),
        Signature("TAK", "tBaK"),
        Signature("OptimFROG", "OFR "),
        Signature("Shorten", "ajkg"),
        Signature("VOC", "Creative Voice File"),
        Signature("NIST SPHERE", "NIST_1A"),
        Signature("IRCAM sound", [0x64, 0xA3]).and(1...4, at: 2).and([0], at: 3),
        Signature("SoX sound", ".SoX"),
        Signature("SoX sound", "XoS."),
        Signature("AST", "STRM").and([0, 1], at: 8),
        Signature("ADX", [0x80, 0]).and(2...4, at: 4).and([18, 4], at: 5),
        Signature("SMAF", "MMMD"),
        Signature("Psion sound (WVE)", "ALawSoundFile"),
        Signature("Sample Vision sound", "SOUND SAMPLE DATA"),
        Signature("Audible", [0x57, 0x90, 0x75, 0x36], at: 4),
        Signature("dictation (DSS)", [2, 0x64, 0x73, 0x73]),
        Signature("dictation (DS2)", [3, 0x64, 0x73, 0x32]),
        Signature("music module (XM)", "Extended Module: "),
        Signature("music module (IT)", "IMPM"),
        Signature("music module (S3M)", "SCRM", at: 44),
        Signature("music module (MOD)", "M.K.", at: 1080),
        Signature("music module (MOD)", "M!K!", at: 1080),
        Signature("music module (MOD)", "FLT4", at: 1080),
    ]

    /// Sounds whose frames follow each other from the first byte: a header in which no field has a reserved value.
    static let soundFrames: [Signature] =
        frames("MP3", layer: 0x02) + frames("MP2", layer: 0x04) + [
            // With a checksum it would begin as UTF-16 does.
            Signature("MP1", [0xFF, 0xFF]).and(0x10...0xEB, at: 2),
            Signature("AAC", [0xFF]).and(0xF0...0xF1, at: 1).and(0...0xF3, at: 2),
            Signature("AAC", [0xFF]).and(0xF8...0xF9, at: 1).and(0...0xF3, at: 2),
        ]

    /// - Parameter layer: its bits in the second byte.
    private static func frames(_ name: String, layer: UInt8) -> [Signature] {
        // MPEG 1, 2 and 2.5, each with and without a checksum; a bit rate that is stated, and none of the last.
        ([0xF8, 0xF0, 0xE0] as [UInt8]).map { version in
            let second = version | layer
            return Signature(name, [0xFF]).and(second...second + 1, at: 1).and(0x10...0xEB, at: 2)
        }
    }
}
