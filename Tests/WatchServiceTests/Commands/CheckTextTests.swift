import BitMind
import Testing

@testable import WatchService

@Suite struct CheckTextTests {
    @Test(arguments: [
        ("CapInh:\t0\nCapEff:\t0000000010000000\n", true),
        ("CapPrm:\t10000000\nCapEff:\t00000000efffffff\n", false),
        ("CapEff:\t000001ffffffffff\n", true), ("", false),
    ])
    func `CAP_LEASE is bit 28 of the capabilities in effect`(_ status: String, _ hasIt: Bool) {
        #expect(CapabilityText.hasLease(status) == hasIt)
    }

    @Test(arguments: [
        ("http://user:word@proxy:3128", "http://proxy:3128"), ("https://a:b@c@host", "https://host"),
        ("u:p@host:1", "host:1"), ("http://proxy", "http://proxy"), ("socks5h://u:p@host", "host"),
    ])
    func `a proxy is shown without its user and password`(_ url: String, _ shown: String) {
        #expect(WebAddressText.withoutUser(url) == shown)
    }

    @Test(arguments: [
        ("/usr/bin/bitmind-watch", "/usr/share/doc/bitmind-watch/examples"),
        ("/usr/local/bin/bitmind-watch", "/usr/local/share/doc/bitmind-watch/examples"),
        ("/opt/media/bin/bitmind-watch", "/opt/media/share/doc/bitmind-watch/examples"),
        ("/home/a/bitmind-watch/.build/debug/bitmind-watch", nil), ("bitmind-watch", nil),
    ])
    func `the examples lie beside an installed program`(_ program: String, _ folder: String?) {
        #expect(InstalledFiles.folder(ofExamplesFor: program) == folder)
    }

    @Test(
        arguments: [
            ("/home/alice/inbox", 0, true), ("/home/alice/inbox", nil, true), ("/home", 0, true),
            ("/root/inbox", 0, true), ("/run/user/1000/inbox", nil, true),
            ("/home/alice/inbox", 0o755, false),
            ("/root/inbox", 0o700, false), ("/srv/home/inbox", nil, false), ("/homes/inbox", nil, false),
            ("/mnt/inbox", 0, false),
        ] as [(String, UInt32?, Bool)])
    func `a place that the unit hides is named with the option that hides it`(
        _ path: String, _ mode: UInt32?, _ isHidden: Bool
    ) {
        let advice = HiddenPlace.advice(for: path) { _ in mode }
        #expect(advice?.contains("ProtectHome=") == (isHidden ? true : nil))
        #expect(advice?.contains("media-folder.conf") == (isHidden ? true : nil))
    }

    /// Who looks, who the service runs as, and what a refused permission then is.
    @Test(
        arguments: [
            (1000, 990, .unknown), (1000, 1000, .problem), (0, 990, .problem), (1000, nil, .problem),
            (0, 0, .problem),
        ] as [(UInt32, UInt32?, CheckResult.Kind)])
    func `a refused permission is no fault of the service's where another user looks`(
        _ user: UInt32, _ serviceUser: UInt32?, _ kind: CheckResult.Kind
    ) {
        let viewpoint = Viewpoint(user: user, serviceUser: serviceUser)
        let denied = CheckResult.problem("it cannot be read", denial: "you may not read it").seen(
            from: viewpoint)
        #expect(denied.kind == kind)
        #expect(denied.text.hasPrefix("you may not") == (kind == .unknown))
        #expect(CheckResult.problem("it is broken").seen(from: viewpoint).kind == .problem)
        #expect(CheckResult.ok("good").seen(from: viewpoint).holds)
    }

