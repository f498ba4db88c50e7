import BitMindAPI
import Foundation
import Testing

extension OnSystemd {
    /// The programs by which people bring files, as real users, to the installation as it comes.
    @Suite struct FeederTests {
        /// How a program brings a folder. It runs in a folder of the user: `trip` has the files, two of them
        /// in `trip/sub`. They arrive below the folder `$1` in the inbox.
        private static let feeders: [(name: String, script: String)] = [
            ("cp -r", "cp -r trip /srv/bitmind/inbox/$1"),
            ("mv", "mv trip /srv/bitmind/inbox/$1"),
            ("rsync -a", "rsync -a trip/ /srv/bitmind/inbox/$1"),
            ("rsync -r --inplace", "rsync -r --inplace trip/ /srv/bitmind/inbox/$1"),
            ("rsync --remove-source-files", "rsync -a --remove-source-files trip/ /srv/bitmind/inbox/$1"),
            ("tar", "mv trip $1; tar c $1 | tar x -C /srv/bitmind/inbox"),
            ("tar, compressed", "mv trip $1; tar czf all.tgz $1; tar xzf all.tgz -C /srv/bitmind/inbox"),
            ("unzip", "mv trip $1; zip -qr all.zip $1; unzip -q all.zip -d /srv/bitmind/inbox"),
            (
                "7z",
                "mv trip $1; 7z a -bd all.7z $1 >/dev/null; 7z x -bd -o/srv/bitmind/inbox all.7z >/dev/null"
            ),
            (
                "sftp put -r",
                #"printf 'mkdir /srv/bitmind/inbox/%s\nput -r trip /srv/bitmind/inbox/%s/\n' $1 $1 >batch; sftp -q -b batch -D /usr/lib/openssh/sftp-server >/dev/null"#
            ),
            (
                "sftp put -pr",
                #"printf 'mkdir /srv/bitmind/inbox/%s\nput -pr trip /srv/bitmind/inbox/%s/\n' $1 $1 >batch; sftp -q -b batch -D /usr/lib/openssh/sftp-server >/dev/null"#
            ),
            (
                "install",
                "mkdir /srv/bitmind/inbox/$1; install -m 600 trip/*.jpg trip/sub/*.jpg /srv/bitmind/inbox/$1/"
            ),
            (
                "dd",
                "mkdir /srv/bitmind/inbox/$1; for f in trip/*.jpg trip/sub/*.jpg; do dd status=none if=\"$f\" of=\"/srv/bitmind/inbox/$1/${f##*/}\"; done"
            ),
        ]

        @Test(.enabled(if: areThere, "\(missing) missing"))
        func `each brings a folder whole, each file with one upload and one sidecar, and ends with 0`()
            async throws
        {
            try await Box.with { box in
                try await box.setUp(configuration: "[upload]\nbatch = \"off\"")
                // The settle time of the installation, in place of the tests' short one.
                try await box.run(
                    "sed -i '/^settle/d' /etc/bitmind-watch/config.toml; systemctl restart \(Box.unit)")
                try await box.run("useradd -m --groups bitmind-watch alice; mkdir -m 755 /samples")
                let names = ["a.jpg", "b c.jpg", "sub/d.jpg", "sub/e.jpg"]
                var seed: UInt64 = 90_000
                for index in Self.feeders.indices {
                    for name in names {
                        seed += 1
                        let folder = box.path("/samples/\(index)/sub")
                        try FileManager.default.createDirectory(
                            atPath: folder, withIntermediateDirectories: true)
                        try Data(Sample(name, seed: seed).bytes).write(
                            to: URL(filePath: box.path("/samples/\(index)/\(name)")))
                    }
                }
                try await box.run("chmod -R a+rX /samples")
                for (index, feeder) in Self.feeders.enumerated() {
                    let ending = try await box.attempt(
                        "runuser -u alice -- bash",
                        input: """
                            set -e; umask 022; cd $(mktemp -d); cp -r /samples/\(index) trip; set -- from\(index)
                            \(feeder.script)
                            """)
                    #expect(ending.code == 0, "\(feeder.name): \(ending.errors)")
                }
                let count = Self.feeders.count * names.count
                let filed = "find /srv/bitmind/ai /srv/bitmind/human -name '*.jpg'"
                do {
                    try await box.wait(until: "test $(\(filed) | wc -l) = \(count)")
                } catch {}
                let paths = try await box.run(filed).split(separator: "\n")
                for (index, feeder) in Self.feeders.enumerated() {
                    let arrived = paths.count { $0.contains("/from\(index)/") }
                    #expect(arrived == names.count, "\(feeder.name)")
                }
                let sidecars = try await box.run(
                    "find /srv/bitmind/ai /srv/bitmind/human -name '*.jpg.json' | wc -l")
                #expect(sidecars == "\(count)")
                #expect(
                    try await box.run("find /srv/bitmind/failed /srv/bitmind/inbox -type f ! -name lock")
                        == "")
                let requests = try await box.simulatorRecord()
                #expect(requests.contains("\"/image\": \(count)"), "\(requests)")
            }
        }

        private static let programs = [
            "rsync", "tar", "zip", "unzip", "7z", "sftp", "/usr/lib/openssh/sftp-server",
        ]

        private static let missing = programs.filter { program in
            let folders = program.hasPrefix("/") ? [""] : ["/usr/bin/", "/bin/", "/usr/local/bin/"]
            return !folders.contains { FileManager.default.isExecutableFile(atPath: $0 + program) }
        }.joined(separator: ", ")

        private static let areThere = missing.isEmpty
    }
}
