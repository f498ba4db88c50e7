/// One error of a configuration: its place, what is wrong, and what to do about it.
package struct ConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file, as it was given to the service.
    package var file: String
    /// The place in the file; nil if the file could not be read at all.
    package var position: TOMLPosition?
    /// The key at fault; nil if the error concerns no key.
    package var key: String?
    /// What is wrong and what to do, without a full stop. Never contains what may be a credential.
    package var sentence: String

    package init(file: String, position: TOMLPosition?, key: String? = nil, sentence: String) {
        self.file = file
        self.position = position
        self.key = key
        self.sentence = sentence
    }

    /// The line, from 1; nil if the file could not be read at all.
    package var line: Int? { position?.line }
    /// The column in characters, from 1; nil if the file could not be read at all.
    package var column: Int? { position?.column }

    /// One line: `/etc/bitmind-watch/config.toml:14: "setle" is not a key of [[watch]]; did you mean "settle"?`
    package var description: String {
        position.map { "\(file):\($0.line): \(sentence)" } ?? "\(file): \(sentence)"
    }
}

/// All errors of a configuration, in the order of the file, so that one pass can correct them all. A file
/// that is not TOML has a single error, because nothing after it can be read.
package struct ConfigurationErrors: Error, Sendable, Hashable, CustomStringConvertible {
    /// At least one.
    package var errors: [ConfigurationError]

    package init(_ errors: [ConfigurationError]) {
        self.errors = errors
    }

    /// One line for each error.
    package var description: String { errors.map(\.description).joined(separator: "\n") }
}
