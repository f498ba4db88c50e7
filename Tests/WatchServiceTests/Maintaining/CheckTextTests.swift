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

/// As many bytes as anybody asks for.
private struct Zeros: BodySource {
    let size: Int64 = 2_500_000

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) -> Int {
        buffer.initializeMemory(as: UInt8.self, repeating: 0)
        return buffer.count
    }
}
