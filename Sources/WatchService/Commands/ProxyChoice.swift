/// The proxy of requests to a host, as libcurl chooses it.
struct ProxyChoice: Equatable {
    /// The variable of the environment that names the proxy; nil if the configuration does.
    var variable: String?
    var proxy: String
    /// The entry of NO_PROXY because of which the host is reached directly.
    var exception: String?

    /// - Parameters:
    ///   - baseURL: of the API.
    ///   - configured: the proxy of the configuration; NO_PROXY does not apply to it.
    ///   - environment: returns a variable of the environment; nil if it is empty.
    /// - Returns: nil if no proxy is named.
    init?(to baseURL: String, configured: String?, environment: (String) -> String?) {
        if let configured {
            self.init(variable: nil, proxy: configured, exception: nil)
            return
        }
        let scheme = baseURL.hasPrefix("https:") ? "https" : "http"
        let names = ["\(scheme)_proxy", "\(scheme)_proxy".uppercased(), "all_proxy", "ALL_PROXY"]
        guard let variable = names.first(where: { environment($0) != nil }), let proxy = environment(variable)
        else { return nil }
        let list = environment("no_proxy") ?? environment("NO_PROXY") ?? ""
        let host = Self.host(of: baseURL)
        let entries = list.split { $0 == "," || $0 == " " }.map(String.init)
        self.init(
            variable: variable, proxy: proxy, exception: entries.first { Self.matches($0, host: host) })
    }

    private init(variable: String?, proxy: String, exception: String?) {
        (self.variable, self.proxy, self.exception) = (variable, proxy, exception)
    }

    /// The host in a URL, in lower case, without the brackets of an IPv6 address.
    static func host(of url: String) -> String {
        var rest = url[...]
        if let scheme = rest.firstRange(of: "://") { rest = rest[scheme.upperBound...] }
        rest = rest.prefix { !"/?#".contains($0) }
        if let at = rest.lastIndex(of: "@") { rest = rest[at...].dropFirst() }
        if rest.first == "[" { return rest.dropFirst().prefix { $0 != "]" }.lowercased() }
        return rest.prefix { $0 != ":" }.lowercased()
    }

    /// Whether an entry of NO_PROXY matches a host: the host itself, a domain that contains it, a network of
    /// IPv4 addresses, or `*`.
    static func matches(_ entry: String, host: String) -> Bool {
        if entry == "*" { return true }
        let host = host.hasSuffix(".") ? String(host.dropLast()) : host
        var domain = entry.lowercased()[...]
        if domain.first == "[", domain.last == "]" { domain = domain.dropFirst().dropLast() }
        if domain.first == "." { domain = domain.dropFirst() }
        if domain.last == "." { domain = domain.dropLast() }
        guard !domain.isEmpty else { return false }
        if let address = address(host) {
            let parts = domain.split(separator: "/", maxSplits: 1)
            guard parts.count == 2, let network = Self.address(String(parts[0])), let bits = Int(parts[1]),
                (1...32).contains(bits)
            else { return domain == host }
            return address >> (32 - bits) == network >> (32 - bits)
        }
        return host == domain || host.hasSuffix("." + domain)
    }

    /// An IPv4 address; nil for any other text.
    private static func address(_ text: String) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var address: UInt32 = 0
        for part in parts {
            guard let byte = UInt8(part) else { return nil }
            address = address << 8 | UInt32(byte)
        }
        return address
    }
}
