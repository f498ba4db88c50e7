package import BitMind
import LinuxSystem
import SystemPackage
import WatchCore

extension Check {
    var method: AuthenticationMethod { configuration.api.authentication }

    /// The proxy of requests to the API.
    func proxy() -> CheckResult {
        let host = shown(ProxyChoice.host(of: configuration.api.baseURL))
        guard
            let choice = ProxyChoice(
                to: configuration.api.baseURL, configured: configuration.api.proxy, environment: environment)
        else { return .ok("proxy: none for \(host)") }
        let proxy = WebAddressText.withoutUser(choice.proxy)
        guard let variable = choice.variable else {
            return .ok("proxy: \(proxy) for \(host), from the configuration; NO_PROXY is ignored")
        }
        if let exception = choice.exception {
            return .ok(
                "proxy: none for \(host), from \(shown(exception)) in NO_PROXY; \(variable) names \(proxy)")
        }
        return .ok("proxy: \(proxy) for \(host), from \(variable); NO_PROXY does not name \(host)")
    }

    /// A note if the API is on this machine, as a simulator is.
    func loopback() -> [CheckResult] {
        let host = ProxyChoice.host(of: configuration.api.baseURL)
        guard host == "localhost" || host == "::1" || ProxyChoice.matches("127.0.0.0/8", host: host) else {
            return []
        }
        return [
            .ok(
                "API: \(shown(configuration.api.baseURL)) is on this machine; if it is a simulator, its verdicts "
                    + "mean nothing")
        ]
    }

    /// Whether the file of additional authorities can be used.
    func authority() -> [CheckResult] {
        guard let path = configuration.api.caFile else { return [] }
        let line = caFileLine.map { " (\($0))" } ?? ""
        let place = "ca_file \(shown(path))\(line): "
        do throws(SystemCallError) {
            let bytes = try ReplacedFile(path).read()
            guard CertificateText.isPEM(bytes) else {
                return [
                    .problem(
                        "\(place)contains no certificate in PEM format: convert it with "
                            + "openssl x509 -outform pem")
                ]
            }
            return [.ok("ca_file \(shown(path)): can be read")]
        } catch {
            return [
                .problem(
                    "\(place)cannot be read (\(error.errno)): "
                        + (HiddenPlace.advice(for: path)
                            ?? "correct ca_file, or let the service's user read it"),
                    denial: error.isDenied ? "ca_file \(shown(path)): you may not read it" : nil)
            ]
        }
    }

    /// Whether there are credentials, of the right form, and readable by no other user. The result never
    /// contains them.
    func credentials() -> [CheckResult] {
        let names = method.credentialNames.map(\.file).joined(separator: " and ")
        let result: CheckResult
        do throws(CredentialFailure) {
            let source = EnvironmentCredentials(method: method, environment: environment)
            if let credentials = try source.credentials() {
                let complaint = credentials.complaint
                result = complaint.map { .problem("credentials: \($0)") } ?? .ok("credentials: \(names)")
            } else {
                result = stored()
            }
        } catch {
            result = .problem("credentials: \(error)")
        }
        return [result] + files.compactMap(exposure)
    }

    /// The result if this process has no credentials: the systemd unit gets its own from the credential
    /// store.
    private func stored() -> CheckResult {
        let names = method.credentialNames
        let isStored = names.allSatisfy { name in
            ["/etc/credstore", "/etc/credstore.encrypted"].contains { folder in
                isThere("\(folder)/bitmind-watch.\(name.file)")
            }
        }
        if isStored {
            return .ok("credentials: none here; the systemd unit has its own, from the credential store")
        }
        let files = names.map { "/etc/credstore/bitmind-watch.\($0.file)" }.joined(separator: " and ")
        let variables = names.map(\.variable).joined(separator: " and ")
        return .problem(
            "credentials: none here: for the systemd unit, store them in \(files); without it, set \(variables)",
            denial: "credentials: none here, and you may not read /etc/credstore")
    }

    /// Whether a file exists, and this process may see it.
    private func isThere(_ path: String) -> Bool {
        let (folder, name) = path.splitLastComponent
        do throws(SystemCallError) {
            return try DirectoryHandle.open(path: folder).status(of: name).kind == .regular
        } catch {
            return false
        }
    }

