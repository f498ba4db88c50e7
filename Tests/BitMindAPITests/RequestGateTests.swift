import BitMindAPI
import Testing

/// The gate, with time and chance handed in.
struct RequestGateTests {
    private let start = ContinuousClock.now
    private let down = APIError(.serverFailure, message: "", status: 500)

    private func gate(_ perHour: Int = 0) -> RequestGate {
        RequestGate(settings: .init(requestsPerHour: perHour))
    }

    @Test func `eight requests that break at once are one failure, reported once`() throws {
        var gate = gate()
        let permits = (0..<8).compactMap { _ in gate.admit(.image, at: start).permit }
        #expect(permits.count == 8 && permits.allSatisfy { !$0.isProbe })
        let changes = permits.flatMap { gate.record(.failed(down), for: $0, at: start, random: 0.5) }
        #expect(changes == [.paused(.serviceDown, until: start + .milliseconds(500))])
        #expect(
            gate.admit(.video, at: start) == .wait(until: start + .milliseconds(500), reason: .serviceDown))
    }

    @Test func `while the service is down exactly one probe goes, and full speed follows its success`() throws
    {
        var gate = gate()
        fail(&gate, down)
        let later = start + .seconds(2)
        let probe = try #require(gate.admit(.image, at: later).permit)
        #expect(probe.isProbe)
        for _ in 0..<10 { #expect(gate.admit(.image, at: later) == .wait(until: nil, reason: .serviceDown)) }
        #expect(gate.pause(at: later)?.reason == .serviceDown && gate.pause(at: later)?.until == nil)
        #expect(gate.record(.answered, for: probe, at: later, random: 0) == [.resumed(.serviceDown)])
        for _ in 0..<256 { #expect(gate.admit(.image, at: later).permit?.isProbe == false) }
        #expect(gate.pause(at: later) == nil)
    }

    @Test func `the back-off doubles with each probe up to its maximum, for a week and without a word`() {
        var gate = gate()
        var now = start
        var ceilings: [Duration] = []
        fail(&gate, down, random: 0.999_999)
        for _ in 0..<2_000 {
            guard let until = gate.pause(at: now)?.until else { break }
            ceilings.append(until - now)
            now = until
            guard let probe = gate.admit(.image, at: now).permit else { break }
            #expect(gate.record(.failed(down), for: probe, at: now, random: 0.999_999).isEmpty)
        }
        let seconds = ceilings.map { ($0 / .seconds(1)).rounded() }
        #expect(seconds.prefix(11) == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300])
        #expect(seconds.count == 2_000 && seconds.last == 300)
    }

    @Test func `full jitter reaches from nothing to the ceiling`() {
        for random in [0, 0.25, 0.999] {
            var gate = gate()
            fail(&gate, down, random: random)
            #expect(gate.pause(at: start)?.until == start + .seconds(1) * random)
        }
    }

    @Test(
        arguments: [(nil, 60), (Duration.seconds(7), 7), (.seconds(90_000), 3_600), (.zero, 1)]
            as [(Duration?, Int)])
    func `429 pauses everything for what it says, at most an hour, or 60 s`(asked: Duration?, seconds: Int)
        throws
    {
        var gate = gate()
        let limited = APIError(.rateLimited, message: "", status: 429, retryAfter: asked)
        fail(&gate, limited)
        let until = start + .seconds(seconds)
        for endpoint in Endpoint.allCases {
            #expect(
                gate.admit(endpoint, at: until - .milliseconds(1))
                    == .wait(until: until, reason: .rateLimited))
        }
        #expect(gate.admit(.image, at: until).permit?.isProbe == true)
    }

    @Test(arguments: [0, 5, 60, 90])
    func `pauses that are too short each time become the usual one, longer ones stay`(asked: Int) throws {
        var gate = gate()
        var now = start
        let limited = APIError(.rateLimited, message: "", status: 429, retryAfter: .seconds(asked))
        fail(&gate, limited)
        var pauses: [Int] = []
        for _ in 0..<9 {
            let until = try #require(gate.pause(at: now)?.until)
            pauses.append(Int((until - now) / .seconds(1)))
            now = until
            let probe = try #require(gate.admit(.image, at: now).permit)
            #expect(gate.record(.failed(limited), for: probe, at: now, random: 0).isEmpty)
        }
        #expect(pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60].map { max($0, asked) })
    }

    @Test func `a later request for a pause lengthens it, an earlier one doesn't shorten it`() throws {
        var gate = gate()
        let permits = (0..<3).compactMap { _ in gate.admit(.image, at: start).permit }
        var changes: [GateChange] = []
        for (permit, seconds) in zip(permits, [30, 90, 10]) {
            let error = APIError(.rateLimited, message: "", retryAfter: .seconds(seconds))
            changes += gate.record(.failed(error), for: permit, at: start, random: 0)
        }
        #expect(changes == [.paused(.rateLimited, until: start + .seconds(30))])
        #expect(gate.pause(at: start)?.until == start + .seconds(90))
    }

    @Test func `a 5xx with Retry-After is believed`() {
        var gate = gate()
        fail(
            &gate, APIError(.serverFailure, message: "", status: 503, retryAfter: .seconds(120)), random: 0.1)
        #expect(gate.pause(at: start)?.until == start + .seconds(120))
    }

    @Test func `refused credentials hold everything and are tried again, at once when they change`() throws {
        var gate = gate()
        let refused = APIError(.credentialsRefused, message: "", status: 401)
        #expect(
            fail(&gate, refused, random: 0.9) == [
                .paused(.credentialsRefused, until: start + .milliseconds(900))
            ])
        #expect(gate.admit(.video, at: start).permit == nil)
        gate.credentialsChanged(at: start)
        let probe = try #require(gate.admit(.video, at: start).permit)
        #expect(gate.record(.answered, for: probe, at: start, random: 0) == [.resumed(.credentialsRefused)])
    }

    @Test func `a probe with the old credentials keeps no changed ones waiting`() throws {
        for error in [
            APIError(.credentialsRefused, message: "", status: 401),
            APIError(.forbidden, message: "", status: 403),
        ] {
            var gate = gate()
            fail(&gate, error)
            let later = start + .seconds(60)
            let old = try #require(gate.admit(.image, at: later).permit)
            gate.credentialsChanged(at: later)
            #expect(gate.record(.failed(error), for: old, at: later, random: 0.9).isEmpty)
            let probe = try #require(gate.admit(.image, at: later).permit)
            #expect(gate.admit(.image, at: later).permit == nil)
            #expect(gate.record(.answered, for: probe, at: later, random: 0).count == 1)
            #expect(gate.admit(.image, at: later).permit != nil)
        }
    }

    @Test func `a probe that fails in another way reports the change`() throws {
        var gate = gate()
        fail(&gate, down)
        let later = start + .seconds(1)
        let probe = try #require(gate.admit(.image, at: later).permit)
        let changes = gate.record(
            .failed(APIError(.missingCredentials, message: "")), for: probe, at: later, random: 0.5)
        #expect(
            changes == [
                .resumed(.serviceDown), .paused(.credentialsRefused, until: later + .seconds(1)),
            ])
    }

    @Test(arguments: [true, false])
    func `a pause that is asked for while the probe is under way outlasts the probe`(answers: Bool) throws {
        var gate = gate()
        let early = try #require(gate.admit(.video, at: start).permit)
        fail(&gate, down)
        let later = start + .seconds(1)
        let probe = try #require(gate.admit(.image, at: later).permit)
        let limited = APIError(.rateLimited, message: "", status: 429, retryAfter: .seconds(600))
        _ = gate.record(.failed(limited), for: early, at: later, random: 0)
        _ = gate.record(answers ? .answered : .failed(down), for: probe, at: later, random: 0.5)
        let until = later + .seconds(600)
        #expect(gate.pause(at: later)?.until == until)
        #expect(gate.admit(.image, at: until - .milliseconds(1)).permit == nil)
        let next = try #require(gate.admit(.image, at: until).permit)
        #expect(gate.admit(.image, at: until).permit == nil)
        #expect(gate.record(.answered, for: next, at: until, random: 0).count == 1)
        #expect(gate.pause(at: until) == nil)
    }

    @Test func `the back-off grows though the probes find one trouble and another in turn`() {
        var gate = gate()
        var now = start
        let refused = APIError(.credentialsRefused, message: "", status: 401)
        fail(&gate, down, random: 0.999_999)
        var ceilings: [Double] = []
        for round in 0..<12 {
            guard let until = gate.pause(at: now)?.until, let probe = gate.admit(.image, at: until).permit
            else { break }
            ceilings.append(((until - now) / .seconds(1)).rounded())
            now = until
            let trouble = round.isMultiple(of: 2) ? refused : down
            _ = gate.record(.failed(trouble), for: probe, at: now, random: 0.999_999)
        }
        #expect(ceilings == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300])
    }

    @Test func `credentials count as accepted only once the API has answered to them`() throws {
        var gate = gate()
        let refused = APIError(.credentialsRefused, message: "", status: 401)
        fail(&gate, refused)
        var now = start
        func probe(_ outcome: RequestGate.Outcome) throws -> [GateChange] {
            now += .seconds(60)
            let permit = try #require(gate.admit(.image, at: now).permit)
            return gate.record(outcome, for: permit, at: now, random: 0)
        }
        #expect(try probe(.failed(down)) == [.paused(.serviceDown, until: now)])
        #expect(try probe(.failed(refused)) == [.resumed(.serviceDown)], "it is told already")
        #expect(gate.pause(at: now)?.reason == .credentialsRefused)
        #expect(try probe(.failed(down)) == [.paused(.serviceDown, until: now)])
        #expect(try probe(.answered) == [.resumed(.serviceDown), .resumed(.credentialsRefused)])
        #expect(gate.pause(at: now) == nil)
    }

    @Test func `a file's fault shows that the service is well`() throws {
        var gate = gate()
        fail(&gate, down)
        let later = start + .seconds(1)
        let probe = try #require(gate.admit(.image, at: later).permit)
        let bad = APIError(.rejected, message: "", status: 400)
        #expect(gate.record(.failed(bad), for: probe, at: later, random: 0) == [.resumed(.serviceDown)])
    }

    @Test(arguments: [APIError.Kind.bodyFailed, .cancelled, .misuse])
    func `the caller's own trouble says nothing, and the next may probe`(kind: APIError.Kind) throws {
        var gate = gate()
        fail(&gate, down)
        let later = start + .seconds(1)
        let probe = try #require(gate.admit(.image, at: later).permit)
        let outcome = RequestGate.Outcome.failed(APIError(kind, message: ""))
        #expect(gate.record(outcome, for: probe, at: later, random: 0).isEmpty)
        let next = try #require(gate.admit(.image, at: later).permit)
        #expect(gate.record(.abandoned, for: next, at: later, random: 0).isEmpty)
        #expect(gate.admit(.image, at: later).permit?.isProbe == true)
    }

    @Test func `a late failure from before the outage ended is old news`() throws {
        var gate = gate()
        let late = try #require(gate.admit(.image, at: start).permit)
        fail(&gate, down)
        let later = start + .seconds(1)
        let probe = try #require(gate.admit(.image, at: later).permit)
        _ = gate.record(.answered, for: probe, at: later, random: 0)
        #expect(
            gate.record(.failed(APIError(.noProgress, message: "")), for: late, at: later, random: 0).isEmpty)
        #expect(gate.pause(at: later) == nil)
    }

    @Test func `an answer to what was sent before the pause doesn't end it`() throws {
        for error in [down, APIError(.rateLimited, message: ""), APIError(.credentialsRefused, message: "")] {
            var gate = gate()
            let early = try #require(gate.admit(.image, at: start).permit)
            fail(&gate, error)
            let pause = try #require(gate.pause(at: start)?.until)
            #expect(gate.record(.answered, for: early, at: start, random: 0).isEmpty)
            #expect(gate.pause(at: start)?.until == pause)
        }
        var gate = gate()
        let permits = (0..<2).compactMap { _ in gate.admit(.batchImage, at: start).permit }
        let forbidden = RequestGate.Outcome.failed(APIError(.forbidden, message: ""))
        #expect(gate.record(forbidden, for: permits[0], at: start, random: 0).count == 1)
        #expect(gate.record(.answered, for: permits[1], at: start, random: 0).isEmpty)
        #expect(gate.admit(.batchImage, at: start).permit == nil)
    }

    @Test func `403 pauses its endpoint alone, and twice in a row asks for the status`() throws {
        var gate = gate()
        let forbidden = RequestGate.Outcome.failed(APIError(.forbidden, message: "", status: 403))
        let permits = (0..<4).compactMap { _ in gate.admit(.batchImage, at: start).permit }
        let changes = permits.flatMap { gate.record(forbidden, for: $0, at: start, random: 0) }
        let until = start + .seconds(60)
        #expect(changes == [.paused(.forbidden(.batchImage), until: until)])
        #expect(gate.admit(.image, at: start).permit != nil)
        #expect(gate.pause(at: start) == nil)
        let probe = try #require(gate.admit(.batchImage, at: until).permit)
        #expect(gate.admit(.batchImage, at: until).permit == nil)
        #expect(gate.record(forbidden, for: probe, at: until, random: 0) == [.askStatus(.batchImage)])
        let held = gate.learn(permitted: false, for: .batchImage, at: until)
        let retry = until + .seconds(600)
        #expect(
            held == [
                .paused(.permissionMissing(.batchImage), until: retry)
            ])
        #expect(gate.pause(of: .batchImage, at: until)?.reason == .permissionMissing(.batchImage))
        let again = try #require(gate.admit(.batchImage, at: retry).permit)
        #expect(gate.record(forbidden, for: again, at: retry, random: 0).isEmpty)
        let last = try #require(gate.admit(.batchImage, at: retry + .seconds(600)).permit)
        #expect(
            gate.record(.answered, for: last, at: retry + .seconds(600), random: 0)
                == [.resumed(.permissionMissing(.batchImage))])
    }

    @Test func `a batch that is taken shows that its kind is permitted again`() throws {
        var gate = RequestGate()
        let forbidden = RequestGate.Outcome.failed(APIError(.forbidden, message: "", status: 403))
        let permit = try #require(gate.admit(.video, at: start).permit)
        _ = gate.record(forbidden, for: permit, at: start, random: 0)
        _ = gate.learn(permitted: false, for: .video, at: start)
        let batch = try #require(gate.admit(.batchVideo, at: start).permit)
        let changes = gate.record(.answered, for: batch, at: start, random: 0)
        #expect(changes == [.resumed(.permissionMissing(.video))])
        #expect(gate.admit(.video, at: start).permit != nil)
    }

    @Test func `403 with permission after all goes on with pauses`() throws {
        var gate = gate()
        let forbidden = RequestGate.Outcome.failed(APIError(.forbidden, message: "", status: 403))
        var now = start
        for round in 0..<5 {
            let permit = try #require(gate.admit(.image, at: now).permit)
            let changes = gate.record(forbidden, for: permit, at: now, random: 0)
            if round > 0 { #expect(changes == [.askStatus(.image)]) }
            #expect(gate.learn(permitted: true, for: .image, at: now).isEmpty)
            now += .seconds(60)
        }
        let permit = try #require(gate.admit(.image, at: now).permit)
        #expect(gate.record(.answered, for: permit, at: now, random: 0) == [.resumed(.forbidden(.image))])
    }

    @Test(arguments: [1, 7, 60, 100, 1_000, 10_000, 100_000])
    func `no hour has more than its requests, and all but a twentieth is used`(perHour: Int) {
        var gate = gate(perHour)
        var times: [Duration] = []
        var now = start
        while now < start + .seconds(3 * 3_600), times.count < 4 * perHour + 4 {
            switch gate.admit(.image, at: now) {
            case .go: times.append(now - start)
            case .wait(let until, let reason):
                #expect(reason == .hourlyBudget)
                now = max(until ?? now, now + .nanoseconds(1))
            }
        }
        for (index, time) in times.enumerated() where index + perHour < times.count {
            #expect(times[index + perHour] - time >= .seconds(3_600))
        }
        let used = Double(times.count { $0 >= .seconds(3_600) && $0 < .seconds(3 * 3_600) })
        #expect(used >= min(0.95 * 2, 2) * Double(perHour) - 1)
        let burst = times.prefix { $0 < .seconds(1) }.count
        #expect(burst <= max(1, perHour / 100) + perHour / 3_600 + 1)
    }

    @Test func `what goes unasked is taken off the budget`() {
        var gate = gate(60)
        gate.charge(at: start)
        #expect(gate.admit(.image, at: start).permit == nil)
    }

    @discardableResult
    private func fail(_ gate: inout RequestGate, _ error: APIError, random: Double = 0.5) -> [GateChange] {
        guard let permit = gate.admit(.image, at: start).permit else { return [] }
        return gate.record(.failed(error), for: permit, at: start, random: random)
    }
}

extension RequestGate.Admission {
    fileprivate var permit: RequestGate.Permit? {
        if case .go(let permit) = self { permit } else { nil }
    }
}
