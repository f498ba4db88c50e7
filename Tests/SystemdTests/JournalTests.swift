import Foundation
import TestSupport
import Testing
import WatchCore

extension OnSystemd {
    @Suite struct JournalTests {
        @Test func `journalctl -x explains an entry with what happened and what to do`() async throws {
            try await Box.with { box in
                try await box.setUp()
                let ai = Sample.with("ai", "photo.jpg")
                try box.drop(ai)
                try box.write("no image", to: "/srv/bitmind/inbox/.text")
                try await box.run("mv /srv/bitmind/inbox/.text /srv/bitmind/inbox/text.jpg")
                try await box.run("ln -s /etc/passwd /srv/bitmind/inbox/link")
                try await box.waitForEntry("BITMIND_EVENT=filed")
                try await box.waitForEntry("BITMIND_EVENT=failed")
                try await box.waitForEntry("BITMIND_EVENT=skipped")
                let told = try await box.run("journalctl --no-pager -x -u \(Box.unit)")
                for line in [
                    "Subject: bitmind-watch is ready", "Subject: A file was classified: ai",
                    "Subject: A file could not be classified: unsupported-type",
                    "Subject: An entry of the inbox was skipped", "  \(ai.place)",
                    "Nothing needs to be done.", "Repair or replace the file.",
                ] {
                    #expect(told.contains(line), "\(line)")
                }
                // A field that an entry lacks would stand there by its name.
                #expect(!told.contains("@BITMIND"))
            }
        }

