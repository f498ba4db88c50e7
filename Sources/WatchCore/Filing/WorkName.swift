/// The name of one filing's files in a destination's `.bitmind-watch`: which file of which inbox it is about.
///
/// The sidecar is all that a decision's file holds, for it becomes the published sidecar by a link. What only
/// the filing needs, the source's inode and change time, therefore stands in the name:
/// `INODE-SECONDS.NANOSECONDS-DEVICE`, inode and device hexadecimal.
package struct WorkName: Hashable, Sendable {
    package let text: String

    package init(_ identity: FileIdentity) {
        let inode = String(identity.inode, radix: 16)
        let device = String(identity.device, radix: 16)
        text = "\(inode)-\(identity.changed.seconds).\(identity.changed.nanoseconds)-\(device)"
    }

    /// The part of a file's name in `.bitmind-watch` before its ending; nil for a stranger's.
    package init?(fileName: [UInt8]) {
        let name = String(decoding: fileName, as: UTF8.self)
        guard Array(name.utf8) == fileName, let dot = name.lastIndex(of: "."),
            Ending(rawValue: String(name[dot...])) != nil
        else { return nil }
        let stem = name[..<dot]
        let parts = stem.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, UInt64(parts[0], radix: 16) != nil, UInt64(parts[2], radix: 16) != nil,
            parts[1].split(separator: ".").count == 2
        else { return nil }
        text = String(stem)
    }

    /// Whether the source that this name was made for is the file of that identity, as far as inode and change
    /// time can tell. The device is left out: its number may be another after a reboot.
    package func wasMade(for identity: FileIdentity) -> Bool {
        text.hasPrefix(
            "\(String(identity.inode, radix: 16))-\(identity.changed.seconds).\(identity.changed.nanoseconds)-")
    }

    /// Whether the source that this name was made for has that inode, whatever has been done to it since.
    package func wasMade(forInode inode: UInt64) -> Bool {
        text.hasPrefix("\(String(inode, radix: 16))-")
    }

    package enum Ending: String, Sendable, CaseIterable {
        /// The decision: the finished sidecar.
        case decision = ".json"
        /// The claimed file.
        case media = ".media"
        /// A copy under way, from another file system.
        case partial = ".part"
        /// A sidecar's copy, where the file system knows no links.
        case sidecarCopy = ".sidecar"
    }

    package func file(_ ending: Ending) -> [UInt8] { Array((text + ending.rawValue).utf8) }

    /// The hidden name, in the inbox's own folder, that a source has while its removal is being proved right.
    package var retired: [UInt8] { Array(".bitmind-watch-\(text)".utf8) }
}
