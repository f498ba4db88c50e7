import Foundation

/// Where the values of a chart are placed along one of its sides.
struct Axis {
    /// Where lines are drawn.
    let ticks: [Double]
    private let low: Double
    private let high: Double
    private let start: Double
    private let end: Double
    private let scale: @Sendable (Double) -> Double

    /// Each tenfold is as long as the next; the ticks are powers of ten, and where these are few, their doubles and
    /// fivefolds.
    ///
    /// - Parameters:
    ///   - values: all that is to be shown, greater than zero.
    ///   - start: the place of the least.
    ///   - end: the place of the greatest.
    init(logarithmic values: [Double], from start: Double, to end: Double) {
        let (least, most) = (values.min() ?? 1, values.max() ?? 10)
        let steps = log10(most / least) > 2.5 ? [1.0] : [1, 2, 5]
        let candidates = (-6...12).flatMap { power in steps.map { $0 * pow(10, Double(power)) } }
        // From the tick below the least to the tick above the greatest, so that no point lies on the edge.
        let low = candidates.last { $0 < least } ?? least
        let high = candidates.first { $0 > most } ?? most
        ticks = candidates.filter { $0 >= low && $0 <= high }
        (self.low, self.high, self.start, self.end, scale) = (low, high, start, end, { log10($0) })
    }

    /// From zero on, with some five ticks.
    init(proportional values: [Double], from start: Double, to end: Double) {
        let most = values.max() ?? 1
        let power = pow(10, floor(log10(most / 2)))
        let step = [1.0, 2, 5].map { $0 * power }.first { most / $0 < 6 } ?? 10 * power
        let count = Int(most / step) + 1
        ticks = (0...count).map { Double($0) * step }
        (low, high) = (0, Double(count) * step)
        (self.start, self.end, scale) = (start, end, { $0 })
    }

    subscript(value: Double) -> Double {
        let share = (scale(value) - scale(low)) / (scale(high) - scale(low))
        return ((start + (end - start) * share) * 10).rounded() / 10
    }
}
