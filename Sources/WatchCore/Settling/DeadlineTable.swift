import HeapModule

/// The deadline of each key: one timer for many keys.
///
/// Each key has at most one deadline, and setting it again replaces it. Replaced entries stay in the heap
/// until they reach the top, or until they are the larger part of the heap: a file that is written to for
/// hours gets a new deadline at each write.
package struct DeadlineTable<Key: Hashable & Sendable>: Sendable {
    private struct Entry: Comparable, Sendable {
        let at: ContinuousClock.Instant
        let order: UInt64
        let key: Key

        static func < (left: Entry, right: Entry) -> Bool { (left.at, left.order) < (right.at, right.order) }
        static func == (left: Entry, right: Entry) -> Bool { left.order == right.order }
    }

    private var heap = Heap<Entry>()
    private var current: [Key: Entry] = [:]
    private var orders: UInt64 = 0

    package init() {}

    /// The earliest deadline, or nil if there is none.
    package var next: ContinuousClock.Instant? {
        mutating get {
            while let first = heap.min {
                if current[first.key] == first { return first.at }
                heap.removeMin()
            }
            return nil
        }
    }

    /// The deadline of `key`, or nil if it has none.
    package subscript(key: Key) -> ContinuousClock.Instant? { current[key]?.at }

    /// The number of entries in memory, including replaced ones: never much more than twice the keys.
    package var footprint: Int { heap.count }

    /// Sets the deadline of `key`, and replaces any earlier one.
    package mutating func set(_ key: Key, at: ContinuousClock.Instant) {
        orders += 1
        let entry = Entry(at: at, order: orders, key: key)
        current[key] = entry
        heap.insert(entry)
        sweep()
    }

    package mutating func remove(_ key: Key) {
        if current.removeValue(forKey: key) != nil { sweep() }
    }

    private mutating func sweep() {
        if heap.count > 2 * current.count + 64 { heap = Heap(current.values) }
    }

    /// Removes and returns a key whose deadline has passed, earliest first.
    package mutating func popDue(at now: ContinuousClock.Instant) -> Key? {
        guard let next, next <= now else { return nil }
        let key = heap.removeMin().key
        current[key] = nil
        return key
    }
}
