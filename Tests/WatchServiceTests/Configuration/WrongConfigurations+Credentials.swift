extension WrongConfigurations {
    /// Credentials: the errors say where they go, and never repeat them. Every one of these is "hunter2", or
    /// a number.
    static let credentials = #"""
        # a secret
        [[watch]]
        inbox = "/srv/in"
        [api]
        client_secret = "hunter2"
        → 5: "client_secret" looks like a credential, and credentials are never read from this file: \#
        remove it, and put its value in /etc/credstore/bitmind-watch.client-secret, or in \#
        BITMIND_CLIENT_SECRET

        # an id
        [[watch]]
        inbox = "/srv/in"
        [api]
        client_id = "hunter2"
        → 5: "client_id" looks like a credential, and credentials are never read from this file: remove \#
        it, and put its value in /etc/credstore/bitmind-watch.client-id, or in BITMIND_CLIENT_ID

        # an API key
        [[watch]]
        inbox = "/srv/in"
        [api]
        api_key = "hunter2"
        → 5: "api_key" looks like a credential, and credentials are never read from this file: remove it, \#
        and put its value in /etc/credstore/bitmind-watch.api-key, or in BITMIND_API_KEY

        # a certificate
        [[watch]]
        inbox = "/srv/in"
        [api]
        clientCert = "hunter2"
        → 5: "clientCert" looks like a credential, and credentials are never read from this file: remove \#
        it, and put its value in /etc/credstore/bitmind-watch.client-cert, or the path of its file in \#
        BITMIND_CLIENT_CERT

        # a private key
        [[watch]]
        inbox = "/srv/in"
        [api]
        client-key = "hunter2"
        → 5: "client-key" looks like a private key, and credentials are never read from this file: remove \#
        it; the service sends the certificate alone and needs no private key

        # a token
        TOKEN = "hunter2"
        [[watch]]
        inbox = "/srv/in"
        → 2: "TOKEN" looks like a credential, and credentials are never read from this file: remove it, \#
        and put its value in /etc/credstore/bitmind-watch.api-key, or in BITMIND_API_KEY

        # a password in a watch
        [[watch]]
        inbox = "/srv/in"
        password = "hunter2"
        → 4: "password" looks like a credential, and credentials are never read from this file: remove \#
        it, and put its value in /etc/credstore/bitmind-watch.client-secret, or in BITMIND_CLIENT_SECRET

        # a table of credentials
        [[watch]]
        inbox = "/srv/in"
        [credentials]
        id = "hunter2"
        → 4: "credentials" looks like a credential, and credentials are never read from this file: remove \#
        it, and put its value in /etc/credstore/bitmind-watch.client-secret, or in BITMIND_CLIENT_SECRET

        # a secret in a table that does not exist
        [[watch]]
        inbox = "/srv/in"
        [auth]
        secret = "hunter2"
        → 4: "auth" is not a table of this file; it is a key of [api]
        → 5: "secret" looks like a credential, and credentials are never read from this file: remove it, \#
        and put its value in /etc/credstore/bitmind-watch.client-secret, or in BITMIND_CLIENT_SECRET

        # a secret in a value of the wrong type
        [[watch]]
        inbox = "/srv/in"
        [api]
        auth = { secret = "hunter2" }
        → 5: "auth" must be "oauth", "mtls" or "api-key"; found a table
        → 5: "secret" looks like a credential, and credentials are never read from this file: remove it, \#
        and put its value in /etc/credstore/bitmind-watch.client-secret, or in BITMIND_CLIENT_SECRET

        # a secret that is a number
        [[watch]]
        inbox = "/srv/in"
        [api]
        secret = 12345678
        → 5: "secret" looks like a credential, and credentials are never read from this file: remove it, \#
        and put its value in /etc/credstore/bitmind-watch.client-secret, or in BITMIND_CLIENT_SECRET

        # an address with a password
        [[watch]]
        inbox = "/srv/in"
        [api]
        base_url = "https://user:hunter2@enterprise.bitmind.ai"
        → 5: "base_url" holds a user name or password, and credentials are never read from this file: \#
        remove them, and put the account's in /etc/credstore/bitmind-watch.client-id and \#
        /etc/credstore/bitmind-watch.client-secret, or in BITMIND_CLIENT_ID and BITMIND_CLIENT_SECRET

        # an address with a password and no scheme
        [[watch]]
        inbox = "/srv/in"
        [api]
        base_url = "user:hunter2@enterprise.bitmind.ai"
        → 5: "base_url" holds a user name or password, and credentials are never read from this file: \#
        remove them, and put the account's in /etc/credstore/bitmind-watch.client-id and \#
        /etc/credstore/bitmind-watch.client-secret, or in BITMIND_CLIENT_ID and BITMIND_CLIENT_SECRET

        # a proxy with a password
        [[watch]]
        inbox = "/srv/in"
        [api]
        proxy = "http://user:hunter2@proxy.example:3128"
        → 5: "proxy" holds a user name or password, and credentials are never read from this file: remove \#
        it, and set HTTPS_PROXY in the environment of the service instead
        """#
}
