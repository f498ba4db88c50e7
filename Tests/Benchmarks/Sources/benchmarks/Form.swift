/// How much of everything is measured.
enum Form {
    /// Some minutes, the whole table but for its million files.
    case ordinary
    /// The same with the million.
    case long
    /// Two minutes, for each run of the tests. Its files are small, for a debug build looks at bytes so slowly that
    /// nothing else would show.
    case quick

    var sizes: Sizes {
        switch self {
        case .ordinary: Sizes()
        case .long: Sizes(many: 1_000_000)
        case .quick:
            Sizes(
                rounds: 1, fileSize: 2000, backlog: 1000, singles: 40, paced: 160, videos: 20, many: 4000,
                manyFolders: 1000,
                idleFolders: 2000, idleSeconds: 5, bystanders: 100, crossings: Crossing.few)
        }
    }
}

struct Sizes {
    /// The most rounds of anything.
    var rounds = 5
    /// Of a JPEG, in bytes.
    var fileSize = 20_000
    var backlog = 3000
    var singles = 200
    var paced = 400
    var videos = 200
    var many = 20_000
    var manyFolders = 1000
    var idleFolders = 20_000
    var idleSeconds = 20.0
    /// The files that go on beside trouble.
    var bystanders = 300
    /// What crosses which link.
    var crossings = Crossing.all
}
