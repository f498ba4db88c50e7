/// Starts of files as the formats' specifications have them, each with the name that a message must give it.
enum NamedFormats {
    static let all = pictures + cameraRaws + heif + films + streams + sounds + documents + archives + programs

    private static let pictures: [(name: String, notation: String)] = [
        ("GIF", "'GIF89a' 01000100"), ("BMP", "'BM' 46000000 00000000 36000000 28000000 @70"),
        ("TIFF", "'II' 2A00 08000000 0000"), ("BigTIFF", "'II' 2B00 0800 0000"),
        ("BigTIFF", "'MM' 002B 0008 0000"), ("PSD", "'8BPS' 0001 @26"), ("PSB", "'8BPS' 0002 @26"),
        ("JPEG XL", "FF0A 1234"), ("JPEG 2000", "FF4F FF51 002F"), ("JPEG XR", "'II' BC01 20000000"),
        ("ICO", "0000 0100 0100 20200000 0100 2000 A8080000 16000000"),
        ("cursor (CUR)", "0000 0200 0100 20200000 0500 0500 A8080000 16000000"),
        ("ICNS", "'icns' 00000100 'ic07'"), ("MNG", "8A 'MNG' 0D0A1A0A"), ("JNG", "8B 'JNG' 0D0A1A0A"),
        ("DDS", "'DDS ' 7C000000"), ("OpenEXR", "762F3101 02000000"), ("Radiance HDR", "'#?RADIANCE' 0A"),
        ("QOI", "'qoif' 00000004"), ("BPG", "'BPG' FB 00"), ("XCF", "'gimp xcf v011' 00"),
        ("DICOM", "@128 'DICM' 0200"), ("FITS", "'SIMPLE  =                    T'"),
        ("DPX", "'SDPX' 00000800"),
        ("DPX", "'XPDS' 00080000"), ("Cineon", "802A5FD7 00000400"), ("PCX", "0A050108 0000 0000 @128"),
        ("DCX", "B168DE3A 00100000"), ("SGI picture", "01DA 0101 0003"), ("Sun raster picture", "59A66A95"),
        ("PICT", "@522 001102FF 0C00"), ("Windows metafile (WMF)", "D7CDC69A 0000"),
        ("Windows metafile (EMF)", "01000000 6C000000 @40 ' EMF'"), ("JBIG2", "974A4232 0D0A1A0A"),
        ("TGA", "00 00 02 0000 0000 00 0000 0000 0400 0400 18 00 FF0000FF00"),
        ("TGA", "05 00 0A 0000 0000 00 0000 0000 0400 0400 20 08 'hello' 83"),
        ("TGA", "00 00 03 0000 0000 00 0000 0000 0400 0400 08 20 1122"),
        ("TGA", "00 01 01 0000 0001 18 0000 0000 0400 0400 08 00 112233"),
        ("PBM", "'P1' 0A '# made by hand' 0A '4 4' 0A"), ("PGM", "'P2' 0A '4 4' 0A '255'"),
        ("PPM", "'P3' 0A '4 4' 0A"), ("PBM", "'P4' 0A '4 4' 0A 8001"), ("PGM", "'P5 4 4 255' 0A 0001"),
        ("PPM", "'P6' 0A '4 4' 0A '255' 0A 0001"), ("PAM", "'P7' 0A 'WIDTH 4' 0A"),
        ("PFM", "'PF' 0A '4 4' 0A"),
        ("ILBM", "'FORM' 00000100 'ILBM'"), ("Photo CD", "@2048 'PCD_IPI'"), ("KTX", "AB 'KTX 20' BB"),
    ]

    private static let cameraRaws: [(name: String, notation: String)] = [
        ("camera raw (CR2)", "'II' 2A00 10000000 'CR' 0200"),
        ("camera raw (IIQ)", "'II' 2A00 08000000 'IIII'"),
        ("camera raw (ORF)", "'IIRO' 08000000"), ("camera raw (ORF)", "'MMOR' 00000008"),
        ("camera raw (RW2)", "'IIU' 00 18000000"), ("camera raw (RAF)", "'FUJIFILMCCD-RAW 0201'"),
        ("camera raw (X3F)", "'FOVb' 0300"), ("camera raw (CRW)", "'II' 1A000000 'HEAPCCDR'"),
        ("camera raw (MRW)", "00 'MRM' 00000020"), ("camera raw (R3D)", "00000200 'RED2' 0001"),
        ("camera raw (ARI)", "'ARRI' 12345678"), ("MIE", "7E100407 '0MIE'"),
    ]

