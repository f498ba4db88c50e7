internal import NIOCore
internal import NIOHTTP1

/// Sends one answer with its delivery.
struct AnswerWriter {
    enum Ending {
        case keep
        case close
    }

    private let exchange: Exchange
    private let context: ChannelHandlerContext
    private let whenDone: (ChannelHandlerContext, Ending) -> Void

    /// - Parameter whenDone: Called on the event loop: if the connection stays open, before the answer's last
    ///   part is written (the next request may be handed out in that write); otherwise once the answer has
    ///   been sent.
    init(
        _ exchange: Exchange, _ context: ChannelHandlerContext,
        whenDone: @escaping (ChannelHandlerContext, Ending) -> Void
    ) {
        self.exchange = exchange
        self.context = context
        self.whenDone = whenDone
    }

    func send(_ answer: Answer) {
        exchange.beginAnswer()
        let closes = answer.closes || !exchange.keepsAlive
        var body = context.channel.allocator.buffer(string: answer.body)
        writeHead(answer, length: answer.delivery == .endless ? nil : body.readableBytes, closes: closes)
        switch answer.delivery {
        case .whole: end(answer.status, body, closes: closes)
        case .trickle(let interval):
            context.flush()
            trickle(answer.status, body, interval, closes: closes)
        case .cut:
            exchange.end(status: answer.status)
            let half = body.readSlice(length: body.readableBytes / 2) ?? body
            write(half).assumeIsolated().whenComplete { _ in whenDone(context, .close) }
        case .endless:
            exchange.end(status: answer.status)
            writeForEver(body)
        }
    }

    private func writeHead(_ answer: Answer, length: Int?, closes: Bool) {
        var headers = HTTPHeaders([("X-Simulated", "true"), ("Content-Type", answer.contentType)])
        if let length {
            headers.add(name: "Content-Length", value: String(length))
        } else {
            headers.add(name: "Transfer-Encoding", value: "chunked")
        }
        for (name, value) in answer.headers.sorted(by: { $0.key < $1.key }) {
            headers.add(name: name, value: value)
        }
        if closes { headers.add(name: "Connection", value: "close") }
        let head = HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: answer.status), headers: headers)
        context.write(NIOAny(HTTPServerResponsePart.head(head)), promise: nil)
    }

    private func end(_ status: Int, _ body: ByteBuffer, closes: Bool) {
        exchange.end(status: status)
        let last = NIOAny(HTTPServerResponsePart.end(nil))
        if body.readableBytes > 0 {
            context.write(NIOAny(HTTPServerResponsePart.body(.byteBuffer(body))), promise: nil)
        }
        guard closes else {
            whenDone(context, .keep)
            return context.writeAndFlush(last, promise: nil)
        }
        context.writeAndFlush(last).assumeIsolated().whenComplete { _ in whenDone(context, .close) }
    }

    private func write(_ bytes: ByteBuffer) -> EventLoopFuture<Void> {
        context.writeAndFlush(NIOAny(HTTPServerResponsePart.body(.byteBuffer(bytes))))
    }

    private func trickle(_ status: Int, _ body: ByteBuffer, _ interval: Duration, closes: Bool) {
        guard context.channel.isActive else { return }
        var rest = body
        guard rest.readableBytes > 1, let byte = rest.readSlice(length: 1) else {
            return end(status, body, closes: closes)
        }
        write(byte).whenFailure { _ in }
        context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(interval)) {
            trickle(status, rest, interval, closes: closes)
        }
    }

    /// Writes the next piece when the last one has been sent, so that a client that does not read uses no
    /// memory.
    private func writeForEver(_ piece: ByteBuffer) {
        write(piece).assumeIsolated().whenSuccess {
            writeForEver(context.channel.allocator.buffer(string: String(repeating: "a", count: 65_536)))
        }
    }
}
