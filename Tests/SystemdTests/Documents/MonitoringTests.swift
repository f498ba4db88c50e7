import Foundation
import Testing

/// The alerts and the dashboard go by metrics that there are.
@Suite struct MonitoringTests {
    /// The names of the metrics, a histogram's parts among them, as the service writes them.
    private static func known() throws -> Set<String> {
        let text = try Tool.text("Sources/WatchCore/Reporting/MetricsText.swift")
        let names = text.matches(of: /add\(\s*"([a-z_]+)"/).map { "bitmind_watch_\($0.1)" }
        return Set(names + names.flatMap { ["\($0)_bucket", "\($0)_sum", "\($0)_count"] })
    }

    @Test(arguments: ["bitmind-watch.rules.yml", "bitmind-watch.dashboard.json"])
    func `a file names no metric that the service has not`(file: String) throws {
        let text = try Tool.text("config/monitoring/\(file)")
        let used = Set(text.matches(of: /bitmind_watch_[a-z_]+/).map { String($0.0) })
        #expect(used.count >= 5)
        #expect(used.subtracting(try Self.known()).isEmpty)
    }

    @Test func `promtool takes the alerts, and they come when they should and no sooner`() async throws {
        let rules = "\(Tool.repository)/config/monitoring/bitmind-watch.rules.yml"
        let check = try await Tool.run("promtool", ["check", "rules", rules])
        #expect(check.code == 0, "\(check.errors)")
        let cases = try Tool.text("Tests/SystemdTests/alerts.test.yml").replacing("RULES", with: rules)
        let file = URL(filePath: "/tmp/bitmind-alerts-\(UUID().uuidString).yml")
        try Data(cases.utf8).write(to: file)
        defer { unlink(file.path) }
        let test = try await Tool.run("promtool", ["test", "rules", file.path])
        #expect(test.code == 0, "\(test.output)\(test.errors)")
    }

    @Test func `the dashboard is JSON, with a query in each panel and no panel over another`() throws {
        struct Dashboard: Decodable {
            struct Panel: Decodable {
                struct Place: Decodable { let x, y, w, h: Int }
                struct Query: Decodable { let expr: String }
                let id: Int
                let title: String
                let gridPos: Place
                let targets: [Query]
            }
            let uid: String
            let panels: [Panel]
        }
        let text = try Tool.text("config/monitoring/bitmind-watch.dashboard.json")
        let dashboard = try JSONDecoder().decode(Dashboard.self, from: Data(text.utf8))
        #expect(Set(dashboard.panels.map(\.id)).count == dashboard.panels.count)
        var taken: Set<[Int]> = []
        for panel in dashboard.panels {
            #expect(panel.targets.allSatisfy { $0.expr.contains("bitmind_watch_") }, "\(panel.title)")
            let place = panel.gridPos
            for x in place.x..<(place.x + place.w) {
                for y in place.y..<(place.y + place.h) {
                    #expect(taken.insert([x, y]).inserted, "\(panel.title)")
                }
            }
            #expect(place.x + place.w <= 24)
        }
    }
}
