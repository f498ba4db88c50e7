/// Something that is measured together, round by round.
struct Workload: Sendable {
    /// What `--only` selects it by.
    let name: String
    /// How often: what wavers more often, what takes long or does not waver once.
    let rounds: Int
    let measure: @Sendable (Sizes, Programs, inout Table) throws -> Void

    static let all = [
        Workload(name: "backlog", rounds: 5, measure: Backlog.measure),
        Workload(name: "latency", rounds: 3, measure: SingleFiles.measure),
        Workload(name: "pace", rounds: 3, measure: Pace.measure),
        Workload(name: "videos", rounds: 3, measure: Videos.measure),
        Workload(name: "large", rounds: 3, measure: Videos.measureLarge),
        Workload(name: "trouble", rounds: 3, measure: Trouble.measure),
        Workload(name: "links", rounds: 3, measure: Links.measure),
        Workload(name: "idle", rounds: 1, measure: Idle.measure),
        Workload(name: "many", rounds: 1, measure: ManyFiles.measure),
    ]
}
