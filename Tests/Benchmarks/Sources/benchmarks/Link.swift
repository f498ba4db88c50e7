import Foundation

/// A way to the API that is slow, long or lossy, the same in both directions.
struct Link: Hashable, Sendable {
    let megabits: Double
    /// There and back, in milliseconds, beyond what sending takes.
    let roundTrip: Double
    /// How many of 100 packets are lost.
    let loss: Double

    /// Those that every figure of a crossing is measured on.
    static let all = [
        Link(megabits: 20, roundTrip: 20, loss: 1), Link(megabits: 50, roundTrip: 200, loss: 0),
        Link(megabits: 2, roundTrip: 40, loss: 0), Link(megabits: 20, roundTrip: 200, loss: 1),
        Link(megabits: 2, roundTrip: 200, loss: 1),
    ]

    var name: String {
        let lost = loss > 0 ? ", \(decimal(loss)) % lost" : ""
        return "\(decimal(megabits)) Mbit/s, \(decimal(roundTrip)) ms\(lost)"
    }

    /// What may wait to be sent, in bytes: as much as the link sends in one round trip, and in 100 ms at the least.
    var queue: Double { megabits * 1e6 / 8 * max(roundTrip, 100) / 1000 }
}

/// A link, and the network that has it.
final class LinkEmulator {
    /// The machines of those who use the service have this algorithm for congestion control.
    private static let congestion = "cubic"

    private let program: RunningProgram

    init(_ link: Link, _ programs: Programs, log: String) throws {
        program = try RunningProgram(
            [
                programs.linkEmulator, "\(link.megabits * 1e6)", "\(link.roundTrip)", "\(link.loss)",
                "\(link.queue)", "1", Self.isKnown(Self.congestion) ? Self.congestion : "",
            ], log: log)
        _ = try program.line(with: "ready")
    }

    /// Why there can be no link on this machine; nil where there can.
    static var obstacle: String? {
        if getuid() != 0 { return "only root may make networks" }
        if access("/dev/net/tun", R_OK | W_OK) != 0 { return "there is no /dev/net/tun" }
        return nil
    }

    private static func isKnown(_ congestion: String) -> Bool {
        let names = try? String(
            contentsOfFile: "/proc/sys/net/ipv4/tcp_available_congestion_control", encoding: .utf8)
        return names?.split(whereSeparator: \.isWhitespace).contains { $0 == congestion } ?? false
    }

    /// What a program is started by that is to run in the link's network. It ends with the thread that starts it: it
    /// would keep the network, however this program ends.
    var entrance: [String] {
        [
            "/usr/bin/setpriv", "--pdeathsig", "KILL", "/usr/bin/nsenter",
            "--net=/proc/\(program.identifier)/ns/net", "--",
        ]
    }

    /// The address by which what listens on loopback is reached through the link.
    func farSide(of url: String) -> String { url.replacing("127.0.0.1", with: "10.0.117.2") }

    /// Ends it, and with it the network, once no program is left there.
    func end() { program.end() }

    /// Ends it.
    ///
    /// - Returns: the share of the packets to the server that it has lost on the way.
    func stop() throws -> Double {
        try program.stop()
        // "there: 6930 arrived, 90 lost, …"
        let numbers = try program.line(with: "there:").split { !$0.isNumber }.compactMap { Double($0) }
        guard numbers.count >= 2, numbers[0] + numbers[1] > 0 else { throw Failure("no packet came") }
        return numbers[1] / (numbers[0] + numbers[1])
    }
}
