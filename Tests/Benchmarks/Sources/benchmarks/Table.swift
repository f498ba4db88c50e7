import Foundation

/// The figures of all rounds.
struct Table {
    private let form: Form
    private var rounds: [Row: [Double]] = [:]
    private var counts: [Row: Int] = [:]

    init(_ form: Form) { self.form = form }

    /// Takes the figure of one round.
    ///
    /// - Parameter count: how many files it was measured on, where the title says so.
    mutating func add(_ measure: Measure, _ figure: Double, count: Int? = nil) {
        add(.measure(measure), figure)
        if let count { counts[.measure(measure)] = count }
    }

    /// Takes the figure of one round.
    mutating func add(_ row: Row, _ figure: Double) { rounds[row, default: []].append(figure) }

    /// The middle figure of a measure.
    func median(_ measure: Measure) -> Double? { rounds[.measure(measure)].map { Statistics($0).median } }

    var markdown: String {
        var lines = [
            "| work | figure | here | rounds | target | |", "| --- | --- | ---: | --- | ---: | --- |",
        ]
        var untitled: String?
        for row in Row.all {
            let (work, figure) = row.title
            if !work.isEmpty { untitled = named(work, row) }
            guard let figures = rounds[row] else { continue }
            let statistics = Statistics(figures)
            let spread = figures.count > 1 ? "\(decimal(statistics.least)) – \(decimal(statistics.most))" : ""
            let target = row.target(form)
            let verdict = target.map {
                $0.shortfall(of: statistics.median) <= 0
                    ? "✓" : isMissed($0, statistics) ? "missed" : "within the noise"
            }
            lines.append(
                "| \(untitled ?? "") | \(figure) | \(decimal(statistics.median)) | \(spread) | \(target?.text ?? "") "
                    + "| \(verdict ?? "") |")
            untitled = nil
        }
        return lines.joined(separator: "\n")
    }

    /// What was missed by more than the noise, in words.
    var missed: [String] {
        var work = ""
        return Row.all.compactMap { row in
            let title = row.title
            if !title.work.isEmpty { work = named(title.work, row) }
            guard let target = row.target(form), let figures = rounds[row] else { return nil }
            let statistics = Statistics(figures)
            guard isMissed(target, statistics) else { return nil }
            return "\(work): \(title.figure): \(decimal(statistics.median)), to be \(target.text) "
                + "(noise \(decimal(statistics.spread)))"
        }
    }

    private func named(_ work: String, _ row: Row) -> String {
        counts[row].map { work.replacing("%", with: grouped($0)) } ?? work
    }

    private func isMissed(_ target: Target, _ figures: Statistics) -> Bool {
        target.shortfall(of: figures.median) > figures.spread
    }
}

/// A line of the table, in the order in which they are shown.
enum Row: Hashable {
    case measure(Measure)
    case link(LinkFigure)
    case proof(LinkProof)

    static let all =
        Measure.allCases.filter { $0 != .others }.map(Row.measure) + LinkFigure.all.map(Row.link)
        + LinkProof.allCases.map(Row.proof) + [.measure(.others)]

    /// The work, and what of it is measured.
    var title: (work: String, figure: String) {
        switch self {
        case .measure(let measure): measure.title
        case .link(let figure): figure.title
        case .proof(let proof): proof.title
        }
    }

    /// What it must reach.
    func target(_ form: Form) -> Target? {
        switch self {
        case .measure(let measure): measure.target(form)
        case .link(let figure): figure.target(form)
        case .proof(let proof): proof.target(form)
        }
    }
}

struct Statistics {
    private let sorted: [Double]

    /// - Parameter figures: at least one.
    init(_ figures: [Double]) { sorted = figures.sorted() }

    var least: Double { sorted[0] }
    var most: Double { sorted[sorted.count - 1] }
    /// How far the middle half of the rounds lies apart: the noise, without the round that somebody disturbed.
    var spread: Double { sorted[sorted.count - 1 - sorted.count / 4] - sorted[sorted.count / 4] }

    var median: Double {
        let middle = sorted.count / 2
        return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    }

    /// - Parameter share: 0 to 1.
    func percentile(_ share: Double) -> Double {
        sorted[min(sorted.count - 1, Int((Double(sorted.count) * share).rounded(.up)) - 1)]
    }
}

/// A number with as many digits as say something.
func decimal(_ value: Double) -> String {
    let digits =
        abs(value) >= 100 || value == value.rounded() ? 0 : abs(value) >= 10 ? 1 : abs(value) >= 0.1 ? 2 : 3
    return digits == 0 ? grouped(Int(value.rounded())) : String(format: "%.\(digits)f", value)
}

/// A number with commas between thousands.
func grouped(_ number: Int) -> String {
    var text = String(abs(number))
    for place in stride(from: text.count - 3, to: 0, by: -3) {
        text.insert(",", at: text.index(text.startIndex, offsetBy: place))
    }
    return (number < 0 ? "-" : "") + text
}

/// Prints at once, into a pipe as well.
func say(_ text: String) {
    print(text)
    fflush(nil)
}
