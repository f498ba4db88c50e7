import DequeModule
import WatchCore

/// The files of an inbox that wait to be filed, by destination: a slow one holds up no other.
///
/// They are filed in bulks, which share their flushes. Two bulks of a destination are under way at once, so that
/// one can work while the other waits for the disk.
struct FilingBacklog: Sendable {
    private var waiting: [DestinationRole: Deque<FilingOrder>] = [:]
    private var bulksUnderWay: [DestinationRole: Int] = [:]
    /// How many files wait, or are being filed.
    private(set) var count = 0

    /// How many threads can be at work at once for all destinations.
    static let mostBulks = DestinationRole.allCases.count * mostBulksEach
    private static let mostBulksEach = 2
    /// Enough to share flushes, few enough for the descriptors they hold.
    private static let mostFiles = 32
    /// All files of a bulk wait for one that is to be hashed or given back byte by byte.
    private static let mostBytes: Int64 = 64 << 20

    var isEmpty: Bool { count == 0 }

    /// Whether files wait for a destination, or are being filed there.
    func isBusy(_ role: DestinationRole) -> Bool {
        bulksUnderWay[role] != nil || waiting[role]?.isEmpty == false
    }

    mutating func add(_ order: FilingOrder, to role: DestinationRole) {
        count += 1
        waiting[role, default: []].append(order)
    }

    /// The next files to file together, of one destination; nil while there is nothing to begin.
    /// - Parameter isAlone: whether each file of a destination goes by itself, for it is copied.
    mutating func next(
        isAlone: (DestinationRole) -> Bool
    ) -> (role: DestinationRole, orders: [FilingOrder])? {
        for role in DestinationRole.allCases where bulksUnderWay[role, default: 0] < Self.mostBulksEach {
            let orders = take(role, most: isAlone(role) ? 1 : Self.mostFiles)
            if orders.isEmpty { continue }
            bulksUnderWay[role, default: 0] += 1
            return (role, orders)
        }
        return nil
    }

    private mutating func take(_ role: DestinationRole, most: Int) -> [FilingOrder] {
        var orders: [FilingOrder] = []
        var bytes: Int64 = 0
        while orders.count < most, let next = waiting[role]?.first {
            bytes += next.decision.prospect.identity.size
            if !orders.isEmpty, bytes > Self.mostBytes { break }
            orders.append(next)
            waiting[role]?.removeFirst()
        }
        return orders
    }

    /// A bulk has come to its end.
    mutating func ended(_ orders: [FilingOrder], _ role: DestinationRole) {
        count -= orders.count
        let left = bulksUnderWay[role, default: 1] - 1
        bulksUnderWay[role] = left == 0 ? nil : left
    }

    /// Takes back all that waits for a destination.
    mutating func removeAll(_ role: DestinationRole) -> Deque<FilingOrder> {
        let orders = waiting.removeValue(forKey: role) ?? []
        count -= orders.count
        return orders
    }
}
