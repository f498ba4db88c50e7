import LinuxSystem
import WatchCore

// The places in destinations that some files can't be put into.
extension Inbox {
    /// - Parameter path: of the file in the inbox.
    func placeFailed(_ file: Barred, _ path: RelativePath, at place: DestinationPlace, _ reason: String) {
        if barred.place(of: file) != place { leave(file, isFiled: false) }
        let (isNews, due) = barred.failed(file, at: place, reason, now: now)
        if isNews {
            context.journal.record(.placeUnavailable(path, folder: folderPath(of: place), reason))
        }
        deadlines.set(.place(place), at: due)
    }

    /// How many files of a place are tried at once: each that is filed lets two more go.
    private static let trials = 8

    /// Tries the files that wait for a place, some of them at first.
    func retry(_ place: DestinationPlace) {
        guard destinationStates.isAvailable(place.role) else {
            return deadlines.set(.place(place), at: now + .seconds(1))
        }
        barred.beginTrial(of: place)
        tryFiles(of: place, most: Self.trials)
        // Where none is tried, none puts it off.
        deadlines.set(.place(place), at: now + .seconds(30))
    }

    private func tryFiles(of place: DestinationPlace, most: Int) {
        let tried = barred.takeUntried(of: place, most: most)
        for case .file(let path) in tried { handle(.destinationAvailable(place.role), for: path) }
        resume(tried.compactMap { if case .leftover(let id) = $0 { id } else { nil } }, in: place.role)
    }

    /// A file is filed, or waits for no place for another reason.
    func leave(_ file: Barred, isFiled: Bool) {
        let waited = barred.place(of: file)
        let left = barred.left(file)
        if let waited, isFiled, left == nil { tryFiles(of: waited, most: 2) }
        guard let place = left else { return }
        deadlines.remove(.place(place))
        context.journal.record(.placeAvailable(folder: folderPath(of: place), isFiled: isFiled))
    }

    /// Absolute.
    func folderPath(of place: DestinationPlace) -> [UInt8] {
        let path = Array((destinations[place.role]?.path ?? place.role.rawValue).utf8)
        return place.folder.isRoot ? path : path + [UInt8(ascii: "/")] + place.folder.bytes
    }
}
