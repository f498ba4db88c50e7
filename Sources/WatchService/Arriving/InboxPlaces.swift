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

    /// Tries all files that wait for a place.
    func retry(_ place: DestinationPlace) {
        guard destinationStates.isAvailable(place.role) else {
            return deadlines.set(.place(place), at: now + .seconds(1))
        }
        let waiting = barred.files(of: place)
        for case .file(let path) in waiting { handle(.destinationAvailable(place.role), for: path) }
        resume(waiting.compactMap { if case .leftover(let id) = $0 { id } else { nil } }, in: place.role)
    }

    /// A file is filed, or waits for no place for another reason.
    func leave(_ file: Barred, isFiled: Bool) {
        guard let place = barred.left(file) else { return }
        deadlines.remove(.place(place))
        context.journal.record(.placeAvailable(folder: folderPath(of: place), isFiled: isFiled))
    }

    /// Absolute.
    func folderPath(of place: DestinationPlace) -> [UInt8] {
        let path = Array((destinations[place.role]?.path ?? place.role.rawValue).utf8)
        return place.folder.isRoot ? path : path + [UInt8(ascii: "/")] + place.folder.bytes
    }
}
