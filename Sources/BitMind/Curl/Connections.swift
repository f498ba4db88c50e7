internal import Glibc

/// The sockets of one multi handle of libcurl's, and the request that one of them carries.
final class Connections {
    let settings: CurlTransport.Settings
    /// The request under way.
    private var transfer: Transfer?
    private var sockets: Set<Int32> = []

    init(settings: CurlTransport.Settings) { self.settings = settings }

    /// What is heard from now on is of this request; nil for none.
    func carry(_ transfer: Transfer?) {
        if let ended = self.transfer, ended.socket >= 0 { SocketState.askForLife(ended.socket, false) }
        self.transfer = transfer
    }

    /// Makes a socket, which no program holds that is started meanwhile: else the server would wait for its end, too.
    ///
    /// - Returns: -1 where there is none to be had.
    func open(family: Int32, type: Int32, protocol number: Int32) -> Int32 {
        let socket = Glibc.socket(family, type | Int32(SOCK_CLOEXEC.rawValue), number)
        guard socket >= 0 else {
            transfer?.noteMissingSocket(errno)
            return -1
        }
        sockets.insert(socket)
        // Where it takes the place of one that was closed while idle: what lay in that is no answer to this request.
        transfer?.remains = []
        SocketState.limitUnsent(socket)
        return socket
    }

    /// Whether no server says something, or hangs up: between two requests there is nothing to say.
    var areSilent: Bool { !sockets.contains(where: SocketState.isReadable) }

    /// The request begins on the connection with this local port, be it new or used before.
    func begins(localPort: Int32) {
        guard let transfer else { return }
        transfer.attempts += 1
        transfer.lastProgress = .now
        guard let socket = sockets.first(where: { SocketState.localPort($0) == localPort }) else { return }
        transfer.socket = socket
        SocketState.limitInFlight(socket)
        SocketState.askForLife(socket, true)
    }

    /// Closes a socket, having read what the server had still said.
    func close(_ socket: Int32) -> Int32 {
        sockets.remove(socket)
        if let transfer, transfer.socket == socket {
            // Of an answer that was given up, the rest would only take memory.
            if !settings.isTLS, transfer.refusal == nil {
                let limit = min(transfer.order.request.maximumAnswer, AnswerScreen.otherLimit)
                transfer.remains = SocketState.drain(socket, limit: limit)
            }
            transfer.socket = -1
        }
        return Glibc.close(socket)
    }
}
