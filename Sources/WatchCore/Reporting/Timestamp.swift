/// A moment: seconds since 1970-01-01T00:00:00Z, without leap seconds, and the nanoseconds in that second.
package struct Timestamp: Sendable, Hashable, Comparable {
    package let seconds: Int64
    /// 0..<1,000,000,000, also before 1970.
    package let nanoseconds: Int32

    /// - Parameters:
    ///   - seconds: since the epoch; negative before it.
    ///   - nanoseconds: any number. A value outside 0..<1,000,000,000 is carried to the seconds, which are
    ///     limited to the range of `Int64`.
    package init(seconds: Int64, nanoseconds: Int32 = 0) {
        var carry = Int64(nanoseconds / 1_000_000_000)
        var rest = nanoseconds % 1_000_000_000
        if rest < 0 {
            rest += 1_000_000_000
            carry -= 1
        }
        let (sum, overflow) = seconds.addingReportingOverflow(carry)
        self.seconds = overflow ? (carry < 0 ? .min : .max) : sum
        self.nanoseconds = rest
    }

    package static func < (left: Timestamp, right: Timestamp) -> Bool {
        (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }

    /// The moment after a duration.
    package func advanced(by duration: Duration) -> Timestamp {
        let (seconds, attoseconds) = duration.components
        let (sum, overflow) = self.seconds.addingReportingOverflow(seconds)
        return Timestamp(
            seconds: overflow ? (seconds < 0 ? .min : .max) : sum,
            nanoseconds: nanoseconds + Int32(attoseconds / 1_000_000_000))
    }

    /// The time since `earlier`, in nanoseconds; negative if `earlier` is later. Limited to the range of
    /// `Int64`, some 292 years.
    package func nanosecondsSince(_ earlier: Timestamp) -> Int64 {
        let (elapsed, tooFar) = seconds.subtractingReportingOverflow(earlier.seconds)
        let (product, tooLong) = elapsed.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, tooMuch) = product.addingReportingOverflow(Int64(nanoseconds - earlier.nanoseconds))
        if tooFar || tooLong || tooMuch { return self < earlier ? .min : .max }
        return sum
    }

    /// 0000-01-01T00:00:00Z, the first second that RFC 3339 can write.
    private static let firstSecond: Int64 = -62_167_219_200
    /// 9999-12-31T23:59:59Z, the last one.
    private static let lastSecond: Int64 = 253_402_300_799
    private static let secondsPerDay: Int64 = 86_400
}

// MARK: RFC 3339

