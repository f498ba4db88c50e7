internal import BitMindAPI

/// The names of the program.
package enum Product {
    package static let name = "bitmind-watch"
    package static let version = ProductVersion.text
    /// The default path of the configuration.
    package static let configurationPath = "/etc/bitmind-watch/config.toml"
}
