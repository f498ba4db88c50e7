internal import BitMindAPI
internal import NIOCore

/// One request and its current state.
final class Exchange {
    let head: RequestHead
    let keepsAlive: Bool
    private(set) var bodyBytes: Int64 = 0
    /// Whether its answer is decided, so that the rest of its body is ignored.
    private(set) var isAnswering = false

    private let core: SimulatorCore
    private let opening: SimulatorState.Opening?
    private let plainBehaviour: SimulatorBehaviour
    private let connection: Int
    private var reader: UploadReader?
    private var text: [UInt8] = []
    private var files: [ReceivedFile] = []
    private var judged: [String] = []
    private var refusal: Refusal?
    private var isEnded = false
    private let started = ContinuousClock.now

    /// The largest body that is not an upload, in bytes.
    private static let textLimit = 65_536

    init(_ head: RequestHead, keepsAlive: Bool, core: SimulatorCore, connection: Int, digest: SHA256Digest) {
        self.head = head
        self.keepsAlive = keepsAlive
        self.core = core
        self.connection = connection
        let opening =
            Control.isFor(head)
            ? nil : core.with { [now = core.now()] in $0.open(head, connection: connection, now: now) }
        self.opening = opening
        plainBehaviour = opening?.behaviour ?? SimulatorBehaviour()
        refusal = opening?.refusal
        if refusal == nil, let opening, let endpoint = head.endpoint, let kind = endpoint.kind {
            reader = UploadReader(
                boundary: head.boundary, limits: Responder.limits(endpoint, kind, opening.behaviour),
                digest: digest)
        }
    }

    /// The behaviour when the head arrived.
    var behaviour: SimulatorBehaviour { plainBehaviour }
    var fault: Fault? { opening?.fault }
    var latency: Duration { opening?.latency ?? .zero }

    var firstMove: Responder.FirstMove {
        opening.map { Responder.firstMove(head, $0) } ?? .read
    }

    /// Reads a piece of the body. Returns an answer if one must be sent before the body's end.
    func take(_ bytes: ByteBuffer) -> Answer? {
        bodyBytes += Int64(bytes.readableBytes)
        guard let reader, refusal == nil else {
            let room = max(0, Self.textLimit - text.count)
            text.append(contentsOf: bytes.readableBytesView.prefix(room))
            return nil
        }
        do throws(UploadRefusal) {
            let result = bytes.withUnsafeReadableBytes { pointer -> Result<[ReceivedFile], UploadRefusal> in
                do throws(UploadRefusal) {
                    return .success(try reader.consume(pointer))
                } catch {
                    return .failure(error)
                }
            }
            receive(try result.get())
        } catch {
            refusal = error.refusal
            if case .tooLarge = error { return Responder.closing(error.refusal, behaviour.errorBody) }
        }
        return nil
    }

    /// The answer to the whole request, once ``finishReading()`` was called.
    func answer() -> Answer {
        guard let opening else {
            return core.with { Control.answer(head, body: text, &$0) }
        }
        let now = core.now()
        if let instead = Responder.answerInstead(opening, now: now) { return instead }
        if let refusal { return Answer(refusal, form: behaviour.errorBody) }
        let answer = Responder.spoil(deserved(opening, now), opening)
        return opening.fault == .echoCredentials ? answer.repeating(credentials) : answer
    }

    /// Handles the end of the body. Completely received files are recorded with any answer.
    func finishReading() {
        guard let reader, refusal == nil else { return }
        do throws(UploadRefusal) {
            receive(try reader.finish())
        } catch {
            refusal = error.refusal
        }
    }

    /// The request's credentials.
    private var credentials: String {
        let form = head.endpoint == .token ? String(decoding: text, as: UTF8.self) : nil
        return [head.authorization, head.certificate, form].compactMap(\.self).joined(separator: " ")
    }

    private func deserved(_ opening: SimulatorState.Opening, _ now: Duration) -> Answer {
        guard let endpoint = head.endpoint else { return Answer(Refusal(404, "not found"), form: .error) }
        switch endpoint {
        case .token: return core.with { $0.issueToken(text, head, now: now) }
        case .health: return StatusAnswers.health(now: now)
        case .status: return StatusAnswers.status(permissions: behaviour.permissions, now: now)
        case .image, .video, .batchImage, .batchVideo:
            let upload = UploadAnswer(
                endpoint: endpoint, kind: endpoint.kind ?? .image, head: head, opening: opening)
            let number = endpoint.isBatch ? core.with { $0.nextBatch() } : 0
            let outcome = upload.outcome(files, batch: number)
            judged = outcome.judged
            return outcome.answer
        }
    }

    private func receive(_ completed: [ReceivedFile]) {
        guard let opening, !completed.isEmpty else { return }
        files += completed
        let recorded = completed.map { RecordedFile($0, in: head) }
        core.with { $0.record.received(recorded, opening.ticket) }
    }

    func beginAnswer() { isAnswering = true }

    /// Records the end, once, before the last byte is sent, so that a client never sees more than the record.
    func end(status: Int?) {
        guard let opening, !isEnded else { return }
        isEnded = true
        core.with {
            $0.record.end(opening.ticket, status: status, bodyBytes: bodyBytes, judged: judged)
        }
        core.report(recorded(status))
    }

    private func recorded(_ status: Int?) -> RecordedRequest {
        var request = RecordedRequest(head, connection: connection)
        request.started = started
        request.ended = .now
        request.status = status
        request.bodyBytes = bodyBytes
        request.files = files.map { RecordedFile($0, in: head) }
        return request
    }
}

extension RecordedFile {
    init(_ file: ReceivedFile, in head: RequestHead) {
        self.init(
            partName: file.head?.name, fileName: file.head?.fileName,
            contentType: file.head == nil ? head.contentType : file.head?.contentType, size: file.size,
            sha256: file.sha256)
    }
}
