import Foundation

/// The clocks that figures are read off, in seconds.
enum Clock {
    static var monotonic: Double { read(CLOCK_MONOTONIC) }

    /// Since 1970, as file systems count it.
    static var wall: Double { read(CLOCK_REALTIME) }

    /// The user and system time of a process, to the nanosecond; what its ended threads used counts.
    static func processor(of process: pid_t) -> Double {
        var clock = clockid_t()
        guard clock_getcpuclockid(process, &clock) == 0 else { return 0 }
        return read(clock)
    }

    private static func read(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// What all processors have done so far, in seconds (proc_stat(5)).
struct MachineTime {
    let busy: Double
    /// What the host gave to others while this machine wanted it.
    let stolen: Double
    private let at = Clock.monotonic

    init() {
        let text = (try? String(contentsOfFile: "/proc/stat", encoding: .utf8)) ?? ""
        let fields = text.prefix { $0 != "\n" }.split(separator: " ").dropFirst().compactMap { Double($0) }
        let tick = Double(sysconf(Int32(_SC_CLK_TCK)))
        // user, nice, system, idle, iowait, irq, softirq, steal
        busy = fields.count < 8 ? 0 : (fields[0] + fields[1] + fields[2] + fields[5] + fields[6]) / tick
        stolen = fields.count < 8 ? 0 : fields[7] / tick
    }

    /// How many processors all others kept busy since then, those of the host included.
    ///
    /// - Parameter own: the processor seconds of all that was measured meanwhile.
    func othersSince(own: Double) -> Double {
        let now = MachineTime()
        return max(0, now.busy + now.stolen - busy - stolen - own) / max(now.at - at, 0.001)
    }
}
