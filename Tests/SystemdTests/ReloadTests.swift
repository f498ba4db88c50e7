import Foundation
import Testing

extension OnSystemd {
    @Suite struct ReloadTests {
        @Test func `a reload takes over an inbox, and a wrong configuration changes nothing`() async throws {
            try await Box.with { box in
                try await box.setUp()
                let process = try await box.property("MainPID")
                let configuration = "/etc/bitmind-watch/config.toml"
                let old = try box.text(of: configuration)
                try await box.run("install -d -o bitmind-watch -g bitmind-watch /srv/bitmind/second")
                let second = """
                    [[watch]]
                    inbox = "/srv/bitmind/second"
                    settle = "100ms"
                    """
                try box.write(second + "\n" + old, to: configuration)
                try await box.run("systemctl reload \(Box.unit)")
                let reloaded = try await box.waitForEntry("BITMIND_EVENT=reloaded")
                #expect(
                    reloaded["MESSAGE"]?.contains("to load changed credentials, restart the service") == true)
                #expect(reloaded["MESSAGE"]?.contains("added: /srv/bitmind/second") == true)
                let sample = Sample.with("ai", "by-reload.jpg")
                try Data(sample.bytes).write(to: URL(filePath: box.path("/srv/bitmind/second/by-reload.jpg")))
                try await box.waitUntilFiled(sample)

                try box.write("[upload]\nconcurency = 4\n" + old, to: configuration)
                _ = try await box.attempt("systemctl reload \(Box.unit)")
                let refused = try await box.waitForEntry("BITMIND_EVENT=reload-refused")
                #expect(refused["PRIORITY"] == "3")
                let error = try #require(refused["BITMIND_ERROR"])
                #expect(error.contains("\(configuration):2") && error.contains("\"concurrency\""))
                try await box.wait(until: "systemctl is-active \(Box.unit)")
                let later = Sample.with("human", "after-refusal.jpg")
                try Data(later.bytes).write(
                    to: URL(filePath: box.path("/srv/bitmind/second/after-refusal.jpg")))
                try await box.waitUntilFiled(later)
                #expect(try await box.property("MainPID") == process)
            }
        }

        @Test func `a reload amid uploads drops none, and takes over all that can change`() async throws {
            try await Box.with { box in
                try await box.setUp(
                    // Long enough for a program that polls the status to see it.
                    simulator: "--latency 3s",
                    configuration: "[upload]\nbatch = \"off\"\nconcurrency = 2")
                let before = (0..<4).map { Sample("a\($0).jpg", seed: 60_000 + UInt64($0)) }
                try box.drop(before)
                try await box.wait(until: "systemctl show -p StatusText \(Box.unit) | grep -q ' 2 uploading'")
                // Other destinations, more at once, and fewer words.
                try await box.run(
                    "install -d -o bitmind-watch -g bitmind-watch /srv/bitmind/new-ai /srv/bitmind/new-human")
                try box.write(
                    """
                    [[watch]]
                    inbox = "/srv/bitmind/inbox"
                    ai = "/srv/bitmind/new-ai"
                    human = "/srv/bitmind/new-human"
                    settle = "100ms"
                    [api]
                    base_url = "http://127.0.0.1:8080"
                    [upload]
                    batch = "off"
                    concurrency = 6
                    [log]
                    level = "notice"
                    """, to: "/etc/bitmind-watch/config.toml")
                try await box.run("systemctl reload \(Box.unit)")
                let later = (0..<12).map { Sample("b\($0).jpg", seed: 61_000 + UInt64($0)) }
                try box.drop(later)
                try await box.wait(until: "systemctl show -p StatusText \(Box.unit) | grep -q ' 6 uploading'")
                for sample in later {
                    try await box.wait(until: "test -e /srv/bitmind/new-\(sample.verdict)/\(sample.path)")
                }
                try await box.wait(until: "test -z \"$(ls /srv/bitmind/inbox)\"")
                let uploads = try await box.simulatorRecord()
                #expect(uploads.contains("\"/image\": \(before.count + later.count)"), "\(uploads)")
                #expect(
                    try await box.entries("BITMIND_EVENT=filed").allSatisfy { entry in
                        before.contains { $0.path == entry["BITMIND_FILE"] }
                    })
            }
        }

        @Test func `a start with a wrong configuration fails at once, with the line, and is not repeated`()
            async throws
        {
            try await Box.with { box in
                try await box.run(Box.script)
                try box.write("[[watch]]\ninbox = 3\n", to: "/etc/bitmind-watch/config.toml")
                #expect(try await box.attempt("systemctl start \(Box.unit)").code != 0)
                #expect(try await box.property("ActiveState") == "failed")
                #expect(try await box.property("ExecMainStatus") == "78")
                #expect(try await box.property("NRestarts") == "0")
                let said = try await box.run("systemctl status --no-pager \(Box.unit) || true")
                #expect(said.contains("/etc/bitmind-watch/config.toml:2"))
            }
        }

        @Test func `credentials are rotated in the credential store`() async throws {
            try await Box.with { box in
                try await box.setUp(simulator: "--client-id client-2 --client-secret secret-2")
                let sample = Sample.with("ai", "photo.jpg")
                try box.drop(sample)
                try await box.waitForEntry("BITMIND_EVENT=credentials-refused")
                #expect(box.exists("/srv/bitmind/inbox/photo.jpg"))
                try await box.setCredentials(id: "client-2", secret: "secret-2")
                try await box.run("systemctl restart \(Box.unit)")
                try await box.waitUntilFiled(sample)
                let told = try await box.run("journalctl --no-pager --all -o export -u \(Box.unit)")
                #expect(told.contains("BITMIND_EVENT=credentials-refused"))
                for secret in ["secret-1", "secret-2"] { #expect(!told.contains(secret)) }
            }
        }

        @Test func `no credentials are no failure of the start, and what waits goes on once there are some`()
            async throws
        {
            try await Box.with { box in
                try await box.run(Box.script)
                try box.configure()
                try await box.startSimulator()
                try await box.start()
                #expect(try await box.property("ActiveState") == "active")
                let sample = Sample.with("ai", "photo.jpg")
                try box.drop(sample)
                try await box.waitForEntry("BITMIND_EVENT=credentials-refused")
                try await box.setCredentials(id: "client-1", secret: "secret-1")
                try await box.run("systemctl restart \(Box.unit)")
                try await box.waitUntilFiled(sample)
            }
        }

        @Test func `encrypted credentials are taken by the example's drop-in`() async throws {
            try await Box.with { box in
                try await box.run(Box.script)
                try box.configure()
                try await box.startSimulator("--client-id client-3 --client-secret secret-3")
                try await box.run(
                    """
                    mkdir -p /etc/credstore.encrypted /etc/systemd/system/\(Box.unit).d
                    cp /usr/share/doc/bitmind-watch/examples/encrypted-credentials.conf \
                        /etc/systemd/system/\(Box.unit).d/
                    systemctl daemon-reload
                    """)
                for (name, value) in [("client-id", "client-3"), ("client-secret", "secret-3")] {
                    let place = "/etc/credstore.encrypted/bitmind-watch.\(name)"
                    try await box.run(
                        "systemd-creds encrypt --with-key=host --name=\(name) - \(place)", input: value)
                }
                try await box.start()
                let sample = Sample.with("human", "photo.jpg")
                try box.drop(sample)
                try await box.waitUntilFiled(sample)
            }
        }
    }
}
