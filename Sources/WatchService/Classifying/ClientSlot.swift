package import BitMind
import Synchronization
package import WatchCore

/// The client for new requests. A reload may replace it. A request in flight ends with the client that it
/// began with.
package final class ClientSlot: Sendable {
    package struct Content: Sendable {
        package let client: BitMindClient
        /// The address of the API, as written in the sidecars.
        package let baseURL: String
    }

    private let content: Mutex<Content>
    private let time: any TimeSource

    /// - Parameter time: the clock for the age of tokens.
    package init(
        _ configuration: Configuration, _ credentials: any CredentialSource,
        time: any TimeSource = SystemTimeSource()
    ) throws(ConfigurationFault) {
        self.time = time
        content = Mutex(try Content(configuration, credentials, time))
    }

    package var current: Content { content.withLock { $0 } }

    /// Makes new requests follow another configuration.
    package func replace(
        _ configuration: Configuration, _ credentials: any CredentialSource
    ) throws(ConfigurationFault) {
        let new = try Content(configuration, credentials, time)
        content.withLock { $0 = new }
    }
}

/// A value that libcurl does not accept.
package typealias ConfigurationFault = BitMind.ConfigurationError

extension ClientSlot.Content {
    fileprivate init(
        _ configuration: Configuration, _ credentials: any CredentialSource, _ time: any TimeSource
    ) throws(ConfigurationFault) {
        baseURL = configuration.api.baseURL
        client = try BitMindClient(
            configuration: BitMindClient.Configuration(configuration), credentials: credentials,
            now: { time.now })
    }
}

extension BitMindClient.Configuration {
    fileprivate init(_ configuration: Configuration) {
        self.init(baseURL: configuration.api.baseURL)
        requestTimeout = configuration.api.requestTimeout
        caFile = configuration.api.caFile
        proxy = configuration.api.proxy
        bandwidth = configuration.upload.bandwidth
        userAgent = "\(Product.name)/\(Product.version)"
        maximumConnections = configuration.upload.concurrency
    }
}
