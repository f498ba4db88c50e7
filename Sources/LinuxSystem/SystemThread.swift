import CLinux
import Glibc
import SystemPackage

/// A dedicated thread, for work that blocks.
package enum SystemThread {
    private final class Start {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }

    /// Starts a thread that runs `body` and ends with it.
    /// - Parameter name: shown by `top -H`; cut after 15 bytes.
    /// - Throws: if no thread can be made (EAGAIN: the limit of tasks).
    package static func start(
        _ name: String, body: @escaping @Sendable () -> Void
    ) throws(SystemCallError) {
        let start = Unmanaged.passRetained(Start(name: name, body: body))
        var thread = pthread_t()
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        let code = pthread_create(
            &thread, &attributes,
            { argument in
                guard let argument else { return nil }
                let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
                _ = linux_name_thread(start.name)
                start.body()
                return nil
            }, start.toOpaque())
        if code != 0 {
            start.release()
            throw SystemCallError(call: "pthread_create", errno: Errno(rawValue: code))
        }
    }
}