    /// The possible paths of credentials.
    private var files: [String] {
        var files = method.credentialNames.map { "/etc/credstore/bitmind-watch.\($0.file)" }
        if let path = environment("BITMIND_CLIENT_CERT"), method == .mtls { files.append(path) }
        return files
    }

    /// What is wrong with a file's mode; nil if nothing is, or the mode cannot be read.
    private func exposure(_ path: String) -> CheckResult? {
        let (folder, name) = path.splitLastComponent
        do throws(SystemCallError) {
            let parent = try DirectoryHandle.open(path: folder)
            // A file is protected if other users may not search its folder.
            guard try parent.status().mode & 0o011 != 0, try parent.status(of: name).mode & 0o077 != 0
            else { return nil }
        } catch {
            return nil
        }
        return .problem("credentials: others may read \(shown(path)): chmod 600 \(shown(path))")
    }
}

extension AuthenticationMethod {
    /// The required credentials, by the names of their files and of their variables.
    package var credentialNames: [(file: String, variable: String)] {
        let id = ("client-id", "BITMIND_CLIENT_ID")
        return switch self {
        case .oauth: [id, ("client-secret", "BITMIND_CLIENT_SECRET")]
        case .mtls: [id, ("client-cert", "BITMIND_CLIENT_CERT")]
        case .apiKey: [("api-key", "BITMIND_API_KEY")]
        }
    }
}

extension Credentials {
    /// What is wrong with the form of the credentials, without any of their text; nil if nothing is.
    fileprivate var complaint: String? {
        switch self {
        case .apiKey(let key):
            if let blemish = key.blemish { return "api-key \(blemish)" }
            let isEnterprise = key.revealed().starts(with: "enterprise-".utf8)
            return isEnterprise
                ? nil : "api-key does not begin with enterprise-: store the whole key of the organisation"
        case .oauth(let id, let secret):
            return id.blemish.map { "client-id \($0)" } ?? secret.blemish.map { "client-secret \($0)" }
        case .mtls(let id, let certificate):
            if let blemish = id.blemish { return "client-id \(blemish)" }
            return CertificateText.isPEM(certificate.revealed())
                ? nil
                : "client-cert is not a certificate in PEM format: convert it with openssl x509 -outform pem"
        }
    }
}

extension Secret {
    /// What the text has that no credential has, and what to do, without any of the text; nil if nothing is
    /// wrong.
    var blemish: String? {
        let bytes = revealed()
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            return "begins with a byte order mark: store it again, as plain text without one"
        }
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            return "is UTF-16: store it again, as plain ASCII text"
        }
        if let first = bytes.first, bytes.count > 1, first == bytes.last, [0x22, 0x27].contains(first) {
            return "is in quotation marks: store it without the quotation marks"
        }
        if let name = assignedName(bytes) { return "begins with \(name)=: store the value alone" }
        return fitsHeader ? nil : "has characters that no credential has: store it again"
    }

    /// The name before the value, if the whole line of a script or of an environment file was stored.
    private func assignedName(_ bytes: [UInt8]) -> String? {
        guard let equals = bytes.firstIndex(of: UInt8(ascii: "=")), equals + 1 < bytes.count else {
            return nil
        }
        let name = String(decoding: bytes[..<equals], as: UTF8.self)
        let word = name.split(separator: " ").last.map(String.init) ?? ""
        let plain = word.lowercased().replacing("-", with: "_").replacing("bitmind_", with: "")
        let known: Set = [
            "client_id", "clientid", "id", "client_secret", "clientsecret", "secret", "api_key", "apikey",
            "key", "token",
        ]
        return known.contains(plain) ? word : nil
    }
}

enum CertificateText {
    /// Whether the bytes contain a certificate in PEM.
    static func isPEM(_ bytes: [UInt8]) -> Bool {
        String(decoding: bytes, as: UTF8.self).contains("-----BEGIN CERTIFICATE-----")
    }
}

enum WebAddressText {
    /// A URL without its user and password.
    static func withoutUser(_ url: String) -> String {
        guard let at = url.lastIndex(of: "@") else { return shown(url) }
        let scheme = ["http://", "https://"].first { url.hasPrefix($0) } ?? ""
        return shown(scheme + url[at...].dropFirst())
    }
}
