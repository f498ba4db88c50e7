internal import Glibc

/// The sockets of one multi handle of libcurl, and the current request.
final class Connections {
    let settings: CurlTransport.Settings
    /// The current request.
    private var transfer: Transfer?
    private var sockets: Set<Int32> = []

    init(settings: CurlTransport.Settings) { self.settings = settings }

    /// Sets the current request; nil for none.
    func carry(_ transfer: Transfer?) {
        if let ended = self.transfer, ended.socket >= 0 { SocketState.askForLife(ended.socket, false) }
        self.transfer = transfer
    }

    /// Makes a socket. Programs started meanwhile do not inherit it; otherwise the server would wait for
    /// their end, too.
    ///
    /// - Returns: -1 if no socket can be made.
    func open(family: Int32, type: Int32, protocol number: Int32) -> Int32 {
        let socket = Glibc.socket(family, type | Int32(SOCK_CLOEXEC.rawValue), number)
        guard socket >= 0 else {
            transfer?.noteMissingSocket(errno)
            return -1
        }
        sockets.insert(socket)
        // If it replaces a connection that was closed while idle: what that one received is no answer to this
        // request.
        transfer?.remains = []
        SocketState.limitUnsent(socket)
        return socket
    }

    /// Whether all sockets are silent. Between two requests a server sends nothing, unless it closes the
    /// connection.
    var areSilent: Bool { !sockets.contains(where: SocketState.isReadable) }

    /// The request begins on the connection with this local port, which may be new or reused.
    func begins(localPort: Int32) {
        guard let transfer else { return }
        transfer.attempts += 1
        transfer.lastProgress = .now
        guard let socket = sockets.first(where: { SocketState.localPort($0) == localPort }) else { return }
        transfer.socket = socket
        SocketState.limitInFlight(socket)
        SocketState.askForLife(socket, true)
    }

    /// Closes a socket, after reading what the server has sent.
    func close(_ socket: Int32) -> Int32 {
        sockets.remove(socket)
        if let transfer, transfer.socket == socket {
            // The rest of an abandoned answer would only use memory.
            if !settings.isTLS, transfer.refusal == nil {
                let limit = min(transfer.order.request.maximumAnswer, AnswerScreen.otherLimit)
                transfer.remains = SocketState.drain(socket, limit: limit)
            }
            transfer.socket = -1
        }
        return Glibc.close(socket)
    }
}
