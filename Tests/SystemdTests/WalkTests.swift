import Foundation
import SampleMedia
import Testing

extension OnSystemd {
    /// The newcomer's walk of the README, as a newcomer goes it.
    @Suite struct WalkTests {
        /// The lines of shell in a section of the README.
        private static func commands(of section: String) throws -> [String] {
            let text = try Tool.text("README.md")
            let part = try #require(text.split(separator: "\n## ").first { $0.hasPrefix(section + "\n") })
            return part.split(separator: "```sh\n").dropFirst().flatMap { block in
                block.split(separator: "\n```")[0].replacing("\\\n", with: " ").split(separator: "\n")
            }.map(String.init)
        }

        @Test func `each line of the walk does what it says, and a verdict comes in the end`() async throws {
            let lines = try Self.commands(of: "From clone to verdict")
            #expect(lines.first?.hasPrefix("git clone ") == true)
            #expect(lines.last?.contains("journalctl -f -u bitmind-watch") == true)
            try await Box.with { box in
                // The box has no sudo, and its user is root already.
                try box.write("#!/bin/sh\nexec \"$@\"\n", to: "/usr/local/bin/sudo")
                try await box.run("chmod +x /usr/local/bin/sudo; echo /root >/run/walk")
                let sample = Sample.with("ai", "photo.jpg")
                try Data(sample.bytes).write(to: URL(filePath: box.path("/root/photo.jpg")))
                for line in lines.dropLast() {
                    let script = """
                        cd "$(cat /run/walk)"
                        export REPOSITORY=file://\(Tool.repository)
                        \(line)
                        status=$?
                        pwd >/run/walk
                        exit $status

                        """
                    guard line.contains("systemd-ask-password") else {
                        try await box.run(script)
                        continue
                    }
                    // It asks on a terminal, which must not show the answer.
                    try box.write(script, to: "/run/line")
                    let shown = try await box.run(
                        "yes a-word | (while read -r word; do echo $word; sleep 0.1; done) "
                            + "| timeout 20 script --quiet --return --echo never -c 'bash /run/line' /dev/null"
                    )
                    #expect(shown.contains("client ") && !shown.contains("word"), "\(shown)")
                }
                for name in ["client-id", "client-secret"] {
                    #expect(
                        try await box.run("cat /etc/credstore/bitmind-watch.\(name)") == "a-word", "\(name)")
                }
                let last = try #require(lines.last)
                let told = try await box.run(
                    "grep -m 1 'photo[.]jpg' < <(timeout 60s bash -c '\(last)' 2>/dev/null)")
                #expect(told.contains(#/ai [01]\.\d+  photo\.jpg  \(image/jpeg, /#))
                try await box.waitUntilFiled(sample)
                #expect(try await box.run("systemctl is-enabled bitmind-watch") == "enabled")
            }
        }
    }
}
