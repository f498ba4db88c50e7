import Testing

@testable import BitMind

struct EnvironmentCredentialsTests {
    private func credentials(
        _ method: AuthenticationMethod, _ variables: [String: String]
    ) throws(CredentialFailure) -> Credentials? {
        try EnvironmentCredentials(method: method) { variables[$0] }.credentials()
    }

    @Test func `the service manager's files come first, an editor's newline is no part of them`() throws {
        let folder = try TemporaryFolder()
        folder.write(Array("file-id\n".utf8), to: "client-id")
        folder.write(Array("  file-secret \r\n".utf8), to: "client-secret")
        let variables = [
            "CREDENTIALS_DIRECTORY": folder.path, "BITMIND_CLIENT_ID": "env-id",
            "BITMIND_CLIENT_SECRET": "env",
        ]
        let found = try credentials(.oauth, variables)
        #expect(found == .oauth(clientID: Secret("file-id"), secret: Secret("file-secret")))
    }

    @Test func `what no file has comes from the environment, and empty counts as unset`() throws {
        let folder = try TemporaryFolder()
        folder.write([], to: "api-key")
        let variables = ["CREDENTIALS_DIRECTORY": folder.path, "BITMIND_API_KEY": "enterprise-2"]
        #expect(try credentials(.apiKey, variables) == .apiKey(Secret("enterprise-2")))
        #expect(try credentials(.apiKey, ["BITMIND_API_KEY": "", "CREDENTIALS_DIRECTORY": ""]) == nil)
        #expect(try credentials(.oauth, [:]) == nil)
        #expect(try credentials(.mtls, [:]) == nil)
    }

    @Test(arguments: ["word", " word", "word\n", "\t word \r\n"])
    func `white space around a credential is dropped, wherever it comes from`(_ text: String) throws {
        #expect(try credentials(.apiKey, ["BITMIND_API_KEY": text]) == .apiKey(Secret("word")))
        #expect(try credentials(.apiKey, ["BITMIND_API_KEY": " \n"]) == nil)
        let folder = try TemporaryFolder()
        folder.write(Array(text.utf8), to: "api-key")
        #expect(try credentials(.apiKey, ["CREDENTIALS_DIRECTORY": folder.path]) == .apiKey(Secret("word")))
    }

    @Test func `a certificate's bytes are kept as they are`() throws {
        let folder = try TemporaryFolder()
        let bytes = Array("-----BEGIN\r\n\u{0}\n".utf8)
        let path = folder.write(bytes, to: "c.crt")
        let found = try credentials(.mtls, ["BITMIND_CLIENT_ID": "id", "BITMIND_CLIENT_CERT": path])
        #expect(found == .mtls(clientID: Secret("id"), certificate: Secret(bytes: bytes)))
    }

    @Test func `a change is seen at the next reading`() throws {
        let folder = try TemporaryFolder()
        folder.write(Array("one".utf8), to: "api-key")
        let path = folder.path
        let source = EnvironmentCredentials(method: .apiKey) { $0 == "CREDENTIALS_DIRECTORY" ? path : nil }
        #expect(try source.credentials() == .apiKey(Secret("one")))
        folder.write(Array("two".utf8), to: "api-key")
        #expect(try source.credentials() == .apiKey(Secret("two")))
    }

    @Test func `half of a pair, and what cannot be read, are reported without a secret`() throws {
        let half = #expect(throws: CredentialFailure.self) {
            try credentials(.oauth, ["BITMIND_CLIENT_SECRET": "s3cret"])
        }
        #expect(
            half?.message.contains("BITMIND_CLIENT_ID") == true && half?.message.contains("s3cret") == false)
        let folder = try TemporaryFolder()
        let unreadable = #expect(throws: CredentialFailure.self) {
            try credentials(.mtls, ["BITMIND_CLIENT_ID": "id", "BITMIND_CLIENT_CERT": folder.path])
        }
        #expect(unreadable?.message == "\(folder.path) cannot be read: Is a directory")
        #expect(throws: CredentialFailure.self) {
            try credentials(.mtls, ["BITMIND_CLIENT_ID": "id", "BITMIND_CLIENT_CERT": "/no/such"])
        }
    }
}
