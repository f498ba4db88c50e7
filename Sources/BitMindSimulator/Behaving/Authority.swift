import SampleMedia

/// Issues tokens, and checks them.
struct Authority: Sendable {
    private struct Token: Sendable {
        var expires: Duration
        /// The certificate that it is bound to; nil: it was issued for a client secret.
        var certificate: String?
    }

    private var tokens: [String: Token] = [:]
    private var issued = 0

    /// Answers a token request.
    ///
    /// - Parameters:
    ///   - form: The fields of the request's body.
    ///   - certificate: The header `X-Client-Cert`, if any.
    ///   - now: Since 1970.
    /// - Returns: The token, or the refusal.
    mutating func issue(
        form: [String: String], certificate: String?, behaviour: SimulatorBehaviour, now: Duration,
        random: inout SplitMix64
    ) -> Result<String, Refusal> {
        guard form["grant_type"] == "client_credentials" else {
            return .failure(Refusal(400, "unsupported_grant_type"))
        }
        guard let id = form["client_id"], !id.isEmpty, id == behaviour.clientID ?? id else {
            return .failure(Refusal(401, "invalid_client"))
        }
        var binding: String?
        if let secret = form["client_secret"] {
            guard behaviour.authentication.contains(.oauth), !secret.isEmpty,
                secret == behaviour.clientSecret ?? secret
            else { return .failure(Refusal(401, "invalid_client")) }
        } else {
            guard behaviour.authentication.contains(.mtls), let certificate, !certificate.isEmpty,
                certificate == behaviour.clientCertificate ?? certificate
            else { return .failure(Refusal(401, "invalid_client")) }
            binding = certificate
        }
        if tokens.count > 1_000 { tokens = tokens.filter { $0.value.expires > now } }
        issued += 1
        let token = "token-\(issued)-\(String(random.next(), radix: 16))"
        tokens[token] = Token(expires: now + behaviour.tokenLifetime, certificate: binding)
        return .success(token)
    }

    /// Why a call with these headers is refused; nil: it is accepted.
    func refusal(
        authorization: String?, certificate: String?, behaviour: SimulatorBehaviour, now: Duration
    ) -> Refusal? {
        guard let authorization, authorization.lowercased().hasPrefix("bearer ") else {
            return Refusal(401, "missing bearer token")
        }
        let credential = String(authorization.dropFirst(7))
        if credential.hasPrefix("enterprise-") {
            let isKnown = credential == behaviour.apiKey ?? credential && credential.utf8.count > 11
            let isTaken = behaviour.authentication.contains(.apiKey) && isKnown
            return isTaken ? nil : Refusal(401, "invalid API key")
        }
        guard let token = tokens[credential] else { return Refusal(401, "invalid token") }
        guard token.expires > now else { return Refusal(401, "token expired") }
        if let binding = token.certificate, binding != certificate {
            return Refusal(403, "client certificate missing or not the token's")
        }
        return nil
    }

    /// Makes all issued tokens invalid.
    mutating func revokeAll() { tokens = [:] }
}

extension Refusal: Error {}
