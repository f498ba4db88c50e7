import BitMindAPI
import DequeModule
import WatchCore

/// The files of an inbox that wait to be filed, by destination: a slow one holds up no other.
///
/// They are filed in bulks, which share their flushes. Two bulks of a destination are under way at once, so that
/// one can work while the other waits for the disk. Files that are larger than any that is sent have a lane of their
/// own: to copy one may take hours, and nobody else is to wait for that.
struct FilingBacklog: Sendable {
    private struct Lane: Hashable, Sendable {
        let role: DestinationRole
        let isForLarge: Bool

        /// How many bulks may be under way at once.
        var most: Int { isForLarge ? 1 : 2 }

        static let all = DestinationRole.allCases.flatMap { role in
            [false, true].map { Lane(role: role, isForLarge: $0) }
        }
    }

    private var waiting: [Lane: Deque<FilingOrder>] = [:]
    private var bulksUnderWay: [Lane: Int] = [:]
    /// How many files wait, or are being filed.
    private(set) var count = 0

    /// How many threads can be at work at once for all destinations.
    static let mostBulks = Lane.all.reduce(0) { $0 + $1.most }
    /// Enough to share flushes, few enough for the descriptors they hold.
    private static let mostFiles = 32
    /// All files of a bulk wait for one that is to be hashed or given back byte by byte.
    private static let mostBytes: Int64 = 64 << 20

    var isEmpty: Bool { count == 0 }

    private static func lane(of order: FilingOrder, _ role: DestinationRole) -> Lane {
        let size = order.decision.prospect.identity.size
        return Lane(role: role, isForLarge: size > MediaKind.video.maximumFileSize)
    }

    /// Whether files wait for a destination, or are being filed there.
    func isBusy(_ role: DestinationRole) -> Bool {
        Lane.all.contains { lane in
            lane.role == role && (bulksUnderWay[lane] != nil || waiting[lane]?.isEmpty == false)
        }
    }

    mutating func add(_ order: FilingOrder, to role: DestinationRole) {
        count += 1
        waiting[Self.lane(of: order, role), default: []].append(order)
    }

    /// The next files to file together, of one destination; nil while there is nothing to begin.
    /// - Parameter isAlone: whether each file of a destination goes by itself, for it is copied.
    mutating func next(
        isAlone: (DestinationRole) -> Bool
    ) -> (role: DestinationRole, orders: [FilingOrder])? {
        for lane in Lane.all where bulksUnderWay[lane, default: 0] < lane.most {
            let orders = take(lane, most: lane.isForLarge || isAlone(lane.role) ? 1 : Self.mostFiles)
            if orders.isEmpty { continue }
            bulksUnderWay[lane, default: 0] += 1
            return (lane.role, orders)
        }
        return nil
    }

    private mutating func take(_ lane: Lane, most: Int) -> [FilingOrder] {
        var orders: [FilingOrder] = []
        var bytes: Int64 = 0
        while orders.count < most, let next = waiting[lane]?.first {
            bytes += next.decision.prospect.identity.size
            if !orders.isEmpty, bytes > Self.mostBytes { break }
            orders.append(next)
            waiting[lane]?.removeFirst()
        }
        return orders
    }

    /// A bulk has come to its end.
    mutating func ended(_ orders: [FilingOrder], _ role: DestinationRole) {
        count -= orders.count
        guard let first = orders.first else { return }
        let lane = Self.lane(of: first, role)
        let left = bulksUnderWay[lane, default: 1] - 1
        bulksUnderWay[lane] = left == 0 ? nil : left
    }

    /// Takes back all that waits for a destination.
    mutating func removeAll(_ role: DestinationRole) -> Deque<FilingOrder> {
        var orders: Deque<FilingOrder> = []
        for lane in Lane.all where lane.role == role { orders += waiting.removeValue(forKey: lane) ?? [] }
        count -= orders.count
        return orders
    }
}
