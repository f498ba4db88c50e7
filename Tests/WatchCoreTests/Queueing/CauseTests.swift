import BitMindAPI
import Testing
import WatchCore

/// product.md, "The cause".
@Suite("Causes")
struct CauseTests {
    /// An error, the state that it leads to, and its message.
    static let errors: [(APIError, RequestGate.PauseReason)] = [
        (APIError(.serverFailure, message: "database is down", status: 500), .serviceDown),
        (APIError(.unreachable, message: "Connection refused"), .serviceDown),
        (APIError(.noProgress, message: "no answer for 120 s"), .serviceDown),
        (APIError(.unexpectedStatus, message: "it redirects to https://sso", status: 302), .serviceDown),
        (APIError(.notAVerdict, message: "the answer has no isAI", status: 200), .serviceDown),
        (APIError(.rateLimited, message: "quota is used up", status: 429), .rateLimited),
        (
            APIError(.credentialsRefused, message: "secret has expired", status: 401, endpoint: .token),
            .credentialsRefused
        ),
        (APIError(.missingCredentials, message: "no credentials are set"), .credentialsRefused),
        (
            APIError(.forbidden, message: "not in your plan", status: 403, endpoint: .image),
            .forbidden(.image)
        ),
    ]

    @Test(arguments: errors)
    func `each state has its cause, in its entry and while it lasts`(
        error: APIError, reason: RequestGate.PauseReason
    ) {
        var bench = PlannerBench(batch: .off)
        bench.add(images: ["a", "b"])
        bench.run(for: .milliseconds(50)) { _, _, _ in .fails(error) }
        let causes = bench.reports.compactMap { report -> String? in
            if case .gate(.paused(reason, _), let cause) = report { cause } else { nil }
        }
        #expect(causes == ["\(error)"])
        let pause = bench.planner.pauses(at: bench.now).first { $0.reason == reason }
        #expect(pause?.cause == "\(error)")
        #expect(bench.planner.positions(at: bench.now).values.allSatisfy { $0.pause?.cause == "\(error)" })
    }

    private static func changes(_ bench: PlannerBench) -> [String] {
        bench.reports.compactMap { if case .cause(_, let cause, _) = $0 { cause } else { nil } }
    }

    @Test func `a cause that changes is reported once more, and never twice`() {
        var bench = PlannerBench(batch: .off)
        bench.add(images: ["a", "b", "c"])
        let first = APIError(.unreachable, message: "Connection refused after 3 ms")
        let same = APIError(.unreachable, message: "Connection refused after 25 ms")
        let other = APIError(.serverFailure, message: "starting up", status: 503)
        var count = 0
        for error in [first, same, other, first, other, same] {
            bench.run(for: .seconds(700)) { _, _, _ in .fails(error) }
            count += 1
            #expect(Self.changes(bench) == (count < 3 ? [] : ["\(other)"]))
        }
        #expect(bench.begun(.serviceDown) == 1)
        bench.run(for: .seconds(700)) { _, _, _ in .fine }
        #expect(bench.planner.pauses(at: bench.now).isEmpty)
        // The next outage is another state.
        bench.add(images: ["d"])
        bench.run(for: .seconds(700)) { _, _, _ in .fails(other) }
        #expect(bench.begun(.serviceDown) == 2 && Self.changes(bench) == ["\(other)"])
    }

    @Test func `an API that says something else each time is reported a few times`() {
        var bench = PlannerBench(batch: .off)
        bench.add(images: ["a", "b", "c"])
        var count = 0
        for _ in 0..<30 {
            count += 1
            let words = String(repeating: "x", count: count)
            bench.run(for: .seconds(700)) { _, _, _ in
                .fails(APIError(.serverFailure, message: words, status: 500))
            }
        }
        #expect((1...5).contains(Self.changes(bench).count))
    }
}