    @Test(
        arguments: [
            (Array("word".utf8), nil), (Array("d29yZA==".utf8), nil), (Array("a=b".utf8), nil),
            ([0xEF, 0xBB, 0xBF] + Array("word".utf8), "byte order mark"), ([0xFF, 0xFE, 0x77, 0], "UTF-16"),
            (Array("\"word\"".utf8), "quotation marks"), (Array("'word'".utf8), "quotation marks"),
            (Array("BITMIND_CLIENT_SECRET=word".utf8), "begins with BITMIND_CLIENT_SECRET="),
            (Array("export BITMIND_API_KEY=word".utf8), "begins with BITMIND_API_KEY="),
            (Array("client-secret=word".utf8), "begins with client-secret="),
            (Array("two words".utf8), "characters"),
        ] as [([UInt8], String?)])
    func `a credential that was stored with more than itself is pointed out, without its text`(
        _ bytes: [UInt8], _ remark: String?
    ) {
        let blemish = Secret(bytes: bytes).blemish
        #expect((blemish == nil) == (remark == nil))
        if let remark { #expect(blemish?.contains(remark) == true, "\(blemish ?? "")") }
        #expect(blemish?.contains("word") != true)
    }

    @Test(arguments: [
        ("https://api.example.com", "api.example.com"),
        ("https://API.example.com:8443/v2?x", "api.example.com"),
        ("http://u:p@host/", "host"), ("http://[::1]:80/a", "::1"), ("http://127.0.0.1", "127.0.0.1"),
    ])
    func `a URL has a host`(_ url: String, _ host: String) { #expect(ProxyChoice.host(of: url) == host) }

    /// As libcurl has it: CURLOPT_NOPROXY(3).
    @Test(arguments: [
        ("example.com", "example.com", true), ("example.com", "api.example.com", true),
        (".example.com", "api.example.com", true), (".example.com", "example.com", true),
        ("example.com", "notexample.com", false), ("api.example.com", "example.com", false),
        ("EXAMPLE.com", "example.com", true), ("*", "anything", true),
        ("*.example.com", "api.example.com", false),
        ("192.168.0.0/16", "192.168.3.4", true), ("192.168.0.0/16", "192.169.3.4", false),
        ("10.0.0.1", "10.0.0.1", true), ("0.0.1", "10.0.0.1", false), ("[::1]", "::1", true),
        ("example.com.", "example.com", true), ("", "example.com", false),
    ])
    func `an entry of NO_PROXY stands for hosts`(_ entry: String, _ host: String, _ matches: Bool) {
        #expect(ProxyChoice.matches(entry, host: host) == matches)
    }

    @Test(
        arguments: [
            (nil, [:], nil),
            (nil, ["https_proxy": "http://p:1"], ("https_proxy", "http://p:1", nil)),
            (nil, ["http_proxy": "http://p:1"], nil),
            (nil, ["ALL_PROXY": "socks5://p"], ("ALL_PROXY", "socks5://p", nil)),
            (nil, ["HTTPS_PROXY": "a", "https_proxy": "b"], ("https_proxy", "b", nil)),
            (nil, ["HTTPS_PROXY": "a", "NO_PROXY": "x.org, bitmind.ai"], ("HTTPS_PROXY", "a", "bitmind.ai")),
            (nil, ["HTTPS_PROXY": "a", "no_proxy": "x.org", "NO_PROXY": "*"], ("HTTPS_PROXY", "a", nil)),
            ("http://c", ["HTTPS_PROXY": "a", "NO_PROXY": "*"], (nil, "http://c", nil)),
        ] as [(String?, [String: String], (String?, String, String?)?)])
    func `one proxy is chosen for the API's host`(
        _ configured: String?, _ environment: [String: String], _ expected: (String?, String, String?)?
    ) {
        let choice = ProxyChoice(
            to: "https://enterprise.bitmind.ai", configured: configured, environment: { environment[$0] })
        #expect(choice?.variable == expected?.0)
        #expect(choice?.proxy == expected?.1)
        #expect(choice?.exception == expected?.2)
    }

    @Test func `progress is shown from the first byte to the last file, and bytes sent again count once`()
        throws
    {
        let progress = ClassifyProgress(files: 2)
        #expect(progress.line == nil)
        let body = CountedBody(Zeros(), progress)
        try withUnsafeTemporaryAllocation(byteCount: 2_500_000, alignment: 1) { buffer in
            for _ in 0..<2 {
                let count = try body.read(into: buffer, at: 0)
                #expect(count == 2_500_000)
            }
        }
        progress.finishFile()
        let bar = String(repeating: "#", count: 15) + String(repeating: ".", count: 15)
        #expect(progress.line == "[\(bar)] 1 of 2 files, 2.5 MB sent")
        progress.finishFile()
        #expect(progress.line == nil)
    }
}

/// Any number of zero bytes.
private struct Zeros: BodySource {
    let size: Int64 = 2_500_000

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) -> Int {
        buffer.initializeMemory(as: UInt8.self, repeating: 0)
        return buffer.count
    }
}
