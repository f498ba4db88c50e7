/// Which names in an inbox are ignored: hidden names, names of unfinished or housekeeping files, and the
/// patterns of the configuration. An ignored folder is not watched.
package struct IgnoreRules: Sendable, Equatable {
    /// The patterns of one watch, tried before the built-in ones. A pattern with a trailing slash is for
    /// folders, any other for files.
    package let added: [NamePattern]

    package init(added: [NamePattern] = []) {
        self.added = added
    }

    /// The pattern by which a file is ignored, to be shown in reports; nil: the file is taken.
    /// - Parameter path: below the inbox. The folders of the path are not checked here.
    package func ignores(file path: RelativePath) -> NamePattern? {
        added.first { !$0.isForFolders && $0.matches(path) } ?? Self.match(path, Self.files)
    }

    /// The pattern by which a folder and all below it are ignored; nil: the folder is watched.
    package func ignores(folder path: RelativePath) -> NamePattern? {
        added.first { $0.isForFolders && $0.matches(path) } ?? Self.match(path, Self.folders)
    }

    private static func match(_ path: RelativePath, _ patterns: [NamePattern]) -> NamePattern? {
        // Most names end here or in the loop below, a million times at a start. The first byte is the
        // cheapest test.
        if path.name.first == UInt8(ascii: ".") { return hidden.first }
        return patterns.first { $0.matches(path) }
    }

    private static let hidden = patterns([".*"], ignoringCase: false)

    /// Names of files that other programs write piece by piece before they rename them, and of their
    /// housekeeping. Case does not matter, because many of the programs run on Windows.
    package static let files = patterns(
        [
            // Downloads: browsers, download managers, aria2, axel, lftp.
            "*.part", "*.partial", "*.filepart", "*.crdownload", "*.download", "*.opdownload",
            "*.fdmdownload",
            "*.dtapart", "*.drivedownload", "*.aria2", "*.aria2__temp", "*.st", "*-pget-status",
            "*.incomplete", "*.unfinished", "*.mega", "*.jc!",
            // Thunder (Xunlei).
            "*.td", "*.td.cfg", "*.xltd", "*.xltd.cfg",
            // BitTorrent: uTorrent, BitComet, qBittorrent, Resilio Sync.
            "*.!ut", "*.bc!", "*.!qb", "*.!bt", "*.!sync",
            // yt-dlp: fragments, its state, and the tracks that it joins later.
            "*.part-frag*", "*.ytdl", "*.f[0-9][0-9].mp4", "*.f[0-9][0-9][0-9].mp4", "*.f[0-9][0-9].webm",
            "*.f[0-9][0-9][0-9].webm", "*.temp.mp4", "*.temp.mkv", "*.temp.webm",
            // Sync clients: Syncthing, rclone, FolderSync, Nextcloud and ownCloud.
            "*.st-incomplete", "*.rclone_chunk.*", "*.tacitpart", "*.foldersync", "*.octransferid*",
            "*.nextcloud",
            "*.owncloud",
            // Temporary and backup files of programs that write.
            "*.tmp", "*.temp", "*.swp", "*.swx", "*~", "~$*",
            // What Windows keeps in every folder.
            "Thumbs.db", "desktop.ini", "ehthumbs.db", "ehthumbs_vista.db",
        ], ignoringCase: true)

    /// The suffixes by which download managers (aria2, axel, lftp) name the control file beside a file. The
    /// control file lists the missing parts, and is removed when the download is complete.
    package static let controlSuffixes = [".aria2", ".st", ".lftp-pget-status"].map { Array($0.utf8) }

    /// Names of folders that storage systems and desktops use for themselves.
    package static let folders =
        patterns(
            [
                // Synology, QNAP, NetApp, Samba: bins, snapshots, thumbnails.
                "@eaDir", "@tmp", "@sharebin", "@sharesnap", "#recycle", "#snapshot", "@Recycle",
                "@Recently-Snapshot", "@Transcode", "~snapshot", "recycle.bin",
                // macOS, and file systems.
                "__MACOSX", "Network Trash Folder", "Temporary Items", "TheVolumeSettingsFolder",
                "TheFindByContentFolder", "lost+found",
            ], ignoringCase: false)
        + patterns(
            ["$RECYCLE.BIN", "RECYCLER", "RECYCLED", "System Volume Information", "FOUND.[0-9][0-9][0-9]"],
            ignoringCase: true)

    /// An invalid pattern is left out. A test checks that there is none.
    private static func patterns(_ texts: [String], ignoringCase: Bool) -> [NamePattern] {
        texts.compactMap { text in
            do throws(NamePattern.Fault) {
                return try NamePattern(text, ignoresCase: ignoringCase)
            } catch {
                return nil
            }
        }
    }
}