        @Test func `no name forges an entry or a field, and its bytes are in the journal as they are`()
            async throws
        {
            try await Box.with { box in
                try await box.setUp()
                let sample = Sample.with("human", "photo.jpg")
                try Data(sample.bytes).write(to: URL(filePath: box.path("/srv/bitmind/.photo.jpg")))
                let names = [#"a\nBITMIND_VERDICT=ai\n.jpg"#, #"b\xff\xfe.jpg"#, #"c\e[2J\xe2\x80\xae.jpg"#]
                for name in names {
                    try await box.run(
                        """
                        cp /srv/bitmind/.photo.jpg /srv/bitmind/.one
                        mv /srv/bitmind/.one "/srv/bitmind/inbox/$(printf '%b' '\(name)')"
                        """)
                }
                try await box.wait(until: "test $(ls /srv/bitmind/human/*.jpg | wc -l) -ge 3")
                try await TestSupport.wait(until: "their entries") {
                    try await box.entries("MESSAGE_ID=\(EventKind.filed.messageID)").count == names.count
                }
                #expect(try await box.entries("BITMIND_VERDICT=ai").isEmpty)
                for (name, shown) in zip(
                    names, [#"a\nBITMIND_VERDICT=ai\n.jpg"#, #"b\xFF\xFE.jpg"#, #"c\u{1B}[2J\u{202E}.jpg"#])
                {
                    // By its raw bytes an entry is found, and by no others.
                    let ending = try await box.run(
                        """
                        journalctl --no-pager -o cat BITMIND_VERDICT=human \
                            "BITMIND_FILE=$(printf '%b' '\(name)')"
                        """)
                    #expect(ending.split(separator: "\n").count == 1)
                    #expect(ending.contains("  \(shown)  (image/jpeg, "), "\(ending)")
                }
            }
        }

        @Test func `10,000 files in a burst are 10,000 entries, and none is dropped`() async throws {
            try await Box.with { box in
                // Far below the rate of entries: only the unit's own setting keeps the journal from dropping
                // them.
                try await box.run(
                    """
                    mkdir -p /etc/systemd/journald.conf.d
                    printf '[Journal]\\nRateLimitIntervalSec=1min\\nRateLimitBurst=50\\n' \
                        >/etc/systemd/journald.conf.d/test.conf
                    systemctl restart systemd-journald
                    """)
                try await box.setUp()
                try await box.run("systemctl stop \(Box.unit)")
                let samples = (0..<10_000).map { Sample("\($0 / 500)/\($0).jpg", seed: UInt64($0)) }
                try box.drop(samples)
                try await box.start()
                try await box.waitUntilFiled(samples, atMost: .seconds(100))
                try await box.run("systemctl stop \(Box.unit)")
                let entries = try await box.entries("MESSAGE_ID=\(EventKind.filed.messageID)")
                #expect(entries.count == samples.count)
                #expect(Set(entries.compactMap { $0["BITMIND_FILE"] }) == Set(samples.map(\.path)))
                #expect(
                    try await box.run(
                        "journalctl -u systemd-journald --no-pager | grep -ci suppressed || true")
                        == "0")
            }
        }

        @Test func `while the journal hangs, filing goes on, and all is logged after it`() async throws {
            try await Box.with { box in
                try await box.setUp()
                let journal = try await box.run("systemctl show --value -p MainPID systemd-journald")
                try await box.run("kill -STOP \(journal)")
                // More than the journal's socket holds.
                let samples = (0..<1_500).map { Sample("\($0).jpg", seed: 20_000 + UInt64($0)) }
                try box.drop(samples)
                try await box.waitUntilFiled(samples)
                // Killed instead of resumed: its successor reads what it had not read yet.
                try await box.run("kill -KILL \(journal)")
                try await box.wait(until: "systemctl is-active systemd-journald")
                try await TestSupport.wait(until: "each file has its entry") {
                    try await box.entries("BITMIND_EVENT=filed").count == samples.count
                }
                #expect(
                    Set(try await box.entries("BITMIND_EVENT=filed").compactMap { $0["BITMIND_FILE"] })
                        == Set(samples.map(\.path)))
            }
        }

        @Test func `a stop is no longer than its time, though the journal hangs`() async throws {
            try await Box.with { box in
                try await box.setUp()
                let journal = try await box.run("systemctl show --value -p MainPID systemd-journald")
                try await box.run("kill -STOP \(journal)")
                let samples = (0..<400).map { Sample("\($0).jpg", seed: 30_000 + UInt64($0)) }
                try box.drop(samples)
                try await box.waitUntilFiled(samples)
                try await box.run("systemctl stop \(Box.unit)")
                #expect(try await box.property("Result") == "success")
                try await box.run("kill -CONT \(journal)")
                // Entries without room in the socket are lost, and that is reported. Selected by the
                // program's name: the journal cannot determine the unit of a process that has ended.
                let all = "journalctl --sync; journalctl --no-pager -o cat -t bitmind-watch"
                try await box.wait(
                    until: "\(all) | grep -q 'entries are lost: the journal did not accept them'")
                let lines = try await box.run(all).split(separator: "\n")
                let filed = lines.count { $0.contains("  (image/jpeg, ") }
                let loss = try #require(lines.first { $0.contains("entries are lost") })
                let lost = try #require(Int(loss.prefix { $0 != " " }))
                // Besides: "stopping" and "stopped".
                #expect((0...2).contains(filed + lost - samples.count), "\(filed) told, \(lost) lost")
            }
        }

        @Test func `a unit that follows the journal acts on each file that is AI, once`() async throws {
            try await Box.with { box in
                try await box.setUp()
                let examples = "/usr/share/doc/bitmind-watch/examples"
                try await box.run(
                    """
                    cp \(examples)/bitmind-on-ai.service /etc/systemd/system/
                    install \(examples)/bitmind-on-verdict /usr/local/bin/
                    systemctl enable --now bitmind-on-ai
                    """)
                let files = (0..<3).map { Sample.with("ai", "photo \($0).jpg", from: UInt64(100 * $0)) }
                // It begins with the entries after its first start.
                try await box.wait(until: "test -s /var/lib/bitmind-on-ai/cursor.begin")
                try box.drop(files[0], Sample.with("human", "scan.jpg"))
                let told = "journalctl --sync; journalctl --no-pager -o cat -t bitmind-on-ai"
                try await box.wait(until: "\(told) | grep -q 'photo 0'")
                // Events during the outage are logged afterwards.
                try await box.run("systemctl stop bitmind-on-ai")
                try box.drop(files[1])
                try await box.waitUntilFiled(files[1])
                try await box.run("systemctl start bitmind-on-ai")
                try await box.wait(until: "\(told) | grep -q 'photo 1'")
                try box.drop(files[2])
                try await box.wait(until: "\(told) | grep -q 'photo 2'")
                let lines = try await box.run("\(told) | grep 'made by AI'").split(separator: "\n")
                #expect(lines == files.map { "made by AI: \($0.place)" })
            }
        }

        @Test func `the metrics come where node_exporter reads them, and promtool takes them`() async throws {
            try await Box.with { box in
                let folder = "/var/lib/prometheus/node-exporter"
                try await box.setUp(
                    configuration: "[metrics]\ntextfile = \"\(folder)/bitmind-watch.prom\"")
                try await box.run(
                    """
                    mkdir -p \(folder) /etc/systemd/system/\(Box.unit).d
                    setfacl --modify user:bitmind-watch:rwx \(folder)
                    cp /usr/share/doc/bitmind-watch/examples/metrics.conf /etc/systemd/system/\(Box.unit).d/
                    systemctl daemon-reload
                    systemctl restart \(Box.unit)
                    """)
                try box.drop(Sample.with("ai", "photo.jpg"))
                try await box.run(
                    "echo text >/srv/bitmind/.text; mv /srv/bitmind/.text /srv/bitmind/inbox/text.jpg")
                let file = "\(folder)/bitmind-watch.prom"
                try await box.wait(
                    until:
                        "grep -q 'files_failed_total{code=\"unsupported-type\",inbox=\"/srv/bitmind/inbox\"} 1' \(file)"
                )
                try await box.wait(
                    until:
                        "grep -q 'files_filed_total{inbox=\"/srv/bitmind/inbox\",verdict=\"ai\"} 1' \(file)")
                #expect(try await box.run("promtool check metrics <\(file) 2>&1") == "")
                #expect(try await box.run("stat -c %a \(file)") == "644")
            }
        }
    }
}
