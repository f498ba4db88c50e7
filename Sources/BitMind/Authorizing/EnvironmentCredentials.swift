internal import Glibc

/// Credentials from `$CREDENTIALS_DIRECTORY`, as set by systemd's `LoadCredential=`, else from the
/// environment. They are read again at each call, so a rotated secret needs no restart.
public struct EnvironmentCredentials: CredentialSource {
    private let method: AuthenticationMethod
    private let environment: @Sendable (String) -> String?

    /// - Parameter method: which credentials to look for.
    public init(method: AuthenticationMethod) {
        self.init(method: method) { name in getenv(name).map { String(cString: $0) } }
    }

    /// For tests, with another environment than the process's.
    package init(method: AuthenticationMethod, environment: @escaping @Sendable (String) -> String?) {
        self.method = method
        self.environment = environment
    }

    /// The current credentials; nil if neither files nor variables contain any.
    ///
    /// - Throws: if a file cannot be read, or one half of a pair is missing. The message says what to set.
    public func credentials() throws(CredentialFailure) -> Credentials? {
        switch method {
        case .apiKey:
            return try secret("api-key", "BITMIND_API_KEY").map { .apiKey($0) }
        case .oauth:
            let secret = try secret("client-secret", "BITMIND_CLIENT_SECRET")
            return try pair(secret, "client-secret", "BITMIND_CLIENT_SECRET").map {
                .oauth(clientID: $0, secret: $1)
            }
        case .mtls:
            let certificate = try certificate()
            return try pair(certificate, "client-cert", "BITMIND_CLIENT_CERT")
                .map { .mtls(clientID: $0, certificate: $1) }
        }
    }

    /// Both, or neither. One alone is an error.
    private func pair(
        _ second: Secret?, _ file: String, _ variable: String
    ) throws(CredentialFailure) -> (Secret, Secret)? {
        switch (try secret("client-id", "BITMIND_CLIENT_ID"), second) {
        case (nil, nil): return nil
        case (let first?, let second?): return (first, second)
        case (nil, _): throw missing("client-id", "BITMIND_CLIENT_ID")
        case (_, nil): throw missing(file, variable)
        }
    }

    private func missing(_ file: String, _ variable: String) -> CredentialFailure {
        CredentialFailure(
            "the credential \(file) is missing: provide it by LoadCredential=, or set \(variable)")
    }

    /// A word, without the white space around it (such as an editor's last newline).
    private func secret(_ file: String, _ variable: String) throws(CredentialFailure) -> Secret? {
        if let bytes = try provided(file), let secret = Self.trimmed(bytes) { return secret }
        return environment(variable).flatMap { Self.trimmed(Array($0.utf8)) }
    }

    /// The bytes without the white space around them; nil if nothing is left.
    private static func trimmed(_ bytes: [UInt8]) -> Secret? {
        let trimmed = Array(bytes.drop { $0 <= 0x20 }.reversed().drop { $0 <= 0x20 }.reversed())
        return trimmed.isEmpty ? nil : Secret(bytes: trimmed)
    }

    /// The certificate's bytes, unchanged. Its variable names a file.
    private func certificate() throws(CredentialFailure) -> Secret? {
        if let bytes = try provided("client-cert"), !bytes.isEmpty { return Secret(bytes: bytes) }
        let named = environment("BITMIND_CLIENT_CERT").flatMap { Self.trimmed(Array($0.utf8)) }
        guard let path = named?.revealedText() else { return nil }
        guard let bytes = try SmallFile.read(path) else {
            throw CredentialFailure("\(path), which BITMIND_CLIENT_CERT names, does not exist")
        }
        return Secret(bytes: bytes)
    }

    private func provided(_ name: String) throws(CredentialFailure) -> [UInt8]? {
        guard let folder = environment("CREDENTIALS_DIRECTORY"), !folder.isEmpty else { return nil }
        return try SmallFile.read("\(folder)/\(name)")
    }
}

private enum SmallFile {
    /// Larger than any credential: systemd's own limit.
    static let limit = 1 << 20

    /// The whole file; nil if it does not exist.
    static func read(_ path: String) throws(CredentialFailure) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw failure(path)
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while bytes.count < limit {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw failure(path) }
            if count == 0 { return bytes }
            bytes.append(contentsOf: chunk[..<count])
        }
        throw CredentialFailure("\(path) is too long for a credential")
    }

    private static func failure(_ path: String) -> CredentialFailure {
        CredentialFailure("\(path) cannot be read: \(String(cString: strerror(errno)))")
    }
}
