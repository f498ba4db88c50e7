import Foundation
import TestSupport
import Testing

/// The service on a real systemd: installed, and observed through systemd and the journal.
///
/// Each test has its own box. They run one after the other, because each box is a whole system.
@Suite("On a real systemd", .serialized, .needsRoot("to boot a systemd of its own"))
enum OnSystemd {}

extension OnSystemd {
    @Suite struct InstallTests {
        @Test func `what is dropped after the installation is filed, and logged`() async throws {
            try await Box.with { box in
                try await box.setUp()
                #expect(try await box.property("ActiveState") == "active")
                let ai = Sample.with("ai", "trip/photo.jpg")
                let human = Sample.with("human", "scan.jpg")
                try box.drop(ai, human)
                try await box.waitUntilFiled(ai, human)
                let entry = try await box.waitForEntry("BITMIND_VERDICT=ai")
                #expect(entry["BITMIND_FILE"] == ai.path)
                #expect(entry["BITMIND_DESTINATION"] == ai.place)
                #expect(entry["_SYSTEMD_UNIT"] == Box.unit && entry["PRIORITY"] == "6")
                #expect(try await box.waitForEntry("BITMIND_VERDICT=human")["BITMIND_FILE"] == human.path)
                try await box.wait(
                    until: "systemctl show -p StatusText \(Box.unit) | grep -q '2 filed (1 ai, 1 human)'")
            }
        }

