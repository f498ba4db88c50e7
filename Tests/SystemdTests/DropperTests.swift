import BitMindAPI
import Foundation
import Testing

extension OnSystemd {
    /// What people drop, with real users, in the installation as it comes (decision 0016).
    @Suite struct DropperTests {
        /// A way to put one file, or a folder with it, into the inbox. `$1` is a file, `$2` a unique name.
        /// Afterwards the file is `$2` below the inbox, or in a folder of that name.
        private static let ways: [(name: String, script: String)] = [
            ("cp", "cp $1 /srv/bitmind/inbox/$2.png"),
            ("cp -r", "mkdir -p $2/sub; cp $1 $2/sub; cp -r $2 /srv/bitmind/inbox/"),
            ("cp -a", "mkdir -p $2/sub; cp $1 $2/sub; cp -a $2 /srv/bitmind/inbox/"),
            ("mv of a folder", "mkdir $2; cp $1 $2; mv $2 /srv/bitmind/inbox/"),
            ("mv of a private file", "cp $1 $2.png; chmod 600 $2.png; mv $2.png /srv/bitmind/inbox/"),
            ("cp -p of a private file", "cp $1 $2.png; chmod 400 $2.png; cp -p $2.png /srv/bitmind/inbox/"),
            ("a private folder", "mkdir -m 700 /srv/bitmind/inbox/$2; cp $1 /srv/bitmind/inbox/$2/"),
            ("a sticky folder", "mkdir -m 1777 /srv/bitmind/inbox/$2; cp $1 /srv/bitmind/inbox/$2/"),
            ("a folder that is read-only", "mkdir $2; cp $1 $2; chmod 555 $2; cp -rp $2 /srv/bitmind/inbox/"),
            ("tar", "mkdir $2; cp $1 $2; tar c $2 | tar x -C /srv/bitmind/inbox"),
            ("install", "install -D -m 600 $1 /srv/bitmind/inbox/$2/file.png"),
        ]

        @Test func `a file from a dropper or root is filed, by each way and with each umask`()
            async throws
        {
            try await Box.with { box in
                try await box.setUp()
                try await box.run("useradd -m --groups bitmind-watch alice; mkdir -m 755 /samples")
                var count: UInt64 = 0
                var expected: [String] = []
                for user in ["alice", "root"] {
                    for umask in ["022", "027", "077"] {
                        var lines = ["set -e; umask \(umask); cd $(mktemp -d)"]
                        for way in Self.ways {
                            count += 1
                            let sample = Sample("\(count).png", .png, seed: 70_000 + count)
                            let place = box.path("/samples/\(sample.path)")
                            try Data(sample.bytes).write(to: URL(filePath: place))
                            lines.append(
                                "set -- /samples/\(sample.path) way\(count); \(way.script)")
                            expected.append("\(way.name), \(user), \(umask): way\(count)")
                        }
                        try await box.run("chmod 644 /samples/*")
                        try await box.run("runuser -u \(user) -- bash", input: lines.joined(separator: "\n"))
                    }
                }
                do {
                    try await box.wait(until: "test $(find /srv/bitmind/inbox -name '*.png' | wc -l) = 0")
                } catch {}
                let filed = try await box.run("find /srv/bitmind/ai /srv/bitmind/human -name '*.png'")
                let left = expected.filter { line in
                    let name = line.split(separator: " ").last ?? ""
                    return !filed.contains("/\(name)/") && !filed.contains("/\(name).png")
                }
                #expect(left.isEmpty)
                #expect(try await box.entries("BITMIND_EVENT=unmovable").isEmpty)
                #expect(try await box.entries("BITMIND_EVENT=unreadable").isEmpty)
                // Owner and mode stay.
                #expect(
                    try await box.run(
                        "find /srv/bitmind/ai /srv/bitmind/human -name '*.png' -user alice | wc -l")
                        == "\(3 * Self.ways.count)")
            }
        }

        @Test func `the capabilities reach no file of somebody else's, by a link or a mount`() async throws {
            try await Box.with { box in
                try await box.setUp()
                let secret = Sample.with("ai", "secret.jpg")
                try Data(secret.bytes).write(to: URL(filePath: box.path("/srv/bitmind/secret.jpg")))
                try await box.run(
                    """
                    useradd -m bob; useradd -m --groups bitmind-watch mallory
                    cd /srv/bitmind; chown bob:bob secret.jpg; chmod 600 secret.jpg
                    ln secret.jpg inbox/linked.jpg
                    ln -s ../secret.jpg inbox/pointer.jpg
                    mkdir -p /mnt/private inbox/mounted; cp -p secret.jpg /mnt/private/inner.jpg
                    chmod 700 /mnt/private; chown bob:bob /mnt/private
                    mount --bind /mnt/private inbox/mounted
                    touch inbox/single.jpg; mount --bind /mnt/private/inner.jpg inbox/single.jpg
                    """)
                let entry = try await box.waitForEntry("BITMIND_EVENT=unreadable BITMIND_FILE=linked.jpg")
                #expect(entry["MESSAGE"]?.contains("2 names (hard links)") == true)
                try await box.waitForEntry("BITMIND_EVENT=skipped BITMIND_FILE=pointer.jpg")
                // Later files are filed.
                let later = Sample.with("human", "later.jpg")
                try box.drop(later)
                try await box.waitUntilFiled(later)
                #expect(try await box.run("find /srv/bitmind/ai -name '*.jpg*'") == "")
                #expect(try await box.run("stat -c '%h %a %U' /srv/bitmind/secret.jpg") == "2 600 bob")
                #expect(try await box.run("ls /srv/bitmind/inbox/mounted") == "inner.jpg")

                // With its other name gone, or with permissions, it is taken.
                try await box.run(
                    "rm /srv/bitmind/secret.jpg; umount /srv/bitmind/inbox/single.jpg; rm /srv/bitmind/inbox/single.jpg"
                )
                try await box.wait(until: "test -e /srv/bitmind/ai/linked.jpg")
                #expect(try await box.run("stat -c '%a %U' /srv/bitmind/ai/linked.jpg") == "600 bob")
                try await box.run("umount /srv/bitmind/inbox/mounted")
            }
        }

        @Test func `a filing of a private file that was interrupted is finished`() async throws {
            try await Box.with { box in
                try await box.setUp()
                try await box.run("useradd -m --groups bitmind-watch alice; mkdir -m 755 /samples")
                let samples = (0..<40).map { Sample("\($0).jpg", seed: 80_000 + UInt64($0)) }
                for sample in samples {
                    try Data(sample.bytes).write(to: URL(filePath: box.path("/samples/\(sample.path)")))
                }
                try await box.run("chmod 644 /samples/*; systemctl stop \(Box.unit)")
                try await box.run(
                    "runuser -u alice -- sh -c 'umask 077; cp -r /samples /srv/bitmind/inbox/trip'")
                try await box.start()
                for _ in 0..<4 {
                    try await box.run(
                        "systemctl kill --signal=KILL \(Box.unit); systemctl restart \(Box.unit)")
                }
                try await box.wait(
                    until: "test $(find /srv/bitmind/ai /srv/bitmind/human -path '*/trip/*.jpg' | wc -l) = 40"
                )
                #expect(try await box.run("find /srv/bitmind/*/.bitmind-watch -type f ! -name lock") == "")
            }
        }
    }
}
