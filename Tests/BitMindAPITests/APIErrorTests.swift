import BitMindAPI
import Testing

/// The table of errors, status by status.
struct APIErrorTests {
    static let table:
        [(status: Int, endpoint: Endpoint, retryAfter: Bool, kind: APIError.Kind, blame: APIError.Blame)] = [
            (400, .image, false, .rejected, .file), (422, .video, false, .rejected, .file),
            (400, .token, false, .credentialsRefused, .account),
            (400, .status, false, .unexpectedStatus, .service),
            (401, .image, false, .credentialsRefused, .account),
            (401, .token, false, .credentialsRefused, .account),
            (403, .image, false, .forbidden, .account), (403, .image, true, .rateLimited, .account),
            (403, .token, false, .credentialsRefused, .account), (413, .image, false, .tooLarge, .file),
            (413, .token, false, .unexpectedStatus, .service), (415, .image, false, .unsupportedForm, .file),
            (429, .image, false, .rateLimited, .account), (429, .token, true, .rateLimited, .account),
            (500, .image, false, .serverFailure, .service),
            (503, .batchImage, true, .serverFailure, .service),
            (599, .image, false, .serverFailure, .service), (404, .image, false, .unexpectedStatus, .service),
            (302, .image, false, .unexpectedStatus, .service),
            (204, .health, false, .unexpectedStatus, .service),
        ]

    @Test(arguments: table)
    func `each status says whose fault it is`(
        status: Int, endpoint: Endpoint, retryAfter: Bool, kind: APIError.Kind, blame: APIError.Blame
    ) {
        let told = APIError.Kind(status: status, endpoint: endpoint, hasRetryAfter: retryAfter)
        #expect(told == kind && told.blame == blame)
    }

    @Test func `an error reads as a sentence`() {
        let error = APIError(.tooLarge, message: "max\n100 MB", status: 413, endpoint: .image)
        #expect("\(error)" == "the API refused the file as too large (/image, status 413): max 100 MB")
        #expect("\(APIError(.cancelled, message: ""))" == "cancelled")
    }

    @Test(
        arguments: [
            ("60", 60), (" 7 ", 7), ("0", 0), ("Sun, 06 Nov 1994 08:50:37 GMT", 60),
            ("Sunday, 06-Nov-94 08:50:37 GMT", 60),
            ("Sun Nov  6 08:50:37 1994", 60), ("Sun, 06 Nov 1994 08:40:00 GMT", 0),
            ("Tue, 29 Feb 2000 00:00:00 GMT", 167_670_623),
            ("soon", nil), ("", nil), ("-5", nil), ("1.5", nil), ("Sun, 32 Nov 1994 08:49:37 GMT", nil),
            ("Sun, 06 Nov 1994 25:49:37 GMT", nil), ("Sun, 06 Foo 1994 08:49:37 GMT", nil),
        ] as [(String, Int?)])
    func `Retry-After comes as seconds or a date`(text: String, seconds: Int?) {
        let date = "Sun, 06 Nov 1994 08:49:37 GMT"
        let expected = seconds.map { Duration.seconds($0) }
        #expect(RetryAfter.duration(text, date: date, now: 0) == expected)
        #expect(RetryAfter.duration(text, now: 784_111_777) == expected)
    }

    @Test func `a Retry-After beyond all numbers is still a long time`() {
        let wait = RetryAfter.duration(String(repeating: "9", count: 40), now: 0)
        #expect(wait ?? .zero > .seconds(1_000_000))
    }
}
