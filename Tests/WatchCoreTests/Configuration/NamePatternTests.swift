import TestSupport
import Testing

@testable import WatchCore

@Suite struct NamePatternTests {
    @Test(arguments: [
        ("photo.jpg", "photo.jpg"), ("*", ""), ("*", "anything"), ("*.jpg", ".jpg"), ("*.jpg", "a.b.jpg"),
        ("a*b*c", "abc"), ("a*b*c", "a-b-b-c"), ("**", "x"), ("?", "x"), ("?", "é"), ("?.jpg", "日.jpg"),
        ("[abc]", "b"), ("[a-c]x", "bx"), ("[!a-c]", "d"), ("[^a-c]", "d"), ("[]]", "]"), ("[]a]", "a"),
        ("[!]]", "x"),
        ("[a-]", "-"), ("[-a]", "-"), ("[à-ü]", "é"), ("[\\]]", "]"), ("[\\a-\\c]", "b"), ("\\*", "*"),
        ("\\[a]", "[a]"),
        ("~$*", "~$report.docx"), ("*~", "~"), ("[*?]", "?"), ("*\u{1F600}*", "a\u{1F600}b"),
    ])
    func `a name matches`(pattern: String, name: String) throws {
        #expect(try NamePattern(pattern).matches(Array(name.utf8)))
    }

    @Test(arguments: [
        ("photo.jpg", "photo.jpg2"), ("photo.jpg", "photo.jp"), ("*.jpg", "a.jpeg"), ("*.jpg", "a.JPG"),
        ("a*b*c", "acb"), ("?", ""), ("?", "xx"), ("?", "日本"), ("[abc]", "d"), ("[!a-c]", "b"),
        ("[a-c]", "-"),
        ("\\*", "x"), ("x*", "y"), ("[*?]", "x"), ("a", "A"), ("[a-z]", "B"),
    ])
    func `a name does not match`(pattern: String, name: String) throws {
        #expect(try !NamePattern(pattern).matches(Array(name.utf8)))
    }

    @Test func `a byte that is no UTF-8 is one character`() throws {
        #expect(try NamePattern("?").matches([0xff]))
        #expect(try !NamePattern("?").matches([0xff, 0xfe]))
        #expect(try NamePattern("a*z").matches([0x61, 0xc3, 0x28, 0xf0, 0x9f, 0x7a]))
        #expect(try NamePattern("[!a]").matches([0x80]))
        #expect(try !NamePattern("é").matches([0xe9]))
    }

    @Test func `case is ignored where it is asked for, in ASCII`() throws {
        let pattern = try NamePattern("*.[p-q]art_Thumbs", ignoresCase: true)
        #expect(pattern.matches(Array("x.PART_tHUMBS".utf8)))
        #expect(!pattern.matches(Array("x.rart_thumbs".utf8)))
        // Brackets and braces differ in the same bit as letters do.
        #expect(try !NamePattern("x[[]", ignoresCase: true).matches(Array("x{".utf8)))
        #expect(try !NamePattern("x\\[", ignoresCase: true).matches(Array("x{".utf8)))
    }

    @Test(arguments: [
        ("", NamePattern.Fault.empty), ("/", .slash), ("a//", .slash), ("//a", .slash), ("a//b", .slash),
        ("a/[/b", .set), ("a\n", .control), ("a\u{85}", .control), ("[", .set),
        ("[]", .set), ("[a", .set), ("[!", .set), ("[z-a]", .set), ("[[:alpha:]]", .set), ("a\\", .escape),
        ("[\\", .escape),
    ])
    func `a text that is no pattern says why`(text: String, fault: NamePattern.Fault) {
        #expect(throws: fault) { try NamePattern(text) }
    }

    @Test(arguments: [
        ("proofs/*.jpg", ["proofs/a.jpg"], ["a.jpg", "b/proofs/a.jpg", "proofs/b/a.jpg", "proofs/a.png"]),
        ("*/draft-*", ["a/draft-1", "b/draft-"], ["draft-1", "a/b/draft-1", "a/x"]),
        ("/draft-*", ["draft-1"], ["a/draft-1"]),
        ("draft-*", ["draft-1", "a/draft-1", "a/b/draft-1"], ["a/x"]),
        ("a/b/c", ["a/b/c"], ["b/c", "c", "x/a/b/c"]),
    ])
    func `a pattern with a slash is for paths from the inbox`(
        text: String, matching: [String], others: [String]
    ) throws {
        let rules = IgnoreRules(added: [try NamePattern(text)])
        let folders = IgnoreRules(added: [try NamePattern(text + "/")])
        for path in matching + others {
            let isMatch = matching.contains(path)
            let path = RelativePath(Array(path.utf8))
            #expect(rules.ignores(file: path)?.description == (isMatch ? text : nil), "\(path)")
            #expect(folders.ignores(folder: path)?.description == (isMatch ? text + "/" : nil), "\(path)")
            #expect(rules.ignores(folder: path) == nil && folders.ignores(file: path) == nil)
        }
    }

    @Test func `a hostile pattern takes no more than the product of the lengths`() throws {
        let (closed, open) = (
            try NamePattern(String(repeating: "a*", count: 100) + "[b]"),
            try NamePattern(String(repeating: "*a", count: 100) + "*[b]")
        )
        let name = [UInt8](repeating: UInt8(ascii: "a"), count: 255)
        var matches: [Bool] = []
        let duration = processorTime {
            matches = [closed.matches(name), open.matches(name), open.matches(name + [UInt8(ascii: "b")])]
        }
        #expect(matches == [false, false, true])
        #expect(duration < .seconds(1))
    }

