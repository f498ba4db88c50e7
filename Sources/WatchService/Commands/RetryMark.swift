import LinuxSystem
import WatchCore

/// A failure's sidecar while its file is put back: under a hidden name of its own.
///
/// Renaming the sidecar to it is a retry's first step, removing it the last. So whatever interrupts a retry leaves
/// its mark, which no filing under way ever does, and the next one goes on from there. Who has the destination's
/// working folder locked is at work there: droppers don't get into it.
struct RetryMark {
    private static let ending = Array(".try".utf8)

    /// As long as the sidecar's name, which fits.
    static func name(of media: [UInt8]) -> [UInt8] {
        [UInt8(ascii: ".")] + media + ending
    }

    /// The media that a mark of this name is about; nil where the name is none of a mark.
    static func media(of name: [UInt8]) -> [UInt8]? {
        guard name.count > ending.count + 1, name[0] == UInt8(ascii: "."),
            name.suffix(ending.count) == ending[...]
        else { return nil }
        return Array(name[1..<name.count - ending.count])
    }

    /// Whether it is a mark, rather than somebody's own file of such a name.
    static func isMark(_ name: [UInt8], in folder: DirectoryHandle) -> Bool {
        guard media(of: name) != nil else { return false }
        do {
            _ = try Retry.failure(name, in: folder)
            return true
        } catch {
            return false
        }
    }

    /// The folder that the media and the mark are in.
    let folder: DirectoryHandle
    /// That folder, below the destination.
    let place: RelativePath
    let media: [UInt8]
    let record: Sidecar.MediaRecord
    private let file: FileHandle

    /// Takes up what an interrupted retry has left.
    /// - Returns: nil where there is no mark.
    static func left(
        for media: [UInt8], in folder: DirectoryHandle, at place: RelativePath
    ) throws -> RetryMark? {
        guard isMark(name(of: media), in: folder) else { return nil }
        return try RetryMark(of: media, by: name(of: media), in: folder, at: place)
    }

    /// Makes a sidecar the mark.
    init(of media: [UInt8], in folder: DirectoryHandle, at place: RelativePath) throws {
        let sidecar = media + TargetName.sidecarSuffix
        self = try RetryMark(of: media, by: sidecar, in: folder, at: place)
        try folder.move(sidecar, to: folder, as: Self.name(of: media))
        try folder.flush()
    }

    /// - Parameter name: what the sidecar is called at this moment.
    private init(
        of media: [UInt8], by name: [UInt8], in folder: DirectoryHandle, at place: RelativePath
    ) throws {
        self.place = place
        record = try Retry.failure(name, in: folder)
        file = try folder.openFile(name)
        self.folder = folder
        self.media = media
    }

    /// What a copy of the file is called in the inbox until it is complete: hidden, so that the service leaves it
    /// alone, and the same in each attempt, so that none leaves one behind. No inode number is in it, for some file
    /// systems give a file another one each time.
    var copyName: [UInt8] {
        var tag: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in record.path + [0] + media + [0] + Array((record.sha256 ?? "").utf8) {
            tag = (tag ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
        }
        return Array(".\(Product.name)-retry-\(String(tag, radix: 16))".utf8)
    }

    /// What versions up to 0.1.0 called it.
    var formerCopyName: [UInt8] {
        get throws(SystemCallError) {
            let identity = FileIdentity(try file.status())
            let numbers = [identity.device, identity.inode].map { String($0, radix: 16) }
            return Array(".\(Product.name)-retry-\(numbers.joined(separator: "-"))".utf8)
        }
    }

    /// Makes it the sidecar again, for the file stays.
    func revoke() throws(SystemCallError) {
        try folder.move(Self.name(of: media), to: folder, as: media + TargetName.sidecarSuffix)
        try folder.flush()
    }

    func remove() throws(SystemCallError) {
        try folder.removeIfThere(Self.name(of: media))
        try folder.flush()
    }
}
