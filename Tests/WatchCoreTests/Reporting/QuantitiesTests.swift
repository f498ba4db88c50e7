import Testing
import WatchCore

@Suite("ServiceStatus and quantities")
struct QuantitiesTests {
    @Test func `the status is one line, as the contract shows it`() {
        var status = ServiceStatus()
        status.inboxes = 2
        status.uploading = 8
        status.waiting = 1204
        status.ai = 812
        status.human = 4498
        status.failed = 3
        status.holdups = ["rate-limited until 19:42:10"]
        #expect(
            status.line
                == "watching 2 inboxes; 8 uploading, 1,204 waiting; 5,310 filed (812 ai, 4,498 human), "
                + "3 failed; rate-limited until 19:42:10")
    }

    @Test func `a status with nothing to report says so, and one inbox is one`() {
        var status = ServiceStatus()
        status.inboxes = 1
        #expect(status.line == "watching 1 inbox; 0 uploading, 0 waiting; 0 filed (0 ai, 0 human), 0 failed")
    }

    @Test(arguments: [
        (0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1000, "1.0 kB"), (1099, "1.0 kB"),
        (1100, "1.1 kB"),
        (999_999, "999.9 kB"), (1_000_000, "1.0 MB"), (2_345_678, "2.3 MB"), (500_000_000, "500.0 MB"),
        (1_000_000_000, "1.0 GB"), (999_999_999_999, "999.9 GB"), (1_000_000_000_000, "1.0 TB"),
        (Int64.max, "9223.3 PB"),
    ])
    func `sizes are shown in powers of ten, never more than there is`(bytes: Int64, text: String) {
        #expect(ByteCount(bytes).description == text)
    }

    @Test(arguments: [
        (0, "0"), (7, "7"), (999, "999"), (1000, "1,000"), (12_345, "12,345"), (1_234_567, "1,234,567"),
        (-1, "-1"), (-1000, "-1,000"), (Int.max, "9,223,372,036,854,775,807"),
        (Int.min, "-9,223,372,036,854,775,808"),
    ])
    func `numbers have a comma at each thousand`(number: Int, text: String) {
        #expect(GroupedNumber(number).description == text)
    }

    @Test(arguments: [
        (Duration.milliseconds(310), "0.31 s"), (.zero, "0.00 s"), (.milliseconds(4), "0.00 s"),
        (.milliseconds(5), "0.01 s"), (.milliseconds(999), "1.00 s"), (.seconds(61), "61.00 s"),
        (.milliseconds(61_050), "61.05 s"), (.seconds(-3), "0.00 s"), (.milliseconds(-3), "0.00 s"),
        (.nanoseconds(Int64.max), "9223372036.85 s"),
    ])
    func `durations are shown in seconds with two decimals`(duration: Duration, text: String) {
        #expect(DurationText.seconds(duration) == text)
    }
}
