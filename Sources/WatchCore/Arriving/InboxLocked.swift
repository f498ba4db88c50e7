/// Another service uses an inbox.
package struct InboxLocked: Error, Sendable, CustomStringConvertible {
    package let path: String

    package init(path: String) { self.path = path }

    package var description: String {
        "\(DisplayName(path.utf8).escaped) is in use by another running bitmind-watch; stop that one, or configure another inbox"
    }
}
