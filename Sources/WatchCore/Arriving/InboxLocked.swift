/// Another service uses an inbox.
package struct InboxLocked: Error, Sendable, CustomStringConvertible {
    package let path: String

    package init(path: String) { self.path = path }

    package var description: String {
        "\(DisplayName(path.utf8).escaped) is the inbox of another bitmind-watch that is running; stop that one, or give this one another inbox"
    }
}