    @Test(arguments: [
        (".hidden", ".*"), (".", ".*"), ("a.part", "*.part"), ("a.PART", "*.part"),
        ("x.partial", "*.partial"),
        ("x.filepart", "*.filepart"), ("x.crdownload", "*.crdownload"), ("x.download", "*.download"),
        ("x.tmp", "*.tmp"), ("x.temp", "*.temp"), ("x.swp", "*.swp"), ("x.aria2", "*.aria2"),
        ("photo.jpg~", "*~"),
        ("~$doc.docx", "~$*"), ("THUMBS.DB", "Thumbs.db"), ("Desktop.ini", "desktop.ini"), ("x.!qB", "*.!qb"),
    ])
    func `a name of an unfinished or housekeeping file is left alone`(name: String, pattern: String) {
        #expect(IgnoreRules().ignores(file: RelativePath(Array(name.utf8)))?.description == pattern)
    }

    /// Names that clients give to what they have not finished, and of files beside it.
    @Test(arguments: [
        "film.mp4.st", "film.mp4-pget-status", "film.mp4.lftp-pget-status", "film.mp4.aria2",
        "a.jpg.tacitpart",
        "film.f137.mp4", "film.f22.mp4", "film.f251.webm", "film.mp4.ytdl", "film.f137.mp4.part-Frag3",
        "film.temp.mp4", "a.jpg.mega", "film.mp4.td", "film.mp4.td.cfg", "film.mp4.xltd", "film.mp4.xltd.cfg",
        "a.jpg.ocTransferId1234.part", "a.jpg.ocTransferId1234", "a.jpg.nextcloud", "a.jpg.owncloud",
        "~syncthing~a.jpg.tmp", ".syncthing.a.jpg.tmp", "a.jpg.rclone_chunk.001", "a.jpg.a1b2c3d4.partial",
        "Unconfirmed 1234.crdownload", "a.jpg.opdownload", "a.jpg.fdmdownload", "a.jpg.dtapart", "a.jpg.!bt",
        "a.jpg.drivedownload", "A.JPG.INCOMPLETE",
    ])
    func `an unfinished file of a sync or download client is left alone`(name: String) {
        #expect(IgnoreRules().ignores(file: RelativePath(Array(name.utf8))) != nil)
    }

    @Test(arguments: [
        "film.f1.mp4", "film.f1234.mp4", "film.st.mp4", "film.td.mp4", "std", "mega.jpg", "a.temp.jpg",
        "best",
        "x.owncloud.jpg", "a-pget-status.jpg",
    ])
    func `a name that only resembles those is taken`(name: String) {
        #expect(IgnoreRules().ignores(file: RelativePath(Array(name.utf8))) == nil)
    }

    @Test(arguments: [
        "@eaDir", "@tmp", "#recycle", "#snapshot", "@sharebin", "@Recycle", "@Recently-Snapshot", "~snapshot",
        ".snapshot", ".recycle", "RECYCLER", "Recycled", "$RECYCLE.BIN", "found.000", "__MACOSX",
        "Network Trash Folder", "Temporary Items", ".Trashes", ".@__thumb", ".zfs", "lost+found",
    ])
    func `a bin, snapshot or metadata folder is not watched`(name: String) {
        #expect(IgnoreRules().ignores(folder: RelativePath(Array(name.utf8))) != nil)
    }

    @Test func `a pattern with a slash at its end is for folders, any other for files`() throws {
        let rules = IgnoreRules(added: [try NamePattern("proofs*/"), try NamePattern("draft*")])
        #expect(rules.ignores(folder: RelativePath(Array("proofs-2".utf8)))?.description == "proofs*/")
        #expect(rules.ignores(folder: RelativePath(Array("draft".utf8))) == nil)
        #expect(rules.ignores(file: RelativePath(Array("proofs-2".utf8))) == nil)
        #expect(rules.ignores(file: RelativePath(Array("draft.jpg".utf8)))?.description == "draft*")
    }

    @Test(arguments: [
        "photo.jpg", "part", "a.part.jpg", "a~b", "Thumbs.db.jpg", "tmp", "@eaDir", "lost+found", "",
    ])
    func `any other file is taken`(name: String) {
        #expect(IgnoreRules().ignores(file: RelativePath(Array(name.utf8))) == nil)
    }

    @Test(arguments: [
        (".git", ".*"), (".bitmind-watch", ".*"), ("@eaDir", "@eaDir"), ("#recycle", "#recycle"),
        ("$Recycle.Bin", "$RECYCLE.BIN"), ("System Volume Information", "System Volume Information"),
        ("__MACOSX", "__MACOSX"), ("lost+found", "lost+found"),
    ])
    func `a folder of the system is not watched`(name: String, pattern: String) {
        #expect(IgnoreRules().ignores(folder: RelativePath(Array(name.utf8)))?.description == pattern)
    }

    @Test(arguments: ["holiday", "a.part", "x~", "Thumbs.db", "LOST+FOUND", "#recycle2"])
    func `any other folder is watched`(name: String) {
        #expect(IgnoreRules().ignores(folder: RelativePath(Array(name.utf8))) == nil)
    }

    @Test func `the patterns of the configuration are added, for files alone`() throws {
        let rules = IgnoreRules(added: [try NamePattern("draft-*"), try NamePattern("*.jpg")])
        #expect(rules.ignores(file: RelativePath(Array("draft-1.png".utf8)))?.description == "draft-*")
        #expect(rules.ignores(file: RelativePath(Array("1.jpg".utf8)))?.description == "*.jpg")
        #expect(rules.ignores(file: RelativePath(Array("1.JPG".utf8))) == nil)
        #expect(rules.ignores(folder: RelativePath(Array("draft-1".utf8))) == nil)
    }

    @Test func `every built-in pattern is one`() {
        #expect(IgnoreRules.files.count == 52)
        #expect(IgnoreRules.folders.count == 22)
    }
}
