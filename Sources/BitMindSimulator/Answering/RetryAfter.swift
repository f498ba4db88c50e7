extension RetryAfterForm {
    /// The header's value for a wait from `now` (since 1970), rounded up to whole seconds; nil: no header.
    func value(_ wait: Duration, now: Duration) -> String? {
        switch self {
        case .seconds: String(wait.wholeSeconds)
        case .date: httpDate(now + wait)
        case .none: nil
        }
    }
}

extension Duration {
    /// Rounded up; at least 0.
    var wholeSeconds: Int64 {
        max(0, components.seconds + (components.attoseconds > 0 ? 1 : 0))
    }
}

/// A time since 1970 as an IMF-fixdate (RFC 9110), rounded up to whole seconds.
func httpDate(_ time: Duration) -> String {
    let seconds = time.wholeSeconds
    let days = seconds / 86_400
    let second = seconds % 86_400
    let date = civilDate(days)
    let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][Int(days % 7)]
    let month = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ][date.month - 1]
    let clock = [second / 3600, second / 60 % 60, second % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
    let day = date.day < 10 ? "0\(date.day)" : "\(date.day)"
    return "\(weekday), \(day) \(month) \(date.year) \(clock.joined(separator: ":")) GMT"
}

/// The date of a day counted from 1970-01-01, in the proleptic Gregorian calendar (Hinnant's algorithm, which
/// counts years from March so that the leap day comes last).
private func civilDate(_ days: Int64) -> (year: Int64, month: Int, day: Int) {
    let shifted = days + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let day = Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    let month = Int(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9)
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
}
