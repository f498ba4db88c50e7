/// A folder in a destination that files go to, or would have to be made in.
package struct DestinationPlace: Sendable, Hashable, CustomStringConvertible {
    package let role: DestinationRole
    /// Below the destination.
    package let folder: RelativePath

    package init(_ role: DestinationRole, _ folder: RelativePath) {
        self.role = role
        self.folder = folder
    }

    /// `human/trip`, fit to be shown.
    package var description: String {
        folder.isRoot ? role.rawValue : "\(role.rawValue)/\(DisplayName(folder.bytes).escaped)"
    }

    /// Why a file is held that can't be put there, in words.
    package func refusal(_ reason: String) -> String { "cannot file to \(self): \(reason)" }
}

extension DestinationRole {
    /// Why a file is held whose destination can't be written to, in words.
    package func refusal(_ reason: String) -> String { "cannot file to \(rawValue): \(reason)" }
}
