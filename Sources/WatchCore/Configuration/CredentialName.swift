/// Recognises keys that look like a credential, and says where the credential belongs instead.
enum CredentialName {
    /// Why a key does not belong in the file, and where its value does; nil if it does not look like a
    /// credential. The sentence never contains the value.
    static func complaint(about key: String) -> String? {
        let words = words(of: key)
        guard looksLikeCredential(words) else { return nil }
        guard !isPrivateKey(words) else {
            return """
                \(quoted(key)) looks like a private key, and credentials are never read from this file: remove it; \
                the service sends the certificate alone and needs no private key
                """
        }
        let name = storeName(words)
        let variable = "BITMIND_" + name.uppercased().replacing("-", with: "_")
        return """
            \(quoted(key)) looks like a credential, and credentials are never read from this file: remove it, \
            and put its value in /etc/credstore/bitmind-watch.\(name), or \
            \(name == "client-cert" ? "the path of its file in" : "in") \(variable)
            """
    }

    private static func looksLikeCredential(_ words: [String]) -> Bool {
        // A certificate authority is public, and has its own key.
        guard words.first != "ca" else { return false }
        let joined = words.joined()
        let parts = [
            "secret", "passw", "passphrase", "token", "credential", "apikey", "clientid", "clientcert",
            "clientkey", "privatekey", "accesskey", "authorization",
        ]
        let wholes: Set = [
            "key", "pass", "pwd", "cert", "certificate", "bearer", "jwt", "user", "username", "login",
        ]
        return parts.contains { joined.contains($0) } || words.contains { wholes.contains($0) }
    }

    private static func isPrivateKey(_ words: [String]) -> Bool {
        let joined = words.joined()
        return ["privatekey", "clientkey", "tlskey"].contains { joined.contains($0) }
    }

    private static func storeName(_ words: [String]) -> String {
        let joined = words.joined()
        if joined.contains("cert") { return "client-cert" }
        if joined.contains("clientid") || joined.contains("user") || words.contains("login") {
            return "client-id"
        }
        if joined.contains("secret") { return "client-secret" }
        let keys = ["apikey", "accesskey", "token", "authorization", "bearer", "jwt"]
        return words.contains("key") || keys.contains { joined.contains($0) } ? "api-key" : "client-secret"
    }

    /// The words of a key, in lower case: `clientSecret`, `client-secret` and `CLIENT_SECRET` have the same
    /// two words.
    private static func words(of key: String) -> [String] {
        var words: [String] = [""]
        var previousIsLower = false
        for character in key {
            if !character.isLetter && !character.isNumber {
                words.append("")
            } else if character.isUppercase && previousIsLower {
                words.append(character.lowercased())
            } else {
                words[words.count - 1] += character.lowercased()
            }
            previousIsLower = character.isLowercase
        }
        return words.filter { !$0.isEmpty }
    }
}
