package import LinuxSystem

package enum ProcessSignals {
    /// The signals sent to this process from now on. They no longer have their default effect.
    package static func stream(
        _ signals: [Signal] = Signal.forService
    ) throws(SystemCallError) -> AsyncStream<Signal> {
        let reader = try SignalReader(signals)
        let (stream, continuation) = AsyncStream.makeStream(of: Signal.self)
        continuation.onTermination = { _ in reader.stop() }
        try SystemThread.start("signals") {
            do throws(SystemCallError) {
                while let signal = try reader.next() { continuation.yield(signal) }
            } catch {
                // Without signals, this is the only orderly end.
            }
            continuation.finish()
        }
        return stream
    }
}
