package import WatchCore

/// What a new configuration changes.
package struct ConfigurationChange: Sendable, Equatable {
    package let added: [Configuration.Watch]
    package let removed: [Configuration.Watch]
    /// Whether requests use another path, or another rate.
    package let changesClient: Bool

    package init(from old: Configuration, to new: Configuration) {
        added = new.watches.filter { !old.watches.contains($0) }
        removed = old.watches.filter { !new.watches.contains($0) }
        changesClient =
            old.api != new.api || old.upload.bandwidth != new.upload.bandwidth
            || old.upload.concurrency != new.upload.concurrency
    }
}

extension JournalEvent {
    /// - Parameter credentialsWait: whether credentials are passed only at the start, as by systemd.
    package static func reloaded(
        _ change: ConfigurationChange, credentialsWait: Bool
    ) -> JournalEvent {
        let added = change.added.map(\.inbox)
        let removed = change.removed.map(\.inbox)
        let parts = [
            Self.list("added", added.filter { !removed.contains($0) }),
            Self.list("changed", added.filter { removed.contains($0) }),
            Self.list("no longer watched", removed.filter { !added.contains($0) }),
        ]
        let inboxes = parts.compactMap(\.self).joined(separator: "; ")
        let what =
            credentialsWait
            ? "the configuration was reloaded; to load changed credentials, restart the service"
            : "the configuration and the credentials were reloaded"
        return JournalEvent(.reloaded, what + (inboxes.isEmpty ? "" : "; \(inboxes)"))
    }

    private static func list(_ what: String, _ inboxes: [String]) -> String? {
        if inboxes.isEmpty { return nil }
        return "\(what): " + inboxes.map { DisplayName($0.utf8).escaped }.joined(separator: ", ")
    }
}