    /// A box `ftyp` with a major brand, and one that it is compatible with.
    private static let heif: [(name: String, notation: String)] = [
        ("heic", "mif1", "HEIC"), ("heix", "mif1", "HEIC"), ("hevc", "msf1", "HEIC"),
        ("mif1", "heic", "HEIC"),
        ("msf1", "hevc", "HEIC"), ("mif3", "avif", "AVIF"), ("mif1", "avif", "AVIF"),
        ("mif1", "avci", "HEIF (AVC)"),
        ("avci", "mif1", "HEIF (AVC)"), ("avcs", "msf1", "HEIF (AVC)"), ("avif", "mif1", "AVIF"),
        ("avis", "msf1", "AVIF"), ("mif1", "miaf", "HEIF"), ("msf1", "iso8", "HEIF"),
        ("mif3", "mif3", "HEIF"),
        ("jpeg", "mif1", "HEIF (JPEG)"), ("vvic", "mif1", "HEIF (VVC)"), ("crx ", "isom", "camera raw (CR3)"),
        ("jp2 ", "jp2 ", "JPEG 2000"), ("mjp2", "mjp2", "JPEG 2000"), ("jxl ", "jxl ", "JPEG XL"),
        ("3gp4", "3gp4", "3GP"), ("3g2a", "3g2a", "3GP"), ("M4A ", "mp42", "M4A"), ("M4B ", "isom", "M4A"),
        ("aax ", "isom", "Audible"),
    ].map { ($0.2, "00000014 'ftyp\($0.0)' 00000000 '\($0.1)'") }

    private static let films: [(name: String, notation: String)] = [
        ("WebM", "1A45DFA3 9F428284 'webm'"), ("Matroska", "1A45DFA3 9F428288 'matroska'"),
        ("FLV", "'FLV' 0105"), ("Flash", "'ZWS' 0D"), ("ASF/WMV", "3026B2758E66CF11 A6D9"),
        ("WTV", "B7D800203749DA11 A64E"), ("RealMedia", "'.RMF' 0000"), ("MPEG-PS", "000001BA 44"),
        ("MPEG-TS", "47 @188 47"), ("MPEG-TS", "@4 47 @196 47"), ("MXF", "060E2B34 0205"),
        ("GXF", "00000000 01BC"), ("NUT", "'nut/multimedia container'"), ("TiVo video", "F5467ABD"),
        ("FLIC", "00010000 12AF"), ("Smacker video", "'SMK2'"), ("Bink video", "'BIKi'"),
        ("Ogg video", "'OggS' 0002 @28 80 'theora'"), ("RIFF (AMV )", "'RIFF' 00000000 'AMV '"),
    ]

    private static let streams: [(name: String, notation: String)] = [
        ("H.264 video", "00000001 67640028"), ("H.264 video", "00000001 27420028"),
        ("H.264 video", "00000001 09F0 00000001 67"), ("H.264 video", "000001 67640028"),
        ("H.264 video", "00000001 0605FFFF"), ("HEVC video", "00000001 40010C01"),
        ("HEVC video", "00000001 46015000"), ("HEVC video", "000001 40010C01"),
        ("HEVC video", "00000001 4E010551"),
        ("VVC video", "00000001 00790A"), ("AV1 video", "1200 0A0B 00000024"),
        ("IVF video (AV1)", "'DKIF' 00002000 'AV01'"),
        ("IVF video (VP9)", "'DKIF' 00002000 'VP90'"), ("MPEG video", "000001B3 1400"),
        ("MPEG-4 video", "000001B0 01"),
        ("MPEG-4 video", "00000100 00000120 00"), ("VC-1 video", "0000010F CA"), ("DV", "1F0700 3F"),
        ("DV", "1F0700 BF"),
        ("Dirac video", "'BBCD' 00"), ("Y4M video", "'YUV4MPEG2 W4'"),
    ]

