import BitMind
import LinuxSystem
import SystemPackage
import WatchCore

extension Check {
    var method: AuthenticationMethod { configuration.api.authentication }

    /// Which proxy requests go by.
    func proxy() -> CheckResult {
        if let proxy = configuration.api.proxy {
            return .ok("proxy: \(WebAddressText.withoutUser(proxy)), of the configuration")
        }
        let scheme = configuration.api.baseURL.hasPrefix("https:") ? "https" : "http"
        for name in ["\(scheme)_proxy", "\(scheme)_proxy".uppercased(), "all_proxy", "ALL_PROXY"] {
            if let proxy = environment(name) {
                let except = (environment("no_proxy") ?? environment("NO_PROXY")).map { ", but for \($0)" }
                return .ok("proxy: \(WebAddressText.withoutUser(proxy)), of \(name)\(except ?? "")")
            }
        }
        return .ok("proxy: none")
    }

    /// Whether the file of additional authorities will do.
    func authority() -> [CheckResult] {
        guard let path = configuration.api.caFile else { return [] }
        do throws(SystemCallError) {
            let bytes = try ReplacedFile(path).read()
            guard CertificateText.isPEM(bytes) else {
                return [
                    .problem(
                        "ca_file \(shown(path)): holds no certificate in PEM: convert it with "
                            + "openssl x509 -outform pem")
                ]
            }
            return [.ok("ca_file \(shown(path)): can be read")]
        } catch {
            return [
                .problem(
                    "ca_file \(shown(path)): cannot be read (\(error.errno)): "
                        + "correct ca_file, or let the service's user read it")
            ]
        }
    }

    /// Whether there are credentials, of the right form and readable by nobody else; never what they are.
    func credentials() -> [CheckResult] {
        let names = method.names.map(\.file).joined(separator: " and ")
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

    /// What to say where this process was given none: the systemd unit has its own from the credential store.
    private func stored() -> CheckResult {
        let names = method.names
        let isStored = names.allSatisfy { name in
            ["/etc/credstore", "/etc/credstore.encrypted"].contains { folder in
                isThere("\(folder)/bitmind-watch.\(name.file)")
            }
        }
        if isStored {
            return .ok("credentials: none here, but the systemd unit has its own from the credential store")
        }
        let files = names.map { "/etc/credstore/bitmind-watch.\($0.file)" }.joined(separator: " and ")
        let variables = names.map(\.variable).joined(separator: " and ")
        return .problem(
            "credentials: none here: for the systemd unit, put them into \(files); else set \(variables)")
    }

    /// Whether there is a file, and this process may see that.
    private func isThere(_ path: String) -> Bool {
        let (folder, name) = path.splitLastComponent
        do throws(SystemCallError) {
            return try DirectoryHandle.open(path: folder).status(of: name).kind == .regular
        } catch {
            return false
        }
    }

    /// Where credentials may lie.
    private var files: [String] {
        var files = method.names.map { "/etc/credstore/bitmind-watch.\($0.file)" }
        if let path = environment("BITMIND_CLIENT_CERT"), method == .mtls { files.append(path) }
        return files
    }

    /// What is wrong with a file's mode; nil where nothing is, or it is not to be seen.
    private func exposure(_ path: String) -> CheckResult? {
        let (folder, name) = path.splitLastComponent
        do throws(SystemCallError) {
            let parent = try DirectoryHandle.open(path: folder)
            // Nobody gets at what lies in a folder that others may not search.
            guard try parent.status().mode & 0o011 != 0, try parent.status(of: name).mode & 0o077 != 0
            else { return nil }
        } catch {
            return nil
        }
        return .problem("credentials: others may read \(shown(path)): chmod 600 \(shown(path))")
    }
}

extension AuthenticationMethod {
    /// The credentials that it needs, by the names of their files and of their variables.
    fileprivate var names: [(file: String, variable: String)] {
        let id = ("client-id", "BITMIND_CLIENT_ID")
        return switch self {
        case .oauth: [id, ("client-secret", "BITMIND_CLIENT_SECRET")]
        case .mtls: [id, ("client-cert", "BITMIND_CLIENT_CERT")]
        case .apiKey: [("api-key", "BITMIND_API_KEY")]
        }
    }
}

extension Credentials {
    /// What is wrong with their form, without any of their text; nil where nothing is.
    fileprivate var complaint: String? {
        switch self {
        case .apiKey(let key):
            guard key.fitsHeader else { return "api-key has characters that no key has: store it anew" }
            let isEnterprise = key.revealed().starts(with: "enterprise-".utf8)
            return isEnterprise
                ? nil : "api-key does not begin with enterprise-: store the key of the organisation, whole"
        case .oauth(let id, let secret):
            return id.fitsHeader && secret.fitsHeader
                ? nil : "client-id or client-secret has characters that none has: store it anew"
        case .mtls(let id, let certificate):
            guard id.fitsHeader else { return "client-id has characters that none has: store it anew" }
            return CertificateText.isPEM(certificate.revealed())
                ? nil : "client-cert is no certificate in PEM: convert it with openssl x509 -outform pem"
        }
    }
}

enum CertificateText {
    /// Whether there is a certificate in PEM among the bytes.
    static func isPEM(_ bytes: [UInt8]) -> Bool {
        String(decoding: bytes, as: UTF8.self).contains("-----BEGIN CERTIFICATE-----")
    }
}

enum WebAddressText {
    /// A URL without the user and password that it may have.
    static func withoutUser(_ url: String) -> String {
        guard let at = url.lastIndex(of: "@") else { return shown(url) }
        let scheme = ["http://", "https://"].first { url.hasPrefix($0) } ?? ""
        return shown(scheme + url[at...].dropFirst())
    }
}
