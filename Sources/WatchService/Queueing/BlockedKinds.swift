package import BitMindAPI

/// The kinds of files that can't be sent for now, whatever their turn.
package struct BlockedKinds: Sendable, Equatable {
    package private(set) var kinds: Set<MediaKind> = []
    /// Counts the changes: word of a change may arrive after that of a later one.
    package private(set) var version = 0

    /// - Returns: whether something has changed.
    mutating func change(to kinds: Set<MediaKind>) -> Bool {
        if kinds == self.kinds { return false }
        self.kinds = kinds
        version += 1
        return true
    }
}
