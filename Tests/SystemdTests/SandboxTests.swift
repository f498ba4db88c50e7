import Foundation
import Testing

extension OnSystemd {
    @Suite struct SandboxTests {
        @Test func `under the sandbox a filing is a rename, and the file's owner, mode and times stay`()
            async throws
        {
            try await Box.with { box in
                try await box.setUp()
                try await box.run("systemctl stop \(Box.unit)")
                let sample = Sample.with("ai", "sub/photo.jpg")
                try box.drop(sample)
                try await box.run("chmod 0664 /srv/bitmind/inbox/sub/photo.jpg")
                let facts = "stat -c '%i %U %G %a %y'"
                let before = try await box.run("\(facts) /srv/bitmind/inbox/sub/photo.jpg")
                try await box.start()
                try await box.waitUntilFiled(sample)
                #expect(try await box.run("\(facts) \(sample.place)") == before)
            }
        }

        @Test func `systemd rates its exposure at 1.4 at most`() async throws {
            try await Box.with { box in
                try await box.setUp()
                let rated = try await box.attempt(
                    "systemd-analyze security --threshold=14 --no-pager \(Box.unit)")
                #expect(rated.code == 0, "\(rated.output.suffix(200))")
            }
        }

        @Test func `it runs as its own user with three capabilities, and the kernel filters its calls`()
            async throws
        {
            try await Box.with { box in
                try await box.setUp()
                let process = try await box.property("MainPID")
                let lines = try await box.run("cat /proc/\(process)/status").split(separator: "\n")
                let status = Dictionary(
                    lines.compactMap { line -> (String, String)? in
                        let parts = line.split(separator: ":\t", maxSplits: 1)
                        return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
                    }, uniquingKeysWith: { first, _ in first })
                #expect(status["NoNewPrivs"] == "1" && status["Seccomp"] == "2")
                // CAP_DAC_OVERRIDE is number 1, CAP_FOWNER 3, CAP_LEASE 28.
                for set in ["CapEff", "CapPrm", "CapBnd"] {
                    #expect(status[set] == "000000001000000a", "\(set)")
                }
                // Programs that it starts get none of them.
                #expect(status["CapAmb"] == "0000000000000000")
                let user = try await box.run("id -u bitmind-watch")
                #expect(status["Uid"]?.split(separator: "\t").allSatisfy { $0 == user } == true)
            }
        }

        @Test func `media in another place work with the example's drop-in`() async throws {
            try await Box.with { box in
                try await box.setUp()
                try await box.run(
                    """
                    install -d -o bitmind-watch -g bitmind-watch /mnt/media /mnt/media/inbox
                    mkdir /etc/systemd/system/\(Box.unit).d
                    cp /usr/share/doc/bitmind-watch/examples/media-folder.conf /etc/systemd/system/\(Box.unit).d/
                    sed -i s,/srv/bitmind,/mnt/media, /etc/bitmind-watch/config.toml
                    systemctl daemon-reload
                    systemctl restart \(Box.unit)
                    """)
                let sample = Sample.with("human", "photo.jpg")
                // Looked at before it is there for the service, which may have moved it by then.
                try Data(sample.bytes).write(to: URL(filePath: box.path("/mnt/media/photo.jpg")))
                let inode = try await box.run("stat -c %i /mnt/media/photo.jpg")
                try await box.run("mv /mnt/media/photo.jpg /mnt/media/inbox/")
                try await box.wait(until: "test -e /mnt/media/human/photo.jpg")
                #expect(try await box.run("stat -c %i /mnt/media/human/photo.jpg") == inode)
            }
        }

        @Test func `the checking script takes no other argument than its own`() async throws {
            try await Box.with { box in
                try await box.setUp()
                let check = "/usr/share/doc/bitmind-watch/examples/bitmind-check"
                for arguments in ["'|e touch /forged|'", "--online --online", "'--online\nUser=root'", "''"] {
                    let ending = try await box.attempt("\(check) \(arguments)")
                    #expect(ending.code == 64 && ending.errors.contains("usage: "), "\(arguments): \(ending)")
                }
                #expect(!box.exists("/forged"))
                #expect(!box.exists("/run/systemd/system/bitmind-watch-check.service"))
            }
        }

        @Test func `check finds all fit as the unit's user in the unit's sandbox, and says what is not`()
            async throws
        {
            try await Box.with { box in
                try await box.setUp()
                let check = "/usr/share/doc/bitmind-watch/examples/bitmind-check --online"
                let lines = try await box.run(check).split(separator: "\n")
                #expect(lines.count >= 10 && lines.allSatisfy { $0.hasPrefix("ok ") }, "\(lines)")
                #expect(lines.contains { $0.contains("CAP_LEASE") })
                #expect(try await box.property("ActiveState") == "active")
                #expect(!box.exists("/run/systemd/system/bitmind-watch-check.service"))

                try await box.run("chmod 0555 /srv/bitmind/ai && chown root /srv/bitmind/ai")
                let ending = try await box.attempt(check)
                #expect(ending.code == 1)
                let problems = ending.output.split(separator: "\n").filter { $0.hasPrefix("problem ") }
                #expect(
                    !problems.isEmpty && problems.allSatisfy { $0.contains("/srv/bitmind/ai") }, "\(problems)"
                )
            }
        }
    }
}
