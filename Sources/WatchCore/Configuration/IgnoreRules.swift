/// Which names in an inbox are left alone: hidden ones, those of unfinished or housekeeping files, and what the
/// configuration adds. A folder that is left alone is not even watched.
package struct IgnoreRules: Sendable, Equatable {
    /// The patterns of one watch, tried before the built-in ones, for files alone.
    package let added: [NamePattern]

    package init(added: [NamePattern] = []) {
        self.added = added
    }

    /// The pattern that leaves a file alone, to be shown to whoever asks; nil: the file is taken.
    package func ignores(fileName: [UInt8]) -> NamePattern? {
        added.first { $0.matches(fileName) } ?? Self.match(fileName, Self.files)
    }

    /// The pattern that leaves a folder alone, and all below it; nil: the folder is watched.
    package func ignores(folderName: [UInt8]) -> NamePattern? {
        Self.match(folderName, Self.folders)
    }

    private static func match(_ name: [UInt8], _ patterns: [NamePattern]) -> NamePattern? {
        // Most names end here or in the loop below, a million times at a start: the first byte is the cheapest.
        if name.first == UInt8(ascii: ".") { return hidden.first }
        return patterns.first { $0.matches(name) }
    }

    private static let hidden = patterns([".*"], ignoringCase: false)

    /// Names of files that other programs write bit by bit under another name, and of their housekeeping.
    /// Case does not matter: many of the programs run on Windows.
    package static let files = patterns(
        [
            // Downloads and transfers: browsers, SFTP and sync clients, aria2, µTorrent, BitComet, qBittorrent.
            "*.part", "*.partial", "*.filepart", "*.crdownload", "*.download", "*.opdownload", "*.aria2",
            "*.!ut",
            "*.bc!", "*.!qb", "*.lftp-pget-status", "*.st-incomplete",
            // Temporary and backup files of programs that write.
            "*.tmp", "*.temp", "*.swp", "*.swx", "*~", "~$*",
            // What Windows keeps in every folder.
            "Thumbs.db", "desktop.ini", "ehthumbs.db", "ehthumbs_vista.db",
        ], ignoringCase: true)

    /// Names of folders that storage systems and desktops keep for themselves.
    package static let folders =
        patterns(["@eaDir", "#recycle", "__MACOSX", "lost+found"], ignoringCase: false)
        + patterns(["$RECYCLE.BIN", "System Volume Information"], ignoringCase: true)

    /// A text that is no pattern is left out; a test holds that none is.
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
