/// A path in the configuration, and its use.
package struct NamedPath {
    /// The key that names the path. It is also the path's use: two watches may share a folder of the same
    /// use.
    let key: String
    package let path: String
    /// The position of the key, or of the inbox that the default follows from.
    let position: TOMLPosition
    /// Whether the path is written in the file. Otherwise it is a default.
    let isWritten: Bool
    /// Whether the path is a file's. A file may be anywhere except in the folders of a watch, and nothing may
    /// be below it.
    package let isFile: Bool

    fileprivate func shown(withPath: Bool) -> String {
        // Not shortened, because the exact path matters.
        let name = "\"\(DisplayName(path.utf8).escaped)\""
        if !isWritten { return "\"\(key)\", by default \(name)," }
        return withPath ? "\"\(key)\", \(name)," : "\"\(key)\""
    }
}

/// Finds folders that overlap. A file in one of them would be taken, or filed, as if it were in the other.
///
/// The rule is the same for the paths as written, which need only the file, and for the folders that they
/// lead to, which need the file system.
struct FolderOverlap {
    private let inner: NamedPath
    private let outer: NamedPath
    private let isSame: Bool
    /// Whether the paths as written overlap. Otherwise only the folders that they lead to do.
    private let isByName: Bool

    /// Overlaps by the text of the paths: at most one for each path, in no order.
    static func byName(among paths: [NamedPath]) -> [FolderOverlap] {
        all(among: paths.map { ($0, FolderPlace(named: $0.path)) }, isByName: true)
    }

    /// Overlaps by where the paths lead, with symbolic links and mounts followed.
    /// - Parameter place: returns where a path leads, or nil if that cannot be determined.
    static func byPlace(
        among paths: [NamedPath], _ place: (NamedPath) -> FolderPlace?
    ) -> [FolderOverlap] {
        all(among: paths.compactMap { path in place(path).map { (path, $0) } }, isByName: false)
    }

    private static func all(
        among paths: [(path: NamedPath, place: FolderPlace)], isByName: Bool
    ) -> [FolderOverlap] {
        let sorted = paths.enumerated().sorted {
            ($0.element.path.position, $0.offset) < ($1.element.path.position, $1.offset)
        }.map { (path: $0.element.path, keys: $0.element.place.keys) }
        let owners = Dictionary(grouping: sorted.indices) { sorted[$0].keys.first }
        let found = sorted.indices.compactMap { index -> FolderOverlap? in
            let (path, keys) = sorted[index]
            for key in keys {
                let isSame = key == keys.first
                // Of two equal paths, the later one reports the overlap.
                guard let nearest = owners[key]?.last(where: { !isSame || $0 < index }) else { continue }
                let overlap = FolderOverlap(
                    inner: path, outer: sorted[nearest].path, isSame: isSame, isByName: isByName)
                return overlap.isAllowed ? nil : overlap
            }
            return nil
        }
        // An overlap between the defaults of two inboxes follows from an overlap of the inboxes, and is
        // corrected with it.
        let inboxes = Set(found.filter(\.isOfInboxes).map(\.positions))
        return found.filter { $0.isWritten || !inboxes.contains($0.positions) }
    }

    private var isAllowed: Bool { isSame && outer.key == inner.key && inner.key != "inbox" }

    private var isOfInboxes: Bool { inner.key == "inbox" && outer.key == "inbox" }

    private var isWritten: Bool { inner.isWritten && outer.isWritten }

    private var positions: Set<TOMLPosition> { [inner.position, outer.position] }

    // MARK: Messages

    private var innerIsLater: Bool { outer.position <= inner.position }

    /// The later of the two places. The overlap is reported there.
    private var later: NamedPath { innerIsLater ? inner : outer }

    private var earlier: NamedPath { innerIsLater ? outer : inner }

    var key: String { later.key }

    var position: TOMLPosition { later.position }

    var sentence: String {
        let relation =
            switch (isSame, innerIsLater) {
            case (true, _): isByName ? "is the same as" : "is the same folder as"
            case (false, true): "lies inside"
            case (false, false): "contains"
            }
        let place = "\(earlier.shown(withPath: !isByName)) of line \(earlier.position.line)"
        let how = isByName ? "" : ", by a symbolic link or a mount"
        return "\(later.shown(withPath: !isByName)) \(relation) \(place)\(how); \(remedy)"
    }

    private var remedy: String {
        if isOfInboxes {
            isSame ? "an inbox is watched once" : "no inbox may lie in another"
        } else if inner.isFile || outer.isFile {
            "name a file outside the folders of every [[watch]]"
        } else {
            "give each a folder of its own, none inside another"
        }
    }
}
