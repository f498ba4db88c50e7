internal import BitMindAPI
internal import Glibc
internal import NIOCore
internal import NIOHTTP1

/// One connection: reads requests, lets ``Responder`` decide, and performs the decision.
final class HTTPHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let core: SimulatorCore
    private let digest: SHA256Digest
    private let connection: Int
    private var exchange: Exchange?
    /// Whether the connection has ended, so that further input is dropped.
    private var isOver = false
    private var idleTimer: Scheduled<Void>?
    private var pace = ReadingPace()

    init(core: SimulatorCore, digest: SHA256Digest, connection: Int) {
        self.core = core
        self.digest = digest
        self.connection = connection
    }

    func channelActive(context: ChannelHandlerContext) {
        let behaviour = core.with { $0.behaviour }
        startIdleTimer(context, behaviour.idleTimeout)
        pace.begin(behaviour.bodyBytesPerSecond, context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        idleTimer?.cancel()
        exchange?.end(status: nil)
        exchange = nil
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isOver else { return }
        switch unwrapInboundIn(data) {
        case .head(let head): begin(head, context)
        case .body(let bytes): take(bytes, context)
        case .end: finish(context)
        }
    }

    // MARK: Reading

    private func begin(_ nioHead: HTTPRequestHead, _ context: ChannelHandlerContext) {
        idleTimer?.cancel()
        let exchange = Exchange(
            RequestHead(nioHead), keepsAlive: nioHead.isKeepAlive, core: core, connection: connection,
            digest: digest)
        self.exchange = exchange
        pace.begin(exchange.behaviour.bodyBytesPerSecond, context)
        switch exchange.firstMove {
        case .close: end(context)
        case .stall: stopReading(context)
        case .answer(let answer): AnswerWriter(exchange, context, whenDone: answered).send(answer)
        case .read:
            if exchange.head.expectsContinue {
                let head = HTTPResponseHead(version: .http1_1, status: .continue)
                context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
            }
        }
    }

    private func take(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        guard let exchange, !exchange.isAnswering else { return }
        if let answer = exchange.take(bytes) {
            return AnswerWriter(exchange, context, whenDone: answered).send(answer)
        }
        if exchange.fault == .resetInBody, exchange.bodyBytes >= exchange.behaviour.resetAfterBytes {
            return reset(context)
        }
        pace.read(bytes.readableBytes, context)
    }

    private func finish(_ context: ChannelHandlerContext) {
        guard let exchange, !exchange.isAnswering else { return }
        exchange.finishReading()
        switch exchange.fault {
        case .stall: return
        case .closeAfterBody: return end(context)
        case .resetInBody where exchange.bodyBytes >= exchange.behaviour.resetAfterBytes:
            return reset(context)
        default: break
        }
        let wait = pace.remaining + TimeAmount(exchange.latency)
        guard wait > .zero else { return answer(exchange, context) }
        context.eventLoop.assumeIsolated().scheduleTask(in: wait) {
            if self.exchange === exchange { self.answer(exchange, context) }
        }
    }

    private func answer(_ exchange: Exchange, _ context: ChannelHandlerContext) {
        AnswerWriter(exchange, context, whenDone: answered).send(exchange.answer())
    }

    // MARK: Ending

    /// After an answer's last byte was passed on.
    private func answered(_ context: ChannelHandlerContext, _ ending: AnswerWriter.Ending) {
        let behaviour = exchange?.behaviour
        exchange = nil
        switch ending {
        case .keep: startIdleTimer(context, behaviour?.idleTimeout)
        case .close where behaviour?.lingers == true:
            isOver = true
            context.close(mode: .output, promise: nil)
        case .close: end(context)
        }
    }

    private func end(_ context: ChannelHandlerContext) {
        isOver = true
        context.close(promise: nil)
    }

    private func reset(_ context: ChannelHandlerContext) {
        isOver = true
        guard let socket = context.channel as? any SocketOptionProvider else {
            return context.close(promise: nil)
        }
        socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).assumeIsolated().whenComplete { _ in
            context.close(promise: nil)
        }
    }

    private func stopReading(_ context: ChannelHandlerContext) {
        isOver = true
        context.setAutoRead(false)
    }

    private func startIdleTimer(_ context: ChannelHandlerContext, _ timeout: Duration?) {
        guard let timeout else { return }
        idleTimer = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(timeout)) {
            if self.exchange == nil { self.end(context) }
        }
    }
}

/// Limits the rate at which bodies are read.
private struct ReadingPace {
    private var bytesPerSecond: Int?
    /// When all bytes so far would have been read at this rate.
    private var due = NIODeadline.uptimeNanoseconds(0)

    /// The rest of the time that the bytes read so far should take.
    var remaining: TimeAmount {
        guard bytesPerSecond != nil else { return .zero }
        return max(.zero, due - .now())
    }

    mutating func begin(_ rate: Int?, _ context: ChannelHandlerContext) {
        guard rate != bytesPerSecond else { return }
        bytesPerSecond = rate
        guard let rate else { return }
        // Small buffers, in the kernel too: otherwise it would accept megabytes at once.
        context.setSlowReading(bytes: max(512, min(65_536, rate / 10)))
    }

    mutating func read(_ count: Int, _ context: ChannelHandlerContext) {
        guard let bytesPerSecond, bytesPerSecond > 0 else { return }
        let time = TimeAmount(.seconds(Double(count) / Double(bytesPerSecond)))
        due = max(due, .now()) + time
        context.setAutoRead(false)
        context.eventLoop.assumeIsolated().scheduleTask(deadline: due) { context.setAutoRead(true) }
    }
}

extension ChannelHandlerContext {
    /// Setting an option fails only on a closed connection, whose reading no longer matters.
    fileprivate func setAutoRead(_ isOn: Bool) {
        channel.setOption(.autoRead, value: isOn).whenFailure { _ in }
    }

    fileprivate func setSlowReading(bytes: Int) {
        let allocator = FixedSizeRecvByteBufferAllocator(capacity: bytes)
        for future in [
            channel.setOption(.recvAllocator, value: allocator),
            channel.setOption(.maxMessagesPerRead, value: 1),
            channel.setOption(.socketOption(.so_rcvbuf), value: 8_192),
        ] { future.whenFailure { _ in } }
    }
}

extension RequestHead {
    init(_ head: HTTPRequestHead) {
        method = head.method.rawValue
        path = String(head.uri.prefix { $0 != "?" })
        contentType = head.headers.first(name: "content-type")
        contentLength = head.headers.first(name: "content-length").flatMap { Int64($0) }
        authorization = head.headers.first(name: "authorization")
        certificate = head.headers.first(name: "x-client-cert")
        expectsContinue = head.headers.first(name: "expect")?.lowercased() == "100-continue"
        if contentLength == nil, head.headers.first(name: "transfer-encoding") == nil { contentLength = 0 }
    }
}
