import Foundation
import TestSupport
import Testing

extension OnSystemd {
    @Suite struct RestartTests {
        /// So many that they are not all filed at once, and all their expected places are known.
        private let samples = (0..<40).map { Sample("photo-\($0).jpg", seed: 7_000 + UInt64($0)) }

        /// Shorter times than an operator needs.
        private func hasten(_ box: Box, _ lines: String) async throws {
            try await box.run("mkdir -p /etc/systemd/system/\(Box.unit).d")
            try box.write("[Service]\n\(lines)\n", to: "/etc/systemd/system/\(Box.unit).d/test.conf")
            try await box.run("systemctl daemon-reload; systemctl restart \(Box.unit)")
        }

        /// Each file is in one place: in the inbox, or filed with its sidecar.
        private func expectEachInOnePlace(_ box: Box) {
            for sample in samples {
                let waits = box.exists("/srv/bitmind/inbox/\(sample.path)")
                let isFiled = box.exists(sample.place)
                #expect(waits != isFiled, "\(sample.path)")
                if isFiled { #expect(box.exists(sample.place + ".json")) }
            }
        }

        @Test func `a process that hangs is killed by the watchdog, restarted, and goes on`() async throws {
            try await Box.with { box in
                try await box.setUp()
                try await hasten(box, "WatchdogSec=5s\nRestartSec=100ms")
                let hung = try await box.property("MainPID")
                try await box.run("kill -STOP \(hung)")
                try box.drop(samples)
                try await box.wait(until: "test $(systemctl show --value -p NRestarts \(Box.unit)) -ge 1")
                try await box.waitUntilFiled(samples)
                #expect(try await box.property("MainPID") != hung)
                let manager = try await box.run("journalctl --no-pager -o cat _PID=1 UNIT=\(Box.unit)")
                #expect(manager.contains("Watchdog timeout"))
                try await TestSupport.wait(until: "each file has its entry") {
                    try await box.entries("BITMIND_EVENT=filed").count == samples.count
                }
            }
        }

        @Test func `a quiet service outlives many watchdog intervals`() async throws {
            try await Box.with { box in
                try await box.setUp()
                try await hasten(box, "WatchdogSec=4s")
                let process = try await box.property("MainPID")
                let first = try #require(Int(try await box.property("WatchdogTimestampMonotonic")))
                // Signs of life, in microseconds.
                try await box.wait(
                    until: """
                        test $(systemctl show --value -p WatchdogTimestampMonotonic \(Box.unit)) -ge \(first + 12_000_000)
                        """)
                #expect(try await box.property("MainPID") == process)
                #expect(try await box.property("NRestarts") == "0")
            }
        }

        @Test func `stopped amid work it ends well and in time, and goes on at the next start`() async throws
        {
            try await Box.with { box in
                try await box.setUp(
                    simulator: "--latency 500ms",
                    configuration: "[upload]\nbatch = \"off\"\nconcurrency = 2")
                try box.drop(samples)
                // Seen at once: by the time it is in the journal, all might be filed.
                try await TestSupport.wait(until: "one is filed") {
                    samples.contains { box.exists($0.place) }
                }
                try await box.run("systemctl stop \(Box.unit)")
                #expect(try await box.property("Result") == "success")
                #expect(try await box.property("ExecMainStatus") == "0")
                #expect(try await box.entries("BITMIND_EVENT=stopping").count == 1)
                #expect(try await box.entries("BITMIND_EVENT=stopped").count == 1)
                expectEachInOnePlace(box)
                #expect(samples.contains { box.exists("/srv/bitmind/inbox/\($0.path)") }, "it was amid work")
                try await box.start()
                try await box.waitUntilFiled(samples)
                expectEachInOnePlace(box)
            }
        }

        @Test func `killed amid work it is started again, and no file is lost`() async throws {
            try await Box.with { box in
                try await box.setUp(
                    simulator: "--latency 300ms",
                    configuration: "[upload]\nbatch = \"off\"\nconcurrency = 4")
                try await hasten(box, "RestartSec=100ms")
                try box.drop(samples)
                try await box.waitForEntry("BITMIND_EVENT=filed")
                try await box.run("systemctl kill --signal=KILL \(Box.unit)")
                try await box.wait(until: "test $(systemctl show --value -p NRestarts \(Box.unit)) = 1")
                try await box.waitUntilFiled(samples)
                expectEachInOnePlace(box)
            }
        }

        @Test func `after power-off and boot it is there again, and files what waited`() async throws {
            try await Box.with { box in
                try await box.setUp(simulator: "--answer-status 503")
                try await box.run("systemctl enable \(Box.unit)")
                try box.drop(samples)
                try await box.waitForEntry("BITMIND_EVENT=api-unavailable")
                try await box.reboot()
                #expect(try await box.property("ActiveState") == "active")
                // A boot's own: systemd stopped the service of the boot before, in order.
                #expect(try await box.entries("-b -1 BITMIND_EVENT=stopped").count == 1)
                try await box.startSimulator()
                try await box.waitUntilFiled(samples)
                try await TestSupport.wait(until: "each file has its entry") {
                    try await box.entries("-b 0 BITMIND_EVENT=filed").count == samples.count
                }
                expectEachInOnePlace(box)
            }
        }
    }
}