    private static let sounds: [(name: String, notation: String)] = [
        ("MP3", "'ID3' 04000000000000 FFFB9064"), ("FLAC", "'ID3' 04000000000004 00000000 'fLaC'"),
        ("AAC", "'ID3' 03000000000000 FFF15080"),
        ("Musepack", "'ID3' 04001000000000 '3DI' 04001000000000 'MP+' 07"),
        ("FLAC", "'ID3' 04000000000000 'ID3' 03000000000000 'fLaC'"), ("FLAC", "'fLaC' 00000022"),
        ("MP3", "FFFB9064"), ("MP3", "FFF36864"), ("MP3", "FFE31864"), ("MP2", "FFFD8404"),
        ("MP1", "FFFF18C4"),
        ("AAC", "FFF15080"), ("AAC", "FFF94C80"), ("WAV", "'RIFF' 24000000 'WAVE'"),
        ("WAV", "'RF64' FFFFFFFF 'WAVE'"),
        ("AIFF", "'FORM' 00000100 'AIFC'"), ("AC-3", "0B77 5A5A 14 40"), ("E-AC-3", "0B77 01BF 34 86"),
        ("DTS", "7FFE8001 FC3C"), ("TrueHD", "B0720000 F8726FBA"), ("AU", "'.snd' 00000020"),
        ("CAF", "'caff' 0001"),
        ("AMR", "'#!AMR' 0A"), ("MIDI", "'MThd' 00000006"), ("Opus", "'OggS' 0002 @28 'OpusHead'"),
        ("Ogg Vorbis", "'OggS' 0002 @28 01 'vorbis'"), ("Ogg", "'OggS' 0002"), ("WavPack", "'wvpk' 0000"),
        ("Monkey's Audio (APE)", "'MAC ' 960F"), ("DSD sound (DSF)", "'DSD ' 1C00"),
        ("True Audio (TTA)", "'TTA1' 0100"),
        ("RealAudio", "2E7261FD 0004"), ("Musepack", "'MPCK' 5348"),
        ("music module (MOD)", "'song' @1080 'M.K.'"),
    ]

    private static let documents: [(name: String, notation: String)] = [
        ("PDF", "'%PDF-1.7' 0A"), ("EPS", "C5D0D3C6 1E000000"), ("EPS", "'%!PS-Adobe-3.0 EPSF-3.0' 0A"),
        ("PostScript", "'%!PS-Adobe-3.0' 0A"), ("RTF", "'{\\rtf1'"), ("DjVu", "'AT&TFORM'"),
        ("DWG", "'AC1032' 0000"), ("font (TrueType)", "00010000 000E 0080"), ("font (WOFF2)", "'wOF2'"),
        ("Outlook attachments (TNEF)", "789F3E22"), ("e-book (MOBI)", "@60 'BOOKMOBI'"),
        ("CorelDRAW (CDR)", "'RIFF' 00000000 'CDRD'"), ("animated cursor (ANI)", "'RIFF' 00000000 'ACON'"),
        ("RIFF (abcd)", "'RIFF' 00000000 'abcd'"), ("IFF", "'FORM' 00000000 'abcd'"),
    ]

    private static let archives: [(name: String, notation: String)] = [
        ("gzip", "1F8B 0800"), ("compress (Z)", "1F9D 90"), ("bzip2", "'BZh91AY'"),
        ("xz", "FD377A585A00 0004"),
        ("LZMA", "5D0000 8000 FFFFFFFFFFFFFFFF"), ("zstd", "28B52FFD 24"), ("zstd", "522A4D18 04000000"),
        ("LZ4", "04224D18 64"), ("lzip", "'LZIP' 01"), ("lzop", "894C5A4F00 0D0A"),
        ("7z", "377ABCAF271C 0004"),
        ("RAR", "'Rar!' 1A0701 00"), ("RAR", "'Rar!' 1A0700"), ("tar", "'a.txt' @257 'ustar' 00"),
        ("cpio", "'070701'"),
        ("ARJ", "60EA 2B00"), ("LHA", "2400 '-lh5-'"), ("ACE", "@7 '**ACE**'"),
        ("cabinet (CAB)", "'MSCF' 00000000"),
        ("Debian package", "'!<arch>' 0A 'debian-binary'"), ("RPM package", "EDABEEDB 0300"),
        ("ISO 9660 disc image", "@32769 'CD001' 01"), ("ZIP", "'PK' 0506 @22"),
    ]

    private static let programs: [(name: String, notation: String)] = [
        ("ELF program", "7F 'ELF' 0201"), ("Windows program (EXE)", "'MZ' 9000"),
        ("Mach-O program", "CFFAEDFE 07"),
        ("Mach-O program", "CAFEBABE 00000002"), ("Java class", "CAFEBABE 00000034"),
        ("WebAssembly", "00 'asm' 01"),
        ("Python bytecode", "A70D0D0A"), ("SQLite", "'SQLite format 3' 00"), ("HDF5", "89 'HDF' 0D0A1A0A"),
        ("Windows shortcut (LNK)", "4C000000 01140200"), ("property list", "'bplist00'"),
        ("AppleDouble", "00051607"),
        ("network capture (pcapng)", "0A0D0D0A"), ("torrent", "'d8:announce30:'"),
        ("colour profile (ICC)", "@36 'acsp'"),
    ]
}
