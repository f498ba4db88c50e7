import Testing

@testable import BitMind

struct RedactionTests {
    private let redaction = Redaction([Secret("Bearer tok/en+1"), Secret("0.8234"), Secret("isAI")])

    private func text(_ body: String, _ endpoint: Endpoint = .image, status: Int = 200) -> String {
        let answer = TransportAnswer(
            status: status, headers: ["x-request-id": "r-tok/en+1"], body: Array(body.utf8))
        let redacted = redaction.redacted(answer, at: endpoint)
        if endpoint != .token { #expect(redacted.headers["x-request-id"] == "r-redacted") }
        return String(decoding: redacted.body, as: UTF8.self)
    }

    @Test(arguments: [
        (
            #"{"isAI":true, "confidence":0.8234, "note":"Bearer tok/en+1"}"#,
            #"{"isAI":true,"confidence":0.8234,"note":"Bearer redacted"}"#
        ),
        (#"{"x":["tok\/en\u002b1"]}"#, #"{"x":["redacted"]}"#),
        ("<p>tok/en+1</p>", "<p>redacted</p>"),
        ("bad token tok/en+1\u{301}", "bad token redacted\u{301}"),
        (#"{"x":"tok/en+1\u0301"}"#, #"{"x":"redacted"# + "\u{301}\"}"),
    ])
    func `what a server repeats is taken out, escaped or not, and verdicts stay`(
        body: String, expected: String
    ) {
        #expect(text(body) == expected)
        #expect(text(body, status: 400) == expected)
    }

    @Test(arguments: [#"{"a": 1.0e-7,  "b":"\u00e9"}"#, "", "not \\ JSON"])
    func `what repeats nothing stays as it came, to the byte`(body: String) { #expect(text(body) == body) }

    @Test func `a name that is a secret is taken out, a short word in a name is not`() {
        let redaction = Redaction([Secret("Bearer 0123456789abcdef")])
        for mark in ["", "\u{301}"] {
            let body = Array(#"{"0123456789abcdef\#(mark)":1}"#.utf8)
            let redacted = redaction.redacted(TransportAnswer(status: 200, body: body), at: .image)
            #expect(String(decoding: redacted.body, as: UTF8.self) == #"{"redacted\#(mark)":1}"#)
        }
    }

    @Test func `a granted token is not changed, for any content`() {
        let body = #"{"access_token":"x-tok/en+1"}"#
        #expect(text(body, .token) == body)
        #expect(text(body, .token, status: 401) == #"{"access_token":"x-redacted"}"#)
    }

    @Test(arguments: ["", "a", "ab", "abc"], ["", "z", "zy"])
    func `in the base64 of a longer text, a secret is taken out wherever it stands`(
        before: String, after: String
    ) {
        let secret = "s3cret/+&= with some length"
        let text = AuthorizationRequest.base64(Array((before + secret + after).utf8))
        for text in [text, text.replacing("+", with: "-").replacing("/", with: "_")] {
            let redacted = Redaction([Secret(secret)]).redacted(text: "<\(text)>")
            #expect(redacted.contains("redacted") && redacted.utf8.count <= before.count + after.count + 22)
        }
    }

    @Test func `however many tokens have come since, what the account proves itself with is taken out`() {
        let known = KnownSecrets()
        let account = Credentials.oauth(clientID: Secret("client-9"), secret: Secret("very secret")).secrets
        for number in 0..<100 {
            // As each renewal of a token has them.
            known.add(account)
            known.add([Secret("token-\(number)")])
            known.add([Secret("Bearer token-\(number)")])
            for text in ["client-9", "very secret", "token-\(number)"] {
                #expect(known.redaction.redacted(text: "a \(text) b") == "a redacted b", "\(number)")
            }
        }
    }

    @Test func `all secrets of an account are redacted, in the answer to any request`() {
        let known = KnownSecrets()
        let certificate =
            "-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIU\nc2VydmVyMTAwMDAw\n-----END CERTIFICATE-----\n"
        known.add(Credentials.mtls(clientID: Secret("our-id"), certificate: Secret(certificate)).secrets)
        known.add(Credentials.oauth(clientID: Secret("client-9"), secret: Secret("very secret")).secrets)
        for text in [
            "our-id", "very secret", "very+secret", "very%20secret", "MIIBszCCAVmgAwIBAgIUc2VydmVyMTAwMDAw",
            AuthorizationRequest.base64(Array(certificate.utf8)), "client-9",
            AuthorizationRequest.base64(Array("client-9:very secret".utf8)),
        ] { #expect(known.redaction.redacted(text: "a \(text) b") == "a redacted b") }
        for number in 0..<100 { known.add([Secret("token-\(number)")]) }
        #expect(known.redaction.redacted(text: "token-99") == "redacted")
    }
}
