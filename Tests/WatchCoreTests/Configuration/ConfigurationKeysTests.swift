import Testing

@testable import WatchCore

@Suite struct ConfigurationKeysTests {
    @Test func `every default that the table of keys shows is the default of the code`() throws {
        try expectDefaults(ConfigurationKeys.api, Configuration.API())
        try expectDefaults(ConfigurationKeys.upload, Configuration.Upload())
        try expectDefaults(ConfigurationKeys.watch, Configuration.Watch(inbox: "/srv/bitmind/inbox"))
        try expectDefaults(ConfigurationKeys.log, Configuration.Log())
        try expectDefaults(ConfigurationKeys.metrics, Configuration.Metrics())
    }

    private func expectDefaults<Section: Equatable>(
        _ keys: [ConfigurationKey<Section>], _ defaults: Section
    ) throws {
        for key in keys {
            var section = defaults
            try key.decode(key.defaultValue, &section)
            #expect(section == defaults, "\(key.name)")
        }
    }

    @Test func `no key looks like a credential`() {
        for key in ConfigurationKeys.tables.flatMap(\.keys) {
            #expect(CredentialName.complaint(about: key.name) == nil, "\(key.name)")
        }
    }

    @Test func `no key stands in two tables`() {
        let names = ConfigurationKeys.tables.flatMap { $0.keys.map(\.name) }
        #expect(Set(names).count == names.count)
    }

    @Test(arguments: [
        ("client_id", "client-id"), ("CLIENT_ID", "client-id"), ("username", "client-id"),
        ("clientSecret", "client-secret"), ("oauth-secret", "client-secret"), ("password", "client-secret"),
        ("passphrase", "client-secret"), ("credentials_file", "client-secret"), ("api_key", "api-key"),
        ("apikey", "api-key"), ("key", "api-key"), ("access_token", "api-key"), ("bearer", "api-key"),
        ("Authorization", "api-key"), ("client.cert", "client-cert"), ("certificate", "client-cert"),
    ])
    func `a key that looks like a credential is sent to its place`(key: String, name: String) throws {
        let sentence = try #require(CredentialName.complaint(about: key))
        #expect(sentence.contains("/etc/credstore/bitmind-watch.\(name),"))
        #expect(sentence.hasSuffix("BITMIND_" + name.uppercased().replacing("-", with: "_")))
    }

    @Test(arguments: ["ca_cert", "ca_certificate", "keys", "compass", "monkey", "settle", "uses"])
    func `a key that looks like none is not`(key: String) {
        #expect(CredentialName.complaint(about: key) == nil)
    }

    @Test(arguments: [
        ("setle", "settle"), ("settel", "settle"), ("SETTLE", "settle"), ("settlemax", "settle_max"),
        ("timeout", "request_timeout"), ("recursive_folders", "recursive"), ("base-url", "base_url"),
    ])
    func `the name that was meant is found`(written: String, meant: String) {
        #expect(
            Spelling.nearest(to: written, among: ConfigurationKeys.tables.flatMap { $0.keys.map(\.name) })
                == meant)
    }

    @Test(arguments: ["colour", "x", "", String(repeating: "settle", count: 100_000)])
    func `what is like no name is taken for none`(written: String) {
        #expect(Spelling.nearest(to: written, among: ["settle", "rescan", "ai"]) == nil)
    }
}
