/// The possible names of a file and its sidecar in a destination (product.md, "Folders").
package struct TargetName: Sendable, Equatable {
    /// The file's original name.
    package let name: [UInt8]
    /// The digest of the file's bytes, in lower-case hexadecimal; nil if they are not hashed.
    package let sha256: String?
    /// The longest name that the file system accepts, in bytes (`NAME_MAX`).
    package let longest: Int

    /// The suffix of a sidecar's name.
    package static let sidecarSuffix = Array(".json".utf8)

    package init(name: [UInt8], sha256: String?, longest: Int = 255) {
        self.name = name
        self.sha256 = sha256
        self.longest = longest
    }

    /// The pair of names for an attempt, counted from 0: `photo.jpg`, `photo-1.jpg`, `photo-2.jpg` …
    package func pair(_ attempt: Int) -> (media: [UInt8], sidecar: [UInt8]) {
        let media = numbered(attempt)
        return (media, media + Self.sidecarSuffix)
    }

    private func numbered(_ attempt: Int) -> [UInt8] {
        let suffix = attempt == 0 ? [] : Array("-\(attempt)".utf8)
        let (stem, ending) = Self.split(name)
        let room = longest - Self.sidecarSuffix.count
        if stem.count + suffix.count + ending.count <= room { return stem + suffix + ending }
        let mark = Array("~\((sha256 ?? "").prefix(8))".utf8)
        let left = room - mark.count - suffix.count
        // A suffix that fills most of the name is not an extension.
        if ending.count > left / 2 { return Self.cut(name, to: left) + mark + suffix }
        return Self.cut(stem, to: left - ending.count) + mark + suffix + ending
    }

    /// The name before its last dot, and the rest with the dot. A leading dot does not begin an extension.
    private static func split(_ name: [UInt8]) -> (stem: [UInt8], ending: [UInt8]) {
        guard let dot = name.lastIndex(of: UInt8(ascii: ".")), dot > 0 else { return (name, []) }
        return (Array(name[..<dot]), Array(name[dot...]))
    }

    /// Cuts between characters if the name is UTF-8.
    private static func cut(_ name: [UInt8], to count: Int) -> [UInt8] {
        guard name.count > count else { return name }
        var end = max(0, count)
        // A UTF-8 sequence has at most three continuation bytes (RFC 3629, section 3).
        var steps = 0
        while end > 0, steps < 3, name[end] & 0b1100_0000 == 0b1000_0000 {
            end -= 1
            steps += 1
        }
        if end > 0, name[end] & 0b1100_0000 == 0b1000_0000 { end = max(0, count) }
        return Array(name[..<end])
    }
}