extension Timestamp: CustomStringConvertible {
    /// RFC 3339 in UTC, with 3 to 9 digits of the second's fraction (trailing zeros left out):
    /// `2026-11-23T19:41:02.123456789Z`. A moment outside the years 0 to 9999, which a file's date can have
    /// and RFC 3339 cannot write, is shown as the nearest second that can be written.
    package var description: String {
        let clamped = min(max(seconds, Self.firstSecond), Self.lastSecond)
        let date = CivilDate(daysSinceEpoch: Self.floorDivide(clamped, Self.secondsPerDay))
        let second = clamped - date.daysSinceEpoch * Self.secondsPerDay
        var fraction = clamped == seconds ? Int64(nanoseconds) : 0
        var digits = 9
        while digits > 3, fraction.isMultiple(of: 10) {
            fraction /= 10
            digits -= 1
        }
        var text: [UInt8] = []
        let parts: [(number: Int64, digits: Int, mark: Unicode.Scalar)] = [
            (date.year, 4, "-"), (date.month, 2, "-"), (date.day, 2, "T"),
            (second / 3600, 2, ":"), (second / 60 % 60, 2, ":"), (second % 60, 2, "."),
            (fraction, digits, "Z"),
        ]
        for part in parts {
            text.append(decimal: part.number, digits: part.digits)
            text.append(UInt8(ascii: part.mark))
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Reads RFC 3339: any offset from UTC, any number of digits in the fraction (digits beyond nanoseconds
    /// are dropped), a leap second as the second after it; nil for any other text.
    package init?(_ text: some StringProtocol) {
        var reader = DigitReader(text)
        guard let year = reader.number(4), reader.skip("-"), let month = reader.number(2), reader.skip("-"),
            let day = reader.number(2), reader.skip("Tt"), let hour = reader.number(2), reader.skip(":"),
            let minute = reader.number(2), reader.skip(":"), let second = reader.number(2)
        else { return nil }
        guard let date = CivilDate(year: year, month: month, day: day), hour < 24, minute < 60, second <= 60
        else { return nil }
        var fraction: Int32 = 0
        if reader.skip(".") {
            guard let digits = reader.fraction() else { return nil }
            fraction = digits
        }
        guard let offset = reader.offset(), reader.isAtEnd else { return nil }
        let time = hour * 3600 + minute * 60 + second
        self.init(
            seconds: date.daysSinceEpoch * Self.secondsPerDay + time - offset, nanoseconds: fraction)
    }

    fileprivate static func floorDivide(_ dividend: Int64, _ divisor: Int64) -> Int64 {
        dividend / divisor - (dividend % divisor < 0 ? 1 : 0)
    }
}

extension [UInt8] {
    /// Appends a number's decimal digits, padded with zeros.
    /// - Parameters:
    ///   - decimal: not negative.
    ///   - digits: the number of digits written; a longer number loses its first digits.
    fileprivate mutating func append(decimal number: Int64, digits: Int) {
        let start = count
        append(contentsOf: repeatElement(UInt8(ascii: "0"), count: digits))
        var rest = number
        for place in (start..<count).reversed() {
            self[place] += UInt8(rest % 10)
            rest /= 10
        }
    }
}

/// A day of the Gregorian calendar, extended before 1582 as in RFC 3339.
///
/// The arithmetic counts years from March, so that the leap day is the last day of a year, in eras of 400
/// years (146,097 days), after which the calendar repeats.
private struct CivilDate {
    let daysSinceEpoch: Int64
    let year: Int64
    let month: Int64
    let day: Int64

    /// Days from 0000-03-01, where the eras start, to 1970-01-01.
    private static let epoch: Int64 = 719_468
    private static let daysPerEra: Int64 = 146_097

    init(daysSinceEpoch: Int64) {
        self.daysSinceEpoch = daysSinceEpoch
        let days = daysSinceEpoch + Self.epoch
        let era = Timestamp.floorDivide(days, Self.daysPerEra)
        let dayOfEra = days - era * Self.daysPerEra
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// nil if there is no such day. The year is one of 0...9999.
    init?(year: Int64, month: Int64, day: Int64) {
        guard (1...12).contains(month), (1...31).contains(day) else { return nil }
        let yearFromMarch = month <= 2 ? year - 1 : year
        let era = Timestamp.floorDivide(yearFromMarch, 400)
        let yearOfEra = yearFromMarch - era * 400
        let monthFromMarch = month > 2 ? month - 3 : month + 9
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        self.init(daysSinceEpoch: era * Self.daysPerEra + dayOfEra - Self.epoch)
        // The 31st of a shorter month becomes a day of the next one.
        guard self.month == month, self.day == day else { return nil }
    }
}

/// Reads the ASCII text of a moment.
private struct DigitReader {
    private var rest: ArraySlice<UInt8>

    init(_ text: some StringProtocol) {
        rest = ArraySlice(text.utf8)
    }

    var isAtEnd: Bool { rest.isEmpty }

    /// A number of exactly `width` digits.
    mutating func number(_ width: Int) -> Int64? {
        guard rest.count >= width else { return nil }
        var value: Int64 = 0
        for byte in rest.prefix(width) {
            guard (0x30...0x39).contains(byte) else { return nil }
            value = value * 10 + Int64(byte - 0x30)
        }
        rest = rest.dropFirst(width)
        return value
    }

    /// One of some ASCII characters, if it is next.
    mutating func skip(_ characters: String) -> Bool {
        guard let next = rest.first, characters.utf8.contains(next) else { return false }
        rest = rest.dropFirst()
        return true
    }

    /// One digit or more, as nanoseconds.
    mutating func fraction() -> Int32? {
        let digits = rest.prefix { (0x30...0x39).contains($0) }
        guard !digits.isEmpty else { return nil }
        rest = rest.dropFirst(digits.count)
        var value: Int32 = 0
        for index in 0..<9 {
            let digit = index < digits.count ? digits[digits.startIndex + index] - 0x30 : 0
            value = value * 10 + Int32(digit)
        }
        return value
    }

    /// `Z`, or hours and minutes, as seconds east of UTC.
    mutating func offset() -> Int64? {
        if skip("Zz") { return 0 }
        let isWest = rest.first == UInt8(ascii: "-")
        guard skip("+-"), let hours = number(2), skip(":"), let minutes = number(2), hours < 24, minutes < 60
        else { return nil }
        return (hours * 3600 + minutes * 60) * (isWest ? -1 : 1)
    }
}
