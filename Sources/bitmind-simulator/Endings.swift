internal import Dispatch
internal import Glibc

/// The reasons to end: SIGTERM, SIGINT, and the end of standard input if requested.
struct Endings {
    private let stream: AsyncStream<Void>
    private let sources: [any DispatchSourceSignal]

    /// Begins to watch. From here on, signals no longer end the process, and neither does a closed standard
    /// output.
    init(watchingStandardInput: Bool) {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        self.stream = stream
        signal(SIGPIPE, SIG_IGN)
        sources = [SIGTERM, SIGINT].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { continuation.yield() }
            source.resume()
            return source
        }
        if watchingStandardInput {
            // A separate thread: the read blocks as long as the parent lives.
            DispatchQueue(label: "standard input").async {
                Self.readToEnd()
                continuation.yield()
            }
        }
    }

    /// Returns when there is a reason to end.
    func first() async {
        for await _ in stream { break }
        for source in sources { source.cancel() }
    }

    private static func readToEnd() {
        var bytes = [UInt8](repeating: 0, count: 512)
        while true {
            let count = read(STDIN_FILENO, &bytes, bytes.count)
            if count == 0 || (count < 0 && errno != EINTR) { return }
        }
    }
}
