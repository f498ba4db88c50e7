internal import CCurl
internal import Glibc

/// A dedicated thread for work that blocks.
enum WorkerThread {
    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Starts a detached thread.
    ///
    /// All signals are blocked in it: the program handles them, and without the block OpenSSL's writes to a
    /// broken connection would end the process by SIGPIPE.
    ///
    /// - Parameter name: at most 15 bytes, for `top` and debuggers.
    /// - Returns: whether the thread could be made.
    static func start(name: String, _ run: @escaping @Sendable () -> Void) -> Bool {
        let body = Unmanaged.passRetained(
            Body {
                var all = sigset_t()
                sigfillset(&all)
                pthread_sigmask(SIG_BLOCK, &all, nil)
                ccurl_name_thread(name)
                run()
            })
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { pointer in
                if let pointer { Unmanaged<Body>.fromOpaque(pointer).takeRetainedValue().run() }
                return nil
            }, body.toOpaque())
        guard code == 0 else {
            body.release()
            return false
        }
        pthread_detach(thread)
        return true
    }
}
