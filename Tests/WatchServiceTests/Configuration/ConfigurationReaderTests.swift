import BitMindAPI
import Foundation
import Testing
import WatchCore

@testable import WatchService

@Suite struct ConfigurationReaderTests {
    @Test func `one inbox is a configuration, and all else has its default`() throws {
        let configuration = try read("[[watch]]\ninbox = \"/mnt/share/in\"\n")
        #expect(configuration == Configuration(watches: [Configuration.Watch(inbox: "/mnt/share/in")]))
        let watch = configuration.watches[0]
        #expect(watch.ai == "/mnt/share/ai")
        #expect(watch.human == "/mnt/share/human")
        #expect(watch.failed == "/mnt/share/failed")
    }

    @Test func `every key is taken over`() throws {
        let configuration = try read(everyKey)
        #expect(configuration.api.baseURL == "http://127.0.0.1:8080/gateway")
        #expect(configuration.api.authentication == .apiKey)
        #expect(configuration.api.requestTimeout == .seconds(90))
        #expect(configuration.api.caFile == "/etc/ssl/company.pem")
        #expect(configuration.api.proxy == "http://[::1]:3128")
        #expect(configuration.upload.concurrency == 256)
        #expect(configuration.upload.batch == .off)
        #expect(configuration.upload.batchBytes == 64 << 20)
        #expect(configuration.upload.requestsPerHour == 1000)
        #expect(configuration.upload.bandwidth == 10_000_000)
        #expect(configuration.upload.retryInitial == .milliseconds(500))
        #expect(configuration.upload.retryMax == .seconds(3600))
        #expect(configuration.log.level == .debug)
        #expect(configuration.metrics.textfile == "/var/lib/metrics/bitmind.prom")

        let watch = try #require(configuration.watches.first)
        #expect(configuration.watches.count == 2)
        #expect(
            [watch.inbox, watch.ai, watch.human, watch.failed] == [
                "/a/in", "/a/AI", "/a/human being", "/a/bad",
            ])
        #expect(watch.review == "/a/review")
        #expect(watch.reviewBand.lower == 0 && watch.reviewBand.upper == 0.75)
        #expect(!watch.recursive)
        #expect(watch.settle == .milliseconds(50) && watch.settleMax == .milliseconds(50))
        #expect(watch.rescan == .seconds(60))
        #expect(watch.poll == .every(.seconds(5)))
        #expect(watch.ignore.map(\.description) == ["*.bak", "draft-[0-9]*"])
        #expect(watch.warnAfter == .seconds(720 * 3600))
        #expect(configuration.watches[1].poll == .off)
    }

    @Test func `two inboxes may share destinations of the same kind`() throws {
        let configuration = try read("[[watch]]\ninbox = \"/srv/one\"\n[[watch]]\ninbox = \"/srv/two\"\n")
        #expect(configuration.watches.map(\.ai) == ["/srv/ai", "/srv/ai"])
    }

    @Test func `a folder whose name begins like another's is not inside it`() throws {
        let text = """
            [[watch]]
            inbox = "/srv/in"
            ai = "/srv/in-ai"
            human = "/srv/in.human"
            """
        #expect(try read(text).watches[0].ai == "/srv/in-ai")
    }

    @Test func `a byte order mark and carriage returns do no harm`() throws {
        let text = "\u{feff}[[watch]]\r\ninbox = \"/srv/in\"\r\n"
        #expect(try read(text).watches.map(\.inbox) == ["/srv/in"])
    }

    @Test func `a file is read from its path`() throws {
        try withFolder { folder in
            let path = folder + "/config.toml"
            try "[[watch]]\ninbox = \"/srv/in\"\n".write(toFile: path, atomically: false, encoding: .utf8)
            #expect(try ConfigurationReader.read(path: path).watches.count == 1)
        }
    }

    @Test func `a file that cannot be read is reported with the remedy`() throws {
        try withFolder { folder in
            let missing = folder + "/none.toml"
            #expect(
                failure(missing) == missing + ": there is no such file; write one "
                    + "(the example is config/bitmind-watch.toml), or name it with --config")
            #expect(failure(folder) == folder + ": is a folder, not a file; name the file with --config")
            let large = folder + "/large.toml"
            try String(repeating: "#\n", count: 1 << 19).appending("#").write(
                toFile: large, atomically: false, encoding: .utf8)
            #expect(
                failure(large) == large
                    + ": is larger than 1 MiB, so it is no configuration; name another file with --config")
            #expect(failure("/dev/zero")?.contains("larger than 1 MiB") == true)
        }
    }

    private func failure(_ path: String) -> String? {
        do throws(ConfigurationErrors) {
            _ = try ConfigurationReader.read(path: path)
            return nil
        } catch {
            return error.description
        }
    }

    private func read(_ text: String) throws -> Configuration {
        try ConfigurationReader.read(bytes: Array(text.utf8), fileName: "config.toml")
    }

    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.path + "/configuration-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        let outcome = Result { try body(folder) }
        try FileManager.default.removeItem(atPath: folder)
        try outcome.get()
    }
}

/// A configuration in which no key has its default.
let everyKey = #"""
    api.base_url = "HTTP://127.0.0.1:8080/gateway//"
    api.auth = "api-key"
    api.request_timeout = "90s"
    api.ca_file = "/etc/ssl/./company.pem"
    api.proxy = "http://[::1]:3128/"

    [upload]
    concurrency = 256
    batch = "off"
    batch_bytes = "64MiB"
    requests_per_hour = 1_000
    bandwidth = "10MB"
    retry_initial = "500ms"
    retry_max = "1h"

    [[watch]]
    inbox = "//a/in/"
    ai = '/a/AI'
    human = "/a/human being"
    failed = "/a/bad"
    review = "/a/review"
    review_band = [0, 0.75]
    recursive = false
    settle = "50ms"
    settle_max = "50ms"
    rescan = "1m"
    poll = "5s"
    ignore = [
        "*.bak",
        "draft-[0-9]*", # with a comma at the end
    ]
    warn_after = "720h"

    [[watch]]
    inbox = "/b/in"
    poll = "off"

    [log]
    level = "debug"

    [metrics]
    textfile = "/var/lib/metrics/bitmind.prom"
    """#