        @Test func `the installation says what comes next, and the service may be started by it`()
            async throws
        {
            try await Box.with { box in
                let said = try await box.run(Box.script)
                for next in [
                    "/etc/credstore/bitmind-watch.client-id", "/etc/bitmind-watch/config.toml",
                    "systemctl enable --now bitmind-watch",
                ] {
                    #expect(said.contains(next))
                }
                // No warning of systemd about the installed files, in the place where it reads them.
                #expect(
                    try await box.run("systemd-analyze verify --man=yes bitmind-watch.service 2>&1") == "")
                #expect(
                    try await box.run("systemctl show -p FragmentPath --value bitmind-watch").hasPrefix("/"))
                #expect(try await box.run("systemctl is-enabled bitmind-watch || true") == "disabled")
                #expect(try await box.run("bitmind-watch --version").hasPrefix("bitmind-watch "))
                for page in [
                    "1 bitmind-watch", "8 bitmind-watch", "5 bitmind-watch.toml", "1 bitmind-simulator",
                ] {
                    #expect(try await box.run("man --where \(page)").hasPrefix("/usr/share/man/"))
                }
            }
        }

        @Test func `an edited configuration is kept, an untouched one follows the version`() async throws {
            try await Box.with { box in
                let configuration = "/etc/bitmind-watch/config.toml"
                let example = "/usr/share/doc/bitmind-watch/examples/bitmind-watch.toml"
                try await box.run(Box.script)
                let current = try box.text(of: configuration)
                // As installed by an earlier version, and never changed.
                for file in [configuration, example] { try box.write("# of old\n" + current, to: file) }
                try await box.run(Box.script)
                #expect(try box.text(of: configuration) == current)

                try box.write(current + "# ours\n", to: configuration)
                #expect(try await box.run(Box.script).contains("stays as it is"))
                #expect(try box.text(of: configuration) == current + "# ours\n")
                #expect(try box.text(of: example) == current)
            }
        }

        @Test func `installing again restarts a running service, and starts no stopped one`() async throws {
            try await Box.with { box in
                try await box.run(Box.script)
                #expect(try await box.property("ActiveState") == "inactive")
                try await box.setUp()
                let before = try await box.property("MainPID")
                try await box.run(Box.script)
                #expect(try await box.property("ActiveState") == "active")
                #expect(try await box.property("MainPID") != before)
            }
        }

        @Test func `droppers drop and read, readers of results take away, others see nothing`() async throws {
            try await Box.with { box in
                try await box.setUp()
                try await box.run(Self.users)
                let sample = Sample.with("ai", "of-alice.jpg")
                try Data(sample.bytes).write(to: URL(filePath: box.path("/tmp/of-alice.jpg")))
                try await box.run("runuser -u alice -- mkdir /srv/bitmind/inbox/sub")
                try await box.run("runuser -u alice -- cp /tmp/of-alice.jpg /srv/bitmind/inbox/sub/")
                let place = "/srv/bitmind/ai/sub/of-alice.jpg"
                try await box.wait(until: "test -e \(place)")
                #expect(try await box.run("stat -c %U \(place)") == "alice")
                for user in ["alice", "carol"] {
                    try await box.run("runuser -u \(user) -- cat \(place) \(place).json >/dev/null")
                }
                #expect(try await box.attempt("runuser -u bob -- ls /srv/bitmind/ai").code != 0)
                #expect(try await box.attempt("runuser -u carol -- ls /srv/bitmind/inbox").code != 0)
                for command in Self.forbidden {
                    #expect(try await box.attempt("runuser -u alice -- \(command)").code != 0, "\(command)")
                }
                try await box.run(
                    "runuser -u carol -- sh -c 'mkdir /tmp/taken && mv \(place) \(place).json /tmp/taken/'")
            }
        }

        private static let users = """
            useradd --groups bitmind-watch alice
            id mallory >/dev/null 2>&1 || useradd mallory; usermod --append --groups bitmind-watch mallory
            useradd --groups bitmind-results carol
            useradd bob
            """

        /// What a dropper may not do with results, nor with the service's own.
        private static let forbidden = [
            "rm /srv/bitmind/ai/sub/of-alice.jpg", "rm /srv/bitmind/ai/sub/of-alice.jpg.json",
            "mv /srv/bitmind/ai/sub /srv/bitmind/ai/other", "touch /srv/bitmind/human/forged.jpg",
            "mkdir /srv/bitmind/failed/sub", "touch /srv/bitmind/ai/sub/forged.jpg.json",
            "mv /srv/bitmind/ai/.bitmind-watch /srv/bitmind/ai/.away", "ls /srv/bitmind/ai/.bitmind-watch",
            "sh -c 'echo {} >>/srv/bitmind/ai/sub/of-alice.jpg.json'",
        ]

        @Test func `a dropper cannot take, rename or replace what another dropped`() async throws {
            try await Box.with { box in
                try await box.setUp()
                try await box.run("systemctl stop \(Box.unit)")
                try await box.run(Self.users)
                try await box.run(
                    """
                    cd /srv/bitmind/inbox; runuser -u alice -- touch photo.jpg
                    runuser -u alice -- mkdir trip; runuser -u alice -- touch trip/inner.jpg
                    """)
                for command in [
                    "rm photo.jpg", "mv photo.jpg mine.jpg", "mv trip mine", "rm -r trip",
                    "rm trip/inner.jpg",
                ] {
                    let ending = try await box.attempt(
                        "cd /srv/bitmind/inbox; runuser -u mallory -- \(command) </dev/null")
                    #expect(ending.code != 0, "\(command)")
                }
                #expect(try await box.run("cd /srv/bitmind/inbox; ls -R | grep -c jpg") == "2")
            }
        }

        @Test func `folders of an earlier version are changed, those that somebody made otherwise stay`()
            async throws
        {
            try await Box.with { box in
                // As made by the first version, with the files it had filed.
                try await box.run(
                    """
                    useradd --system --user-group bitmind-watch
                    cd /; install -d /srv/bitmind; cd /srv/bitmind
                    install -d -m 2770 -o bitmind-watch -g bitmind-watch inbox ai human
                    install -d -m 2775 -o root -g bitmind-watch failed
                    setfacl -m default:group:bitmind-watch:rwx inbox ai human
                    install -d -m 2770 -o bitmind-watch -g bitmind-watch ai/trip
                    install -m 640 -o bitmind-watch -g bitmind-watch /dev/null ai/trip/old.jpg
                    useradd mallory; install -m 600 /dev/null /etc/of-root; install -m 600 /dev/null /srv/of-root
                    install -d -o mallory ai/trip/mine; install -m 644 /dev/null ai/trip/mine/inner.jpg
                    ln -s /etc/of-root ai/trip/link.jpg; ln -s /etc/of-root ai/trip/mine/link.jpg
                    ln /srv/of-root ai/trip/second.jpg; ln -s /etc ai/trip/folder
                    """)
                try await box.setUp()
                try await box.run(Self.users)
                #expect(
                    try await box.run("stat -c %a /srv/bitmind/inbox /srv/bitmind/failed") == "3770\n2775")
                #expect(
                    try await box.attempt("runuser -u alice -- rm /srv/bitmind/ai/trip/old.jpg").code != 0)
                #expect(try await box.attempt("runuser -u alice -- touch /srv/bitmind/human/new").code != 0)
                // Nothing outside of the folders, and nothing in another user's folder, was changed.
                let others =
                    "/etc /etc/of-root /srv/of-root /srv/bitmind/ai/trip/mine /srv/bitmind/ai/trip/mine/inner.jpg"
                #expect(try await box.run("getfacl -cp \(others)").contains("bitmind-results") == false)
                try await box.run("runuser -u alice -- cat /srv/bitmind/ai/trip/old.jpg")
                try await box.run(
                    "runuser -u carol -- sh -c 'cat /srv/bitmind/ai/trip/old.jpg && rm /srv/bitmind/ai/trip/old.jpg'"
                )
                try await box.run(Box.script)
                #expect(
                    try await box.run("stat -c %a /srv/bitmind/inbox /srv/bitmind/failed") == "3770\n2775")
                let sample = Sample.with("ai", "trip/new.jpg")
                try box.drop(sample)
                try await box.waitUntilFiled(sample)
            }
        }

        @Test func `taking it back leaves configuration, credentials and media, and nothing else`()
            async throws
        {
            try await Box.with { box in
                try await box.run("touch /before")
                try await box.setUp()
                try await box.run("systemctl enable \(Box.unit)")
                let sample = Sample.with("ai", "photo.jpg")
                try box.drop(sample)
                try await box.waitUntilFiled(sample)
                try await box.run("\(Box.script) --uninstall")
                // The system's own lists of users, indexes and states change as they like.
                let left = try await box.run(
                    """
                    find /usr /etc /srv /var/lib -xdev ! -type d -cnewer /before ! -path '/var/lib/systemd/*' \
                        ! -path '/etc/*passwd*' ! -path '/etc/*group*' ! -path '/etc/*shadow*' \
                        ! -path '/etc/.pwd.lock' ! -path '*/.staging*' | sort
                    """)
                #expect(
                    left.split(separator: "\n") == [
                        "/etc/bitmind-watch/config.toml", "/etc/credstore/bitmind-watch.client-id",
                        "/etc/credstore/bitmind-watch.client-secret", "/srv/bitmind/ai/photo.jpg",
                        "/srv/bitmind/ai/photo.jpg.json",
                    ])
                #expect(try await box.run("systemctl show -p LoadState --value \(Box.unit)") == "not-found")
                #expect(try await box.run("systemctl --failed --plain --no-legend") == "")
                #expect(try await box.attempt("\(Box.script) --uninstall").code == 0, "a second time as well")
            }
        }

        @Test func `DESTDIR takes all of it, and nothing goes past it`() async throws {
            try await Box.with { box in
                try await box.run("touch /before; DESTDIR=/stage PREFIX=/usr/local \(Box.script)")
                let files = try await box.run("cd /stage && find . -type f | sort").split(separator: "\n")
                for file in [
                    "./etc/bitmind-watch/config.toml", "./usr/local/bin/bitmind-watch",
                    "./usr/local/lib/systemd/system/bitmind-watch.service",
                    "./usr/local/lib/systemd/catalog/bitmind-watch.catalog",
                    "./usr/local/lib/sysusers.d/bitmind-watch.conf",
                    "./usr/local/share/man/man8/bitmind-watch.8",
                    "./usr/local/share/zsh/site-functions/_bitmind-watch",
                ] {
                    #expect(files.contains(Substring(file)), "\(file)")
                }
                let unit = try box.text(of: "/stage/usr/local/lib/systemd/system/bitmind-watch.service")
                #expect(unit.contains("ExecStart=/usr/local/bin/bitmind-watch run\n"))
                #expect(try await box.run("find /usr /etc /srv -xdev -newer /before") == "")
                try await box.run("DESTDIR=/stage PREFIX=/usr/local \(Box.script) --uninstall")
                #expect(try await box.run("find /stage -type f") == "/stage/etc/bitmind-watch/config.toml")
            }
        }

        @Test func `in /usr/local it works as well`() async throws {
            try await Box.with { box in
                try await box.run("PREFIX=/usr/local \(Box.script)")
                try await box.setCredentials(id: "client-1", secret: "secret-1")
                try box.configure()
                try await box.startSimulator()
                try await box.start()
                let sample = Sample.with("human", "photo.jpg")
                try box.drop(sample)
                try await box.waitUntilFiled(sample)
                try await box.waitForEntry("BITMIND_VERDICT=human")
                let told = try await box.run(
                    "journalctl --sync; journalctl -x -u \(Box.unit) BITMIND_VERDICT=human")
                #expect(told.contains("Subject: A file was classified: human"))
            }
        }
    }
}
