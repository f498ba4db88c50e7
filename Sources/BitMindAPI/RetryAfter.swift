/// The two forms of the `Retry-After` header.
public enum RetryAfter {
    /// The wait, never negative; nil if the text is neither seconds nor an HTTP date.
    ///
    /// - Parameters:
    ///   - text: the header's value.
    ///   - date: the `Date` header of the same answer, the server's clock, to which its dates refer.
    ///   - now: the local clock, in seconds since 1970, if the answer has no `Date`.
    public static func duration(_ text: String, date: String? = nil, now: Int64) -> Duration? {
        let text = trimmed(text)
        if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            return .seconds(Int64(text) ?? .max / 4)
        }
        guard let moment = seconds(ofHTTPDate: text) else { return nil }
        let base = date.flatMap { seconds(ofHTTPDate: trimmed($0)) } ?? now
        return .seconds(max(0, moment - base))
    }

    /// Seconds since 1970 of a date in any of the three forms of RFC 9110.
    static func seconds(ofHTTPDate text: String) -> Int64? {
        let words = text.split { $0 == " " || $0 == "," || $0 == "-" }.map(String.init)
        guard words.count >= 5 else { return nil }
        // Sun Nov  6 08:49:37 1994, else Sun, 06 Nov 1994 08:49:37 GMT or Sunday, 06-Nov-94 08:49:37 GMT
        let isAsctime = Int64(words[1]) == nil
        let (day, month, year, clock) =
            isAsctime ? (words[2], words[1], words[4], words[3]) : (words[1], words[2], words[3], words[4])
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let time = clock.split(separator: ":").compactMap { Int64($0) }
        guard let day = Int64(day), (1...31).contains(day), let month = months.firstIndex(of: month),
            var year = Int64(year), (0...9_999).contains(year), time.count == 3,
            (0...23).contains(time[0]), (0...59).contains(time[1]), (0...60).contains(time[2])
        else { return nil }
        if year < 100 { year += year < 70 ? 2_000 : 1_900 }
        let days = daysSince1970(year: year, month: Int64(month) + 1, day: day)
        return ((days * 24 + time[0]) * 60 + time[1]) * 60 + time[2]
    }

    /// Days of the Gregorian calendar. Years count from March, so that the leap day is the last day.
    private static func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return year * 365 + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468
    }

    private static func trimmed(_ text: String) -> String {
        String(text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}
