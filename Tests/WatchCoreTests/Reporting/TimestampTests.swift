import Testing
import WatchCore

@Suite("Timestamp")
struct TimestampTests {
    static let known: [(Int64, Int32, String)] = [
        (0, 0, "1970-01-01T00:00:00.000Z"),
        (-1, 999_999_999, "1969-12-31T23:59:59.999999999Z"),
        (951_782_400, 0, "2000-02-29T00:00:00.000Z"),
        (951_868_800, 500_000_000, "2000-03-01T00:00:00.500Z"),
        (4_107_542_399, 1, "2100-02-28T23:59:59.000000001Z"),
        (4_107_542_400, 0, "2100-03-01T00:00:00.000Z"),
        (1_795_462_862, 123_456_789, "2026-11-23T19:41:02.123456789Z"),
        (1_795_462_862, 123_450_000, "2026-11-23T19:41:02.12345Z"),
        (-62_167_219_200, 0, "0000-01-01T00:00:00.000Z"),
        (253_402_300_799, 999_000_000, "9999-12-31T23:59:59.999Z"),
    ]

    @Test(arguments: known)
    func `a moment is written in UTC with at least milliseconds and read back`(
        seconds: Int64, nanoseconds: Int32, text: String
    ) {
        let moment = Timestamp(seconds: seconds, nanoseconds: nanoseconds)
        #expect(moment.description == text)
        #expect(Timestamp(text) == moment)
    }

    @Test func `every day of four centuries comes back as itself`() {
        let first: Int64 = -11_676_096_000
        for day in 0..<Int64(146_097) {
            let moment = Timestamp(seconds: first + day * 86_400 + day % 86_400)
            #expect(Timestamp(moment.description) == moment)
        }
        #expect(Timestamp(seconds: first).description == "1600-01-01T00:00:00.000Z")
        #expect(Timestamp(seconds: first + 146_097 * 86_400).description == "2000-01-01T00:00:00.000Z")
    }

    @Test(arguments: [
        (Int64.max, Int32.max, "9999-12-31T23:59:59.000Z"), (.min, .min, "0000-01-01T00:00:00.000Z"),
        (253_402_300_800, 5, "9999-12-31T23:59:59.000Z"), (-62_167_219_201, 5, "0000-01-01T00:00:00.000Z"),
    ])
    func `a moment that RFC 3339 cannot write is shown as the nearest one`(
        seconds: Int64, nanoseconds: Int32, text: String
    ) {
        #expect(Timestamp(seconds: seconds, nanoseconds: nanoseconds).description == text)
    }

    @Test func `nanoseconds beyond a second are carried, and moments are ordered`() {
        #expect(Timestamp(seconds: 1, nanoseconds: 2_000_000_005) == Timestamp(seconds: 3, nanoseconds: 5))
        #expect(Timestamp(seconds: 1, nanoseconds: -1) == Timestamp(seconds: 0, nanoseconds: 999_999_999))
        #expect(Timestamp(seconds: 1, nanoseconds: 1) < Timestamp(seconds: 1, nanoseconds: 2))
        #expect(Timestamp(seconds: -2, nanoseconds: 9) < Timestamp(seconds: -1))
    }

    static let otherForms: [(String, Int64, Int32)] = [
        ("1970-01-01T01:00:00+01:00", 0, 0), ("1969-12-31t19:00:00.25-05:00", 0, 250_000_000),
        ("1970-01-01T00:00:00z", 0, 0), ("1970-01-01T00:00:00.1234567899Z", 0, 123_456_789),
        ("2016-12-31T23:59:60Z", 1_483_228_800, 0),
    ]

    @Test(arguments: otherForms)
    func `other forms of RFC 3339 are read`(text: String, seconds: Int64, nanoseconds: Int32) {
        #expect(Timestamp(text) == Timestamp(seconds: seconds, nanoseconds: nanoseconds))
    }

    @Test(arguments: [
        "", "1970", "1970-01-01", "1970-01-01T00:00:00", "1970-13-01T00:00:00Z", "1970-00-01T00:00:00Z",
        "1970-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "1970-01-32T00:00:00Z", "1970-01-00T00:00:00Z",
        "1970-01-01T24:00:00Z", "1970-01-01T00:60:00Z", "1970-01-01T00:00:61Z", "1970-01-01T00:00:00.Z",
        "1970-01-01T00:00:00Z ", " 1970-01-01T00:00:00Z", "+970-01-01T00:00:00Z", "1970-01-01T00:00:00+24:00",
        "1970-01-01T00:00:00+1:00", "1970-01-01 00:00:00Z", "١٩٧٠-01-01T00:00:00Z",
    ])
    func `what is no moment is refused`(text: String) {
        #expect(Timestamp(text) == nil)
    }
}
