import LinuxSystem
import WatchCore

/// A failure's sidecar while its file is put back: it has a hidden name.
///
/// A retry first renames the sidecar to this name, and removes it last. An interrupted retry therefore leaves
/// its mark, which no filing in hand ever makes, and the next retry continues from it. The retry holds the
/// lock of the destination's working folder, which droppers cannot enter.
struct RetryMark {
    private static let ending = Array(".try".utf8)

    /// The same length as the sidecar's name, so that it fits.
    static func name(of media: [UInt8]) -> [UInt8] {
        [UInt8(ascii: ".")] + media + ending
    }

    /// The media of a mark with that name; nil if it is not the name of a mark.
    static func media(of name: [UInt8]) -> [UInt8]? {
        guard name.count > ending.count + 1, name[0] == UInt8(ascii: "."),
            name.suffix(ending.count) == ending[...]
        else { return nil }
        return Array(name[1..<name.count - ending.count])
    }

    /// Whether it is a mark, and not a user's file of such a name.
    static func isMark(_ name: [UInt8], in folder: DirectoryHandle) -> Bool {
        guard media(of: name) != nil else { return false }
        do {
            _ = try Retry.failure(name, in: folder)
            return true
        } catch {
            return false
        }
    }

    /// The folder of the media and the mark.
    let folder: DirectoryHandle
    /// The path of that folder below the destination.
    let place: RelativePath
    let media: [UInt8]
    let record: Sidecar.MediaRecord
    private let file: FileHandle

    /// Continues with the mark of an interrupted retry.
    /// - Returns: nil if there is no mark.
    static func left(
        for media: [UInt8], in folder: DirectoryHandle, at place: RelativePath
    ) throws -> RetryMark? {
        guard isMark(name(of: media), in: folder) else { return nil }
        return try RetryMark(of: media, by: name(of: media), in: folder, at: place)
    }

    /// Renames a sidecar to the mark.
    init(of media: [UInt8], in folder: DirectoryHandle, at place: RelativePath) throws {
        let sidecar = media + TargetName.sidecarSuffix
        self = try RetryMark(of: media, by: sidecar, in: folder, at: place)
        try folder.move(sidecar, to: folder, as: Self.name(of: media))
        try folder.flush()
    }

    /// - Parameter name: the current name of the sidecar.
    private init(
        of media: [UInt8], by name: [UInt8], in folder: DirectoryHandle, at place: RelativePath
    ) throws {
        self.place = place
        record = try Retry.failure(name, in: folder)
        file = try folder.openFile(name)
        self.folder = folder
        self.media = media
    }

    /// The name of the file's copy in the inbox until it is complete. It is hidden, so that the service
    /// ignores it, and the same in each attempt, so that no copy is left. It contains no inode number,
    /// because on some file systems the number of a file changes.
    var copyName: [UInt8] {
        var tag: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in record.path + [0] + media + [0] + Array((record.sha256 ?? "").utf8) {
            tag = (tag ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
        }
        return Array(".\(Product.name)-retry-\(String(tag, radix: 16))".utf8)
    }

    /// The copy's name in versions up to 0.1.0.
    var formerCopyName: [UInt8] {
        get throws(SystemCallError) {
            let identity = FileIdentity(try file.status())
            let numbers = [identity.device, identity.inode].map { String($0, radix: 16) }
            return Array(".\(Product.name)-retry-\(numbers.joined(separator: "-"))".utf8)
        }
    }

    /// Renames the mark to the sidecar again, because the file stays.
    func revoke() throws(SystemCallError) {
        try folder.move(Self.name(of: media), to: folder, as: media + TargetName.sidecarSuffix)
        try folder.flush()
    }

    func remove() throws(SystemCallError) {
        try folder.removeIfThere(Self.name(of: media))
        try folder.flush()
    }
}
