/// A path that the configuration names, and for what.
struct NamedPath {
    /// The key that names it, which is also its use: two watches may share a folder of the same use.
    let key: String
    let path: String
    /// Of the key, or of the inbox that it is a default of.
    let position: TOMLPosition
    /// Whether it stands in the file; else it is a default.
    let isWritten: Bool
    /// A file may lie anywhere but in the folders of a watch; nothing may lie in it.
    let isFile: Bool

    fileprivate var shown: String {
        isWritten ? "\"\(key)\"" : "\"\(key)\", by default \(quoted(path)),"
    }

    /// Bytes that sort a path directly before all that lies below it.
    fileprivate var order: [UInt8] {
        path.utf8.map { $0 == UInt8(ascii: "/") ? 0 : $0 }
    }
}

/// Finds folders that overlap: a file in one would be taken, or filed, as if it were in the other.
enum FolderOverlap {
    /// A clash, told at the later of the two places and with the line of the earlier.
    struct Clash {
        let key: String
        let position: TOMLPosition
        let sentence: String
    }

    /// At most one clash for each path, in no order.
    static func clashes(among paths: [NamedPath]) -> [Clash] {
        let sorted = paths.map { (path: $0, order: $0.order) }.sorted {
            $0.order == $1.order
                ? $0.path.position < $1.path.position : $0.order.lexicographicallyPrecedes($1.order)
        }
        var clashes: [Clash] = []
        // The paths around the current one, from the outermost to the nearest.
        var around: [(path: NamedPath, order: [UInt8])] = []
        for current in sorted {
            while let last = around.last, !isSameOrBelow(current.order, last.order) { around.removeLast() }
            let isSame = around.last?.order == current.order
            if let outer = around.last, !mayShare(outer.path, current.path, isSame: isSame) {
                clashes.append(clash(inner: current.path, outer: outer.path, isSame: isSame))
            }
            around.append(current)
        }
        return clashes
    }

    private static func isSameOrBelow(_ inner: [UInt8], _ outer: [UInt8]) -> Bool {
        inner.starts(with: outer) && (inner.count == outer.count || inner[outer.count] == 0)
    }

    private static func mayShare(_ outer: NamedPath, _ inner: NamedPath, isSame: Bool) -> Bool {
        isSame && outer.key == inner.key && inner.key != "inbox"
    }

    private static func clash(inner: NamedPath, outer: NamedPath, isSame: Bool) -> Clash {
        let innerIsLater = outer.position <= inner.position
        let (later, earlier) = innerIsLater ? (inner, outer) : (outer, inner)
        let relation =
            switch (isSame, innerIsLater) {
            case (true, _): "is the same as"
            case (false, true): "lies inside"
            case (false, false): "contains"
            }
        let place = "\(earlier.shown) of line \(earlier.position.line)"
        let remedy =
            if later.key == "inbox" && earlier.key == "inbox" {
                isSame ? "an inbox is watched once" : "no inbox may lie in another"
            } else if later.isFile || earlier.isFile {
                "name a file outside the folders of every [[watch]]"
            } else {
                "give each a folder of its own, none inside another"
            }
        return Clash(
            key: later.key, position: later.position,
            sentence: "\(later.shown) \(relation) \(place); \(remedy)")
    }
}
