internal import BitMindAPI

/// What the program calls itself.
package enum Product {
    package static let name = "bitmind-watch"
    package static let version = ProductVersion.text
    /// Where the configuration is looked for if nothing else is said.
    package static let configurationPath = "/etc/bitmind-watch/config.toml"
}
