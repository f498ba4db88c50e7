import Foundation

/// Whether every link is used as well as eight connections of curl's use it: the same files on the same kind of link,
/// at the same time, each program on a link of its own.
enum Links {
    /// How much all links that are used at once carry, in Mbit/s: little enough for this machine to keep time.
    private static let room = 150.0

    static func measure(_ sizes: Sizes, _ programs: Programs, _ table: inout Table) throws {
        if let obstacle = LinkEmulator.obstacle {
            say("not measured, for \(obstacle): how slow, long and lossy links are used")
            return
        }
        let figures = sizes.crossings.flatMap { crossing in
            LinkFigure.Kind.allCases.map { LinkFigure(crossing: crossing, kind: $0) }
        }
        let pieces = figures.map(Piece.crossing) + LinkProof.links.map(Piece.proof)
        let results = try SideBySide(room: room).run(
            pieces, weight: \.link.megabits,
            { piece in
                switch piece {
                case .crossing(let figure): [try cross(figure, programs)]
                case .proof(let link): try prove(link, programs)
                }
            })
        for figure in figures {
            let curl = LinkFigure(crossing: figure.crossing, kind: .curl)
            guard let took = results[.crossing(figure)]?.first, let curlTook = results[.crossing(curl)]?.first
            else { continue }
            table.add(.link(figure), figure.kind == .curl ? took : curlTook / took)
        }
        if let clean = results[.proof(LinkProof.links[0])], let lossy = results[.proof(LinkProof.links[1])] {
            table.add(.proof(.rate), clean[0])
            table.add(.proof(.roundTrip), clean[1])
            table.add(.proof(.loss), lossy[2])
        }
    }

    private enum Piece: Hashable, Sendable {
        case crossing(LinkFigure)
        case proof(Link)

        var link: Link {
            switch self {
            case .crossing(let figure): figure.crossing.link
            case .proof(let link): link
            }
        }
    }

    /// Sends one large file by curl.
    ///
    /// - Returns: the rate and the round trip, as shares of what they should be, and the percentage of lost packets.
    private static func prove(_ link: Link, _ programs: Programs) throws -> [Double] {
        let bench = try Bench(programs, Setup(link: link))
        let size = 4_000_000
        let name = try bench.site.stage(1, size: size)[0]
        let times = try bench.output(of: [
            "/usr/bin/curl", "--no-progress-meter", "--header", "Authorization: Bearer enterprise-benchmark",
            "--header", "Content-Type: image/jpeg", "--header", "Expect:", "--data-binary",
            "@\(bench.site.path("stage/\(name)"))", "--output", "/dev/null", "--write-out",
            "%{time_connect} %{time_total}", "\(bench.url)/image",
        ]).split(separator: " ").compactMap { Double($0) }
        guard times.count == 2, let lost = try bench.emulator?.stop() else { throw Failure("no figures") }
        let rate = Double(size) * 8 / 1e6 / (times[1] - 2 * link.roundTrip / 1000)
        return [rate / link.megabits, times[0] * 1000 / link.roundTrip, lost * 100]
    }

    /// - Returns: how long it took, in seconds.
    private static func cross(_ figure: LinkFigure, _ programs: Programs) throws -> Double {
        let crossing = figure.crossing
        let bench = try Bench(
            programs, Setup(batch: figure.kind == .off ? "off" : "auto", link: crossing.link))
        let names = try bench.site.stage(crossing.files, size: crossing.size)
        if figure.kind == .curl { return try curl(names, bench) }
        try bench.start()
        return try bench.drop(names).seconds
    }

    /// Sends the files by eight connections of curl's, which has its credentials and need not ask for a token.
    private static func curl(_ names: [String], _ bench: Bench) throws -> Double {
        let requests = names.map { name in
            """
            url = "\(bench.url)/image"
            header = "Authorization: Bearer enterprise-benchmark"
            header = "Content-Type: image/jpeg"
            header = "Expect:"
            data-binary = "@\(bench.site.path("stage/\(name)"))"
            output = "/dev/null"
            write-out = "%{http_code}\\n"

            """
        }
        let script = bench.site.path("curl.config")
        try requests.joined(separator: "next\n").write(toFile: script, atomically: true, encoding: .utf8)
        let start = Clock.monotonic
        let codes = try bench.output(of: [
            "/usr/bin/curl", "--no-progress-meter", "--parallel", "--parallel-max", "8", "--config", script,
        ])
        let took = Clock.monotonic - start
        let good = codes.split(separator: "\n").count { $0 == "200" }
        guard good == names.count else {
            throw Failure("curl sent \(good) of \(names.count) files: \(codes)")
        }
        return took
    }
}
