import Glibc
import TestSupport
import Testing

@testable import BitMind

/// A network that falls silent, and comes back: when its connections are given up.
@Suite(.timeLimit(.minutes(1)), .holds(descriptors: 10))
struct SilenceTests {
    private static let start = ContinuousClock.now

    /// A connection that the network stopped carrying at second 0, looked at each second.
    private struct Connection {
        var rule = SilenceRule()
        /// When the network is back; nil for never.
        let back: Int?
        let isSending: Bool
        /// From when on the kernel waits for longer than the rule allows: it doubles its wait each time.
        var retransmission: (Int) -> Duration = { .seconds(max(0.2, Double($0) / 2)) }

        /// What the kernel reports at a second.
        func state(_ second: Int) -> TCPState {
            // A keepalive probe every three seconds. Resent data arrives too late to matter here.
            let isBack = back.map { second > $0 + 3 } ?? false
            return TCPState(
                acknowledgedBytes: 1_000, isUnacknowledged: isSending,
                nextRetransmission: retransmission(second),
                sinceAcknowledged: .seconds(!isSending && isBack ? 1 : second))
        }

        /// The second at which it is given up, and whether its address was probed before.
        mutating func end(within limit: Int) -> (second: Int?, probed: Bool) {
            var (answered, probed): (ContinuousClock.Instant?, Bool) = (nil, false)
            for second in 0...limit {
                let now = SilenceTests.start + .seconds(second)
                switch rule.next(state(second), answered: answered, at: now) {
                case .wait: break
                case .probe:
                    probed = true
                    if let back, second > back { answered = now }
                case .giveUp: return (second, probed)
                }
            }
            return (nil, probed)
        }
    }

    @Test(arguments: [20, 60, 100])
    func `a connection that stands still is given up within 15 s of the network's return`(back: Int) throws {
        for isSending in [true, false] {
            var connection = Connection(back: back, isSending: isSending)
            let second = try #require(connection.end(within: 200).second)
            #expect(second > back && second <= back + 15, "\(isSending)")
        }
    }

    @Test func `as long as the network is silent, nothing is given up, but its address is probed`() {
        for isSending in [true, false] {
            var connection = Connection(back: nil, isSending: isSending)
            let end = connection.end(within: 1_000)
            #expect(end.second == nil && end.probed)
        }
    }

    @Test func `a short silence ends no upload: the kernel soon sends again`() {
        var connection = Connection(back: 4, isSending: true, retransmission: { _ in .seconds(6.4) })
        #expect(connection.end(within: 40).second == nil)
    }

    @Test func `a server that takes an hour is not given up: its kernel answers each probe`() {
        var rule = SilenceRule()
        for second in 0...3_600 {
            let state = TCPState(
                acknowledgedBytes: 1_000, isUnacknowledged: false, nextRetransmission: .milliseconds(200),
                sinceAcknowledged: .seconds(second % 5))
            let now = Self.start + .seconds(second)
            #expect(rule.next(state, answered: now, at: now) == .wait)
        }
    }

    @Test func `an answer that an older probe got says nothing of a silence that came later`() {
        var rule = SilenceRule()
        let now = Self.start + .seconds(1_000)
        let state = TCPState(
            acknowledgedBytes: 1, isUnacknowledged: true, nextRetransmission: .seconds(25),
            sinceAcknowledged: .seconds(30))
        #expect(rule.next(state, answered: now - .seconds(25), at: now) == .probe)
        #expect(rule.next(state, answered: now - .seconds(5), at: now) == .giveUp(.seconds(30)))
    }

    @Test func `an address that listens, or refuses, has answered; one probe asks for all`() async throws {
        let server = try ScriptedServer { _ in }
        let client = try connectedSocket(to: server.port)
        defer { close(client) }
        let address = try #require(SocketAddress(ofPeer: client))
        let paths = PathWatch()
        #expect(paths.answered(address) == nil)
        let now = ContinuousClock.now
        #expect(paths.beginProbe(address, at: now) && !paths.beginProbe(address, at: now + .seconds(1)))
        #expect(paths.beginProbe(address, at: now + .seconds(3)))
        let probe = try #require(PathProbe(address, at: now))
        #expect(try await eventually { probe.result(at: .now) == true })
        paths.noteAnswer(address, at: now)
        #expect(paths.answered(address) == now)
        #expect(SocketAddress(ofPeer: -1) == nil)
        #expect(TCPState(client)?.isUnacknowledged == false)
    }

    private func connectedSocket(to port: UInt16) throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = port.bigEndian
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(code == 0)
        return descriptor
    }
}
