/// A number with a unit, as durations and sizes are written: whole, not signed, no space between.
struct UnitText<Amount: Sendable>: Sendable {
    /// From the smallest unit to the largest, each with its amount; of two spellings the preferred one last.
    let units: [(name: String, one: Amount)]
    /// The amount so many times; nil on overflow.
    let times: @Sendable (Amount, Int64) -> Amount?
    /// How many times the amount goes into another without a remainder; nil where it doesn't.
    let count: @Sendable (Amount, Amount) -> Int64?

    /// The amount that a text says; nil where it says none, or one too large to count.
    func parse(_ text: String) -> Amount? {
        let digits = text.utf8.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        let unit = text.utf8.dropFirst(digits.count)
        guard let number = Int64(String(decoding: digits, as: UTF8.self)) else { return nil }
        return units.first { $0.name.utf8.elementsEqual(unit) }.flatMap { times($0.one, number) }
    }

    /// An amount as it is written, in the largest unit that leaves a whole number.
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
            // Beyond ten thousand years nothing is meant, and nothing overflows below.
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
