import Foundation

/// Lines over a logarithmic axis, as SVG.
struct Chart {
    typealias Point = (x: Double, y: Double)

    let title: String
    let x: String
    let y: String
    /// Whether heights are proportional, from zero on, and not logarithmic as well.
    var isProportional = false
    let series: [(name: String, points: [Point])]

    private static let width = 720.0
    private static let height = 400.0
    /// What is left free for titles and numbers.
    private static let margin = (left: 76.0, right: 24.0, top: 48.0, bottom: 56.0)
    private static let colours = ["#1f6feb", "#8b949e", "#bf8700"]

    /// A column for each series.
    var csv: String {
        let header = ([x] + series.map { "\(y), \($0.name)" }).map { "\"\($0)\"" }.joined(separator: ",")
        let rows = (series.first?.points ?? []).enumerated().map { index, point in
            ([point.x] + series.map { $0.points[index].y }).map { String(format: "%g", $0) }
                .joined(separator: ",")
        }
        return ([header] + rows).joined(separator: "\n") + "\n"
    }

    var svg: String {
        let points = series.flatMap(\.points)
        let xs = Axis(
            logarithmic: points.map(\.x), from: Self.margin.left, to: Self.width - Self.margin.right)
        // Screens count from the top.
        let (bottom, top) = (Self.height - Self.margin.bottom, Self.margin.top)
        let ys =
            isProportional
            ? Axis(proportional: points.map(\.y), from: bottom, to: top)
            : Axis(logarithmic: points.map(\.y), from: bottom, to: top)
        let lines = series.enumerated().map { line($1, colour: Self.colours[$0 % 3], xs, ys) }
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Int(Self.width)) \(Int(Self.height))" \
            font-family="sans-serif" font-size="13" fill="#57606a">
            <rect width="100%" height="100%" fill="#ffffff"/>
            <text x="\(Self.margin.left)" y="24" font-size="16" fill="#1f2328">\(title)</text>
            \(grid(xs, ys).joined(separator: "\n"))
            <text x="\(Self.width / 2)" y="\(Self.height - 14)" text-anchor="middle">\(x)</text>
            <text transform="translate(18 \(Self.height / 2)) rotate(-90)" text-anchor="middle">\(y)</text>
            \(lines.joined(separator: "\n"))
            \(legend.joined(separator: "\n"))
            </svg>

            """
    }

    private func grid(_ xs: Axis, _ ys: Axis) -> [String] {
        let (left, right) = (Self.margin.left, Self.width - Self.margin.right)
        let (top, bottom) = (Self.margin.top, Self.height - Self.margin.bottom)
        let columns = xs.ticks.map { tick in
            """
            <path d="M\(xs[tick]) \(top)V\(bottom)" stroke="#d0d7de"/>
            <text x="\(xs[tick])" y="\(bottom + 18)" text-anchor="middle">\(Self.label(tick))</text>
            """
        }
        let rows = ys.ticks.map { tick in
            """
            <path d="M\(left) \(ys[tick])H\(right)" stroke="#d0d7de"/>
            <text x="\(left - 8)" y="\(ys[tick] + 4)" text-anchor="end">\(Self.label(tick))</text>
            """
        }
        return columns + rows
    }

    private func line(
        _ series: (name: String, points: [Point]), colour: String, _ xs: Axis,
        _ ys: Axis
    ) -> String {
        let places = series.points.map { (xs[$0.x], ys[$0.y]) }
        let path = places.map { "\($0.0),\($0.1)" }.joined(separator: " ")
        let dots = places.map { "<circle cx=\"\($0.0)\" cy=\"\($0.1)\" r=\"3.5\" fill=\"\(colour)\"/>" }
        let labels = zip(series.points, places).map { point, place in
            "<text x=\"\(place.0)\" y=\"\(place.1 - 9)\" text-anchor=\"middle\" font-size=\"11\" fill=\"\(colour)\">"
                + "\(decimal(point.y))</text>"
        }
        let numbers = colour == Self.colours[0] ? labels : []
        return
            (["<polyline points=\"\(path)\" fill=\"none\" stroke=\"\(colour)\" stroke-width=\"2\"/>"] + dots
            + numbers).joined(separator: "\n")
    }

    /// Needed where there is more than one line.
    private var legend: [String] {
        guard series.count > 1 else { return [] }
        return series.enumerated().map { index, series in
            let y = Self.margin.top + 16 + 18 * Double(index)
            return "<text x=\"\(Self.margin.left + 14)\" y=\"\(y)\" fill=\"\(Self.colours[index % 3])\">"
                + "● \(series.name)</text>"
        }
    }

    private static func label(_ tick: Double) -> String {
        switch tick {
        case 1e9...: "\(decimal(tick / 1e9)) G"
        case 1e6...: "\(decimal(tick / 1e6)) M"
        case 1e4...: "\(decimal(tick / 1e3)) k"
        default: decimal(tick)
        }
    }
}
