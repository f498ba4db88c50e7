import BitMindAPI
import DequeModule

/// The order of an inbox's filings, by destination: a slow destination does not delay the others.
///
/// Filings are done in bulks, which share their flushes (decision 0008). Two bulks of a destination are in
/// hand at once, so that one works while the other waits for the disk. Files larger than any file that is
/// sent have a lane of their own, because a copy of one may take hours, and no other file should wait for it.
package struct FilingLanes: Sendable {
    fileprivate struct Lane: Hashable, Sendable {
        let role: DestinationRole
        let isForLarge: Bool

        /// The largest number of bulks in hand at once.
        var most: Int { isForLarge ? 1 : 2 }

        init(_ role: DestinationRole, size: Int64) {
            self.role = role
            isForLarge = size > MediaKind.video.maximumFileSize
        }

        static let all = DestinationRole.allCases.flatMap { [Lane($0, size: 0), Lane($0, size: .max)] }
    }

    private struct Queued: Sendable {
        let id: FilingID
        let size: Int64
    }

    /// Filings that one thread does together.
    package struct Bulk: Sendable, Hashable {
        fileprivate let lane: Lane
        package let ids: [FilingID]

        package var role: DestinationRole { lane.role }
    }

    private var queues: [Lane: Deque<Queued>] = [:]
    private var bulksInHand: [Lane: Int] = [:]
    /// The number of filings that wait here or are in hand.
    package private(set) var count = 0

    /// The largest number of threads that work at once, over all destinations.
    package static let mostBulks = Lane.all.reduce(0) { $0 + $1.most }
    /// Enough files to share flushes, few enough for the descriptors they use.
    private static let mostFiles = 32
    /// All files of a bulk wait while one of them is hashed, or copied back to the inbox.
    private static let mostBytes: Int64 = 64 << 20

    package init() {}

    /// Whether no filing of a destination waits here or is in hand.
    package func isIdle(_ role: DestinationRole) -> Bool {
        Lane.all.allSatisfy { lane in
            lane.role != role || bulksInHand[lane] == nil && queues[lane]?.isEmpty != false
        }
    }

    /// - Parameter size: of the file, in bytes.
    package mutating func add(_ id: FilingID, size: Int64) {
        queues[Lane(id.role, size: size), default: []].append(Queued(id: id, size: size))
        count += 1
    }

    /// The next filings to do together, of one destination; nil if none can begin now.
    /// - Parameter isAlone: whether each file of a destination is filed alone, because it is copied.
    package mutating func next(isAlone: (DestinationRole) -> Bool) -> Bulk? {
        for lane in Lane.all where bulksInHand[lane, default: 0] < lane.most {
            let ids = take(lane, most: lane.isForLarge || isAlone(lane.role) ? 1 : Self.mostFiles)
            if ids.isEmpty { continue }
            bulksInHand[lane, default: 0] += 1
            return Bulk(lane: lane, ids: ids)
        }
        return nil
    }

    private mutating func take(_ lane: Lane, most: Int) -> [FilingID] {
        var ids: [FilingID] = []
        var bytes: Int64 = 0
        while ids.count < most, let next = queues[lane]?.first {
            bytes += next.size
            if !ids.isEmpty, bytes > Self.mostBytes { break }
            ids.append(next.id)
            queues[lane]?.removeFirst()
        }
        return ids
    }

    /// A bulk has ended.
    package mutating func ended(_ bulk: Bulk) {
        let left = bulksInHand[bulk.lane, default: 1] - 1
        bulksInHand[bulk.lane] = left == 0 ? nil : left
        count -= bulk.ids.count
    }

    /// Removes and returns all filings that wait here for a destination.
    package mutating func removeAll(_ role: DestinationRole) -> [FilingID] {
        let lanes = Lane.all.filter { $0.role == role }
        let removed = lanes.flatMap { queues.removeValue(forKey: $0)?.map(\.id) ?? [] }
        count -= removed.count
        return removed
    }

    /// Removes all filings that wait here.
    package mutating func removeAll() {
        for role in DestinationRole.allCases { _ = removeAll(role) }
    }
}
