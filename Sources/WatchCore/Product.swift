/// What the program calls itself.
package enum Product {
    package static let name = "bitmind-watch"
    package static let version = "0.1.0"
    /// Where the configuration is looked for if nothing else is said.
    package static let configurationPath = "/etc/bitmind-watch/config.toml"
}
