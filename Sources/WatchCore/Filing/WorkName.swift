/// The name of one filing's files in a destination's `.bitmind-watch`. It identifies the file and its inbox.
///
/// A decision's file contains the sidecar and nothing else, because a link makes it the published sidecar.
/// The data that only the filing needs, the source's inode and change time, is therefore in the name:
/// `INBOX-PATH-INODE-SECONDS.NANOSECONDS-DEVICE`, all but the time hexadecimal. `INBOX` and `PATH` are hashes
/// of 64 bits each, of the inbox and of the file's path in it. Several inboxes, even of several services, may
/// share a destination: each recognises its own files by `INBOX`. Several names in an inbox may be hard links
/// to one inode: each is filed by itself.
package struct WorkName: Hashable, Sendable {
    package let text: String

    /// - Parameters:
    ///   - path: the file's path below the inbox.
    ///   - inbox: the inbox's absolute path.
    package init(_ identity: FileIdentity, path: RelativePath, inbox: String) {
        self.init(identity, path: Self.tag(of: path.bytes), inbox: Self.tag(of: inbox.utf8))
    }

    private init(_ identity: FileIdentity, path: UInt64, inbox: UInt64) {
        text =
            Self.prefix(inbox: inbox) + Self.digits(of: path) + Self.middle(identity)
            + String(identity.device, radix: 16)
    }

    private static func prefix(inbox: UInt64) -> String { digits(of: inbox) + "-" }

    /// The tag of an inbox: 16 hexadecimal digits.
    /// - Parameter inbox: its absolute path. Unlike an inode number, which FUSE may assign again, the path
    ///   survives a remount.
    package static func tag(ofInbox inbox: String) -> String { digits(of: tag(of: inbox.utf8)) }

    /// The part between the tags and the device.
    private static func middle(_ identity: FileIdentity) -> String {
        let inode = String(identity.inode, radix: 16)
        return "-\(inode)-\(identity.changed.seconds).\(identity.changed.nanoseconds)-"
    }

    /// The part before the suffix of a file's name in `.bitmind-watch`; nil for a foreign file.
    package init?(fileName: [UInt8]) {
        let name = String(decoding: fileName, as: UTF8.self)
        guard Array(name.utf8) == fileName, let dot = name.lastIndex(of: "."),
            Ending(rawValue: String(name[dot...])) != nil
        else { return nil }
        let stem = String(name[..<dot])
        guard Self.isWorkName(stem) else { return nil }
        text = stem
    }

    /// Whether the text is exactly as `init(_:)` writes it. Any other file is a foreign file, and stays where
    /// it is.
    private static func isWorkName(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 5, let inbox = UInt64(parts[0], radix: 16),
            let path = UInt64(parts[1], radix: 16),
            let inode = UInt64(parts[2], radix: 16), let device = UInt64(parts[4], radix: 16)
        else { return false }
        let time = parts[3].split(separator: ".", omittingEmptySubsequences: false)
        guard time.count == 2, let seconds = Int64(time[0]), let nanoseconds = Int32(time[1]) else {
            return false
        }
        let changed = Timestamp(seconds: seconds, nanoseconds: nanoseconds)
        let identity = FileIdentity(
            device: device, inode: inode, size: 0, modified: changed, changed: changed)
        return WorkName(identity, path: path, inbox: inbox).text == text
    }

    /// Whether it belongs to that inbox.
    package func belongs(to inbox: String) -> Bool {
        text.hasPrefix(Self.prefix(inbox: Self.tag(of: inbox.utf8)))
    }

    private static let tagLength = 16
    /// The length of the part before the inode.
    private static let tagsLength = 2 * tagLength + 1

    private static func digits(of tag: UInt64) -> String {
        let digits = String(tag, radix: 16)
        return String(repeating: "0", count: tagLength - digits.count) + digits
    }

    /// The FNV-1a hash of a path. It shortens the path, and protects nothing.
    private static func tag(of path: some Sequence<UInt8>) -> UInt64 {
        path.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
    }

    /// Whether this name was made for a source with that identity, as far as inode and change time show. The
    /// device is ignored, because its number may change at a reboot.
    package func wasMade(for identity: FileIdentity) -> Bool {
        text.dropFirst(Self.tagsLength).hasPrefix(Self.middle(identity))
    }

    /// Whether this name was made for a source with that inode, whether or not the file has changed since.
    package func wasMade(forInode inode: UInt64) -> Bool {
        text.dropFirst(Self.tagsLength).hasPrefix("-\(String(inode, radix: 16))-")
    }

    /// Whether this name was made for that very inode. After a reboot the device's number may differ, and the
    /// result is false.
    package func wasMade(forFile identity: FileIdentity) -> Bool {
        wasMade(forInode: identity.inode) && text.hasSuffix("-\(String(identity.device, radix: 16))")
    }

    package enum Ending: String, Sendable, CaseIterable {
        /// The decision: the finished sidecar.
        case decision = ".json"
        /// The claimed file.
        case media = ".media"
        /// An unfinished copy from another file system.
        case partial = ".part"
        /// A copy of the sidecar, if the file system has no links.
        case sidecarCopy = ".sidecar"
    }

    package func file(_ ending: Ending) -> [UInt8] { Array((text + ending.rawValue).utf8) }

    /// The hidden name that a source has, in its own folder of the inbox, while it is checked before its
    /// removal.
    package var retired: [UInt8] { Array(".bitmind-watch-\(text)".utf8) }
}
