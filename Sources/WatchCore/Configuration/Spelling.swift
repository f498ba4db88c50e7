/// Finds the intended name for a misspelt one.
enum Spelling {
    /// The name nearest to a text; nil if none is near enough.
    static func nearest(to text: String, among names: [String]) -> String? {
        let written = Array(text.lowercased().utf8.prefix(80))
        let ranked = names.map { (name: $0, distance: distance(written, Array($0.lowercased().utf8))) }
        if let best = ranked.min(by: { $0.distance < $1.distance }),
            best.distance <= max(1, max(written.count, best.name.utf8.count) / 3)
        {
            return best.name
        }
        // A part of a name, such as "timeout", has a larger distance than a wrong letter, but is just as
        // clear.
        return names.first { name in
            written.count >= 4 && name.contains(text.lowercased())
                || name.utf8.count >= 4 && text.utf8.count <= 80 && text.lowercased().contains(name)
        }
    }

    /// The number of letters to add, remove, change, or swap with a neighbour, to get from one text to the
    /// other (optimal string alignment).
    static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in left.indices {
            var current = [row + 1]
            for column in right.indices {
                let same = left[row] == right[column]
                var cost = min(last[column + 1] + 1, current[column] + 1, last[column] + (same ? 0 : 1))
                let isSwap =
                    row > 0 && column > 0 && left[row] == right[column - 1] && left[row - 1] == right[column]
                if isSwap { cost = min(cost, beforeLast[column - 1] + 1) }
                current.append(cost)
            }
            (beforeLast, last) = (last, current)
        }
        return last[right.count]
    }
}
