import Glibc
import Synchronization

/// The service manager's end of `NOTIFY_SOCKET`: receives a service's notifications.
final class NotifySocket: Sendable {
    let path: String
    private let descriptor: Int32
    private let heard = Mutex<[String]>([])

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// - Parameter path: where to bind it; at most 107 bytes.
    init(path: String) throws {
        self.path = path
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let room = MemoryLayout.size(ofValue: address.sun_path) - 1
        guard descriptor >= 0, path.utf8.count <= room else {
            throw Failure(description: "no socket at \(path)")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let bound = withUnsafePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) }
        }
        guard bound == 0 else { throw Failure(description: "cannot bind \(path): errno \(errno)") }
    }

    deinit { close(descriptor) }

    /// All that was said so far, line by line (`READY=1`), in its order.
    var lines: [String] {
        heard.withLock { heard in
            var buffer = [UInt8](repeating: 0, count: 8_192)
            while true {
                let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
                guard count >= 0 else { break }
                let message = String(decoding: buffer.prefix(count), as: UTF8.self)
                heard += message.split(separator: "\n").map(String.init)
            }
            return heard
        }
    }

    /// What the last line with this name said.
    func last(_ name: String) -> String? {
        lines.last { $0.hasPrefix("\(name)=") }.map { String($0.dropFirst(name.count + 1)) }
    }
}
