package import LinuxSystem

package enum ProcessSignals {
    /// The signals that are sent to this process from now on; they have no other effect any more.
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
                // Without signals there is no orderly end but this one.
            }
            continuation.finish()
        }
        return stream
    }
}
