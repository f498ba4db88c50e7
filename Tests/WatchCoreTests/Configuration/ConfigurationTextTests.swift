import Testing

@testable import WatchCore

@Suite struct ConfigurationTextTests {
    @Test(arguments: [
        ("500ms", Duration.milliseconds(500)), ("10s", .seconds(10)), ("5m", .seconds(300)),
        ("1h", .seconds(3600)),
        ("0s", .zero), ("007s", .seconds(7)),
    ])
    func `a duration is read`(text: String, duration: Duration) {
        #expect(UnitText<Duration>.duration.parse(text) == duration)
    }

    @Test(arguments: [
        "", "s", "10", "10 s", " 10s", "10s ", "-10s", "+10s", "1.5s", "1e3s", "10S", "1d", "10sec", "1h30m",
        "٣s",
        "9223372036854775808s", "9223372036854775807h",
    ])
    func `what is no duration is not`(text: String) {
        #expect(UnitText<Duration>.duration.parse(text) == nil)
    }

    @Test(arguments: [
        ("1B", 1 as Int64), ("500kB", 500_000), ("500KB", 500_000), ("1KiB", 1024), ("100MB", 100_000_000),
        ("64MiB", 67_108_864), ("2GB", 2_000_000_000), ("1GiB", 1_073_741_824),
    ])
    func `a size is read`(text: String, size: Int64) {
        #expect(UnitText<Int64>.size.parse(text) == size)
    }

    @Test(arguments: [
        "", "MB", "100", "100mb", "100 MB", "1.5GB", "-1MB", "9223372036854775807GB", "100MB/s",
    ])
    func `what is no size is not`(text: String) {
        #expect(UnitText<Int64>.size.parse(text) == nil)
    }

    @Test func `durations and sizes are written in their largest whole unit`() {
        let durations: [Duration] = [
            .zero, .milliseconds(1), .milliseconds(1500), .seconds(90), .seconds(7200),
        ]
        #expect(durations.map(UnitText<Duration>.duration.written) == ["0ms", "1ms", "1500ms", "90s", "2h"])
        let sizes: [Int64] = [0, 1, 1000, 1024, 1_000_000, 1_500_000, 1 << 30]
        #expect(
            sizes.map(UnitText<Int64>.size.written) == ["0B", "1B", "1kB", "1KiB", "1MB", "1500kB", "1GiB"])
    }

    @Test(arguments: [
        ("https://enterprise.bitmind.ai", "https://enterprise.bitmind.ai"),
        ("HTTPS://enterprise.bitmind.ai/", "https://enterprise.bitmind.ai"),
        ("http://localhost:8080", "http://localhost:8080"), ("http://[::1]:8080/v1/", "http://[::1]:8080/v1"),
        ("https://gateway.example/bit@mind//", "https://gateway.example/bit@mind"),
    ])
    func `an address is read in its plain form`(text: String, plain: String) throws {
        #expect(try WebAddress.parse(text) == plain)
    }

    @Test(arguments: [
        "", "https", "https:", "https:/", "https://", "https:///path", "https://:80", "https://host:",
        "https://host:0",
        "https://host:65536", "https://host:+1", "https://host:80:80", "https://ho st", "https://hôst",
        "https://-host",
        "https://[::1", "https://[]", "https://[host]", "https://[::1]80", "https://host?q",
        "https://host/p?q",
        "https://host/p#f", "https://host/p q", "https://host/\n", "ws://host", "//host", "host/path",
        " https://host",
    ])
    func `what is no address is not`(text: String) {
        #expect(throws: WebAddress.Fault.malformed) { try WebAddress.parse(text) }
    }

    @Test(arguments: [
        "https://user@host", "https://user:hunter2@host/path", "user:hunter2@host", "https:user:hunter2@host",
        "http:/user:hunter2@host", "socks5://user:hunter2@host", "https://user:hunter2@", "https://a@b@c",
    ])
    func `an address that may hold a password is known as that, well formed or not`(text: String) {
        #expect(throws: WebAddress.Fault.holdsCredentials) { try WebAddress.parse(text) }
    }

    @Test func `a text that is shown forges no line and no terminal sequence`() {
        #expect(quoted("a\nb\u{1b}[31m\u{202e}\u{85}\"\\") == #""a\u{a}b\u{1b}[31m\u{202e}\u{85}\"\\""#)
        #expect(quoted(String(repeating: "x", count: 61)).hasSuffix("x…\""))
    }

    @Test func `a band has both of its ends`() {
        let band = Configuration.ReviewBand()
        #expect([0.39, 0.4, 0.5, 0.6, 0.61].map(band.contains) == [false, true, true, true, false])
    }
}
