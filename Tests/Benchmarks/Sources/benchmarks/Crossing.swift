/// Files that are to cross a link.
struct Crossing: Hashable, Sendable {
    let link: Link
    let files: Int
    /// Of each file, in bytes.
    let size: Int

    static let all = Link.all.flatMap { link in
        [(60, 150_000), (8, 1_500_000), (400, 20_000)].map { Crossing(link: link, files: $0.0, size: $0.1) }
    }

    /// Those that take a few seconds: a batch that leaves slots idle shows in each.
    static let few = [
        Crossing(link: Link.all[0], files: 60, size: 150_000),
        Crossing(link: Link.all[1], files: 100, size: 20_000),
        Crossing(link: Link.all[4], files: 60, size: 20_000),
    ]

    var name: String { "\(files) of \(grouped(size / 1000)) kB over \(link.name)" }
}

/// What is measured of a crossing.
struct LinkFigure: Hashable {
    enum Kind: Hashable, CaseIterable {
        case auto
        case off
        case curl
    }

    let crossing: Crossing
    let kind: Kind

    static let all = (Crossing.all + Crossing.few.filter { !Crossing.all.contains($0) }).flatMap { crossing in
        Kind.allCases.map { LinkFigure(crossing: crossing, kind: $0) }
    }

    var title: (work: String, figure: String) {
        switch kind {
        case .auto: (crossing.name, "`batch = \"auto\"`, files/s of curl's")
        case .off: ("", "`batch = \"off\"`, files/s of curl's")
        case .curl: ("", "yardstick: `curl --parallel-max 8`, s")
        }
    }

    func target(_ form: Form) -> Target? {
        if kind == .curl { return nil }
        return .atLeast(form == .quick ? 0.6 : 0.95)
    }
}

/// Whether the emulated links are what they are said to be.
enum LinkProof: Hashable, CaseIterable {
    case rate
    case roundTrip
    case loss

    /// A link without losses, and the same with the usual ones.
    static let links = [
        Link(megabits: 20, roundTrip: 20, loss: 0), Link(megabits: 20, roundTrip: 20, loss: 1),
    ]

    var title: (work: String, figure: String) {
        switch self {
        case .rate: ("the links themselves: \(Self.links[1].name)", "Mbit/s, of 20")
        case .roundTrip: ("", "there and back, of 20 ms")
        case .loss: ("", "packets lost, of each hundred")
        }
    }

    func target(_ form: Form) -> Target? {
        switch self {
        // A twentieth is TCP's own, and some time passes before it is up to speed.
        case .rate: .atLeast(form == .quick ? 0.5 : 0.8)
        case .roundTrip: .atMost(form == .quick ? 3 : 1.3)
        case .loss: nil
        }
    }
}
