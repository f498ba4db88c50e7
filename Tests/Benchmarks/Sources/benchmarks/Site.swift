import Foundation

/// Where everything is measured: one folder for the whole run, and removed at its end.
///
/// Nothing is removed before. On ext4 without a journal the inodes of removed files are passed over for minutes, one
/// by one, whenever a file is made in their neighbourhood: what a round leaves would be paid for by the next.
enum Scratch {
    static let folder = FileManager.default.temporaryDirectory.path + "/bitmind-benchmarks-\(getpid())"

    static func make() throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        // Each folder in it comes to a part of the disk of its own, on ext4; others need not know the flag.
        try output(of: ["/bin/sh", "-c", "chattr +T \"$0\" 2>/dev/null || true", folder])
    }

    static func remove() {
        do {
            try output(of: ["/bin/rm", "-rf", folder])
        } catch {
            say("\(folder) could not be removed: \(error)")
        }
    }
}

/// A folder of one measurement's own.
struct Site {
    let root: String

    init() throws {
        root = "\(Scratch.folder)/\(UUID().uuidString.prefix(8))"
        try makeFolder("")
    }

    func path(_ name: String) -> String { "\(root)/\(name)" }

    func makeFolder(_ name: String) throws {
        try FileManager.default.createDirectory(atPath: path(name), withIntermediateDirectories: true)
    }

    /// Makes files in a folder, and waits until they are on the disk, so that no writing of theirs disturbs.
    ///
    /// - Returns: their names.
    func stage(
        _ count: Int, _ kind: MediaFile.Kind = .jpeg, size: Int = 20_000, in folder: String = "stage",
        from first: Int = 0
    ) throws -> [String] {
        try makeFolder(folder)
        let names = (first..<first + count).map { "file-\($0).\(kind.fileExtension)" }
        for (number, name) in zip(first..., names) {
            try MediaFile.write(kind, size: size, number: number, to: path("\(folder)/\(name)"))
        }
        sync()
        return names
    }

    /// Makes `count` files of 2 kB in `folders` folders of the inbox.
    func fill(_ inbox: String, folders: Int, files count: Int) throws {
        for folder in 0..<folders {
            try makeFolder("\(inbox)/\(folder)")
            for number in stride(from: folder, to: count, by: folders) {
                let path = path("\(inbox)/\(folder)/file-\(number).jpg")
                try MediaFile.write(.jpeg, size: 2000, number: number, to: path)
            }
        }
        sync()
    }

    func move(_ names: [String], from folder: String = "stage", to inbox: String) throws {
        for name in names {
            guard rename(path("\(folder)/\(name)"), path("\(inbox)/\(name)")) == 0 else {
                throw Failure("\(name) cannot be renamed into \(inbox) (errno \(errno))")
            }
        }
    }

    /// The media files below `ai` and `human` of a folder, and when the last of them came there.
    func filed(in folder: String = ".") throws -> (count: Int, last: Double) {
        var (count, last) = (0, 0.0)
        for place in ["ai", "human"] {
            let root = path("\(folder)/\(place)")
            guard let names = FileManager.default.enumerator(atPath: root) else { continue }
            for case let name as String in names where name.hasSuffix(".jpg") || name.hasSuffix(".mp4") {
                var status = stat()
                guard lstat("\(root)/\(name)", &status) == 0, !name.hasPrefix(".bitmind-watch/") else {
                    continue
                }
                count += 1
                // Renaming is the last that happens to a file.
                last = max(last, Double(status.st_ctim.tv_sec) + Double(status.st_ctim.tv_nsec) / 1e9)
            }
        }
        return (count, last)
    }
}
