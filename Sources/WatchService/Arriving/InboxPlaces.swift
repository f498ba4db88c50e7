import LinuxSystem
import WatchCore

// The places in destinations that some files can't be put into.
extension Inbox {
    func placeFailed(_ path: RelativePath, at place: DestinationPlace, _ reason: String) {
        if barred.place(of: path) != place { leave(path, isFiled: false) }
        let (isNews, due) = barred.failed(path, at: place, reason, now: now)
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
        for path in barred.files(of: place) {
            if machines[path] != nil {
                handle(.destinationAvailable(place.role), for: path)
            } else if decided[path] != nil {
                resumeDecided(path)
            } else {
                leave(path, isFiled: false)
            }
        }
    }

    private func resumeDecided(_ path: RelativePath) {
        guard let filer = attachment?.filer, let decided = decided[path], !decided.isUnderWay else { return }
        self.decided[path]?.isUnderWay = true
        errandsUnderWay += 1
        threads.submit { [mailbox] in
            mailbox.post([.resumed(decided.role, filer.resume(decided.leftover, in: decided.role))])
        }
    }

    /// A file is filed, or waits for no place for another reason.
    func leave(_ path: RelativePath, isFiled: Bool) {
        guard let place = barred.left(path) else { return }
        deadlines.remove(.place(place))
        context.journal.record(.placeAvailable(folder: folderPath(of: place), isFiled: isFiled))
    }

    /// Absolute.
    func folderPath(of place: DestinationPlace) -> [UInt8] {
        let path = Array((destinations[place.role]?.path ?? place.role.rawValue).utf8)
        return place.folder.isRoot ? path : path + [UInt8(ascii: "/")] + place.folder.bytes
    }
}
