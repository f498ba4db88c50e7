/// A folder in a destination to which files go. It may not exist yet.
package struct DestinationPlace: Sendable, Hashable, CustomStringConvertible {
    package let role: DestinationRole
    /// Relative to the destination.
    package let folder: RelativePath

    package init(_ role: DestinationRole, _ folder: RelativePath) {
        self.role = role
        self.folder = folder
    }

    /// `human/trip`, safe to show.
    package var description: String {
        folder.isRoot ? role.rawValue : "\(role.rawValue)/\(DisplayName(folder.bytes).escaped)"
    }

    /// Why a file that cannot be put here is held, in words.
    package func refusal(_ reason: String) -> String { "cannot file to \(self): \(reason)" }
}

extension DestinationRole {
    /// Why a file is held if its destination cannot be written to, in words.
    package func refusal(_ reason: String) -> String { "cannot file to \(rawValue): \(reason)" }
}
