/// A number with a unit, as used for durations and sizes: a whole number without sign, followed directly by
/// the unit.
struct UnitText<Amount: Sendable>: Sendable {
    /// The units from the smallest to the largest, each with its amount. Of two spellings, the preferred one
    /// is last.
    let units: [(name: String, one: Amount)]
    /// The product of an amount and a number; nil on overflow.
    let times: @Sendable (Amount, Int64) -> Amount?
    /// How many times an amount fits into another without a remainder; nil if there is a remainder.
    let count: @Sendable (Amount, Amount) -> Int64?

    /// The amount of a text; nil if the text is invalid, or the amount too large.
    func parse(_ text: String) -> Amount? {
        let digits = text.utf8.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        let unit = text.utf8.dropFirst(digits.count)
        guard let number = Int64(String(decoding: digits, as: UTF8.self)) else { return nil }
        return units.first { $0.name.utf8.elementsEqual(unit) }.flatMap { times($0.one, number) }
    }

    /// The text of an amount, in the largest unit that gives a whole number.
    func written(_ amount: Amount) -> String {
        for unit in units.reversed() {
            if let number = count(unit.one, amount), number > 0 { return "\(number)\(unit.name)" }
        }
        return "0" + units[0].name
    }
}

extension UnitText<Duration> {
    /// `"500ms"`, `"10s"`, `"5m"`, `"1h"`.
    static let duration = UnitText(
        units: [
            ("ms", .milliseconds(1)), ("s", .seconds(1)), ("m", .seconds(60)), ("h", .seconds(3600)),
        ],
        times: { one, number in
            // At most some ten thousand years, so that nothing overflows below.
            number <= 100_000_000 ? one * Int(number) : nil
        },
        count: { one, amount in
            let number = Int64(amount / one)
            return one * Int(number) == amount ? number : nil
        })
}

extension UnitText<Int64> {
    /// `"100MB"` (10^6), `"64MiB"` (2^20), in bytes.
    static let size = UnitText(
        units: [
            ("B", 1), ("KB", 1_000), ("kB", 1_000), ("KiB", 1 << 10), ("MB", 1_000_000), ("MiB", 1 << 20),
            ("GB", 1_000_000_000), ("GiB", 1 << 30),
        ],
        times: { one, number in
            let (product, overflow) = one.multipliedReportingOverflow(by: number)
            return overflow ? nil : product
        },
        count: { one, amount in amount % one == 0 ? amount / one : nil })
}
