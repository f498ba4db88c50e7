internal import BitMindAPI

/// The answer to completely received files.
struct UploadAnswer {
    var endpoint: Endpoint
    var kind: MediaKind
    var head: RequestHead
    var opening: SimulatorState.Opening

    /// The answer, and the digests of the files with a verdict.
    typealias Outcome = (answer: Answer, judged: [String])

    /// - Parameter batch: The number for the `request_id` of a batch.
    func outcome(_ files: [ReceivedFile], batch: Int) -> Outcome {
        if let misnamed = files.first(where: { $0.head != nil && $0.head?.name != endpoint.partName }) {
            return refuse(400, "unexpected part: \(misnamed.head?.name ?? "")")
        }
        return endpoint.isBatch ? ofBatch(files, batch) : ofOne(files)
    }

    private func ofOne(_ files: [ReceivedFile]) -> Outcome {
        guard let file = files.first, files.count == 1 else {
            return refuse(400, "expected one part named \(endpoint.partName ?? "")")
        }
        if let complaint = complaint(file) { return refuse(opening.behaviour.badFileStatus, complaint) }
        let verdict = VerdictAnswer(verdict: .init(sha256: file.sha256), fault: opening.fault)
        return (Answer(json: verdict.object()), [file.sha256])
    }

    private func ofBatch(_ files: [ReceivedFile], _ batch: Int) -> Outcome {
        guard (1...kind.maximumBatchCount).contains(files.count) else {
            return refuse(
                400, "expected 1 to \(kind.maximumBatchCount) parts named \(endpoint.partName ?? "")")
        }
        let complaints = files.map(complaint)
        if let bad = complaints.firstIndex(where: { $0 != nil }) {
            let message = "item \(bad): \(complaints[bad] ?? "")"
            switch opening.behaviour.badBatchItem {
            case .refused: return refuse(opening.behaviour.badFileStatus, message)
            case .tooLarge: return refuse(413, message)
            case .missing, .error: break
            }
        }
        let items = zip(files, complaints).map { file, complaint -> BatchAnswer.Item in
            guard let complaint else { return .verdict(SimulatedVerdict(sha256: file.sha256)) }
            return opening.behaviour.badBatchItem == .missing ? .missing : .error(complaint)
        }
        let answer = BatchAnswer(
            items: items, fault: opening.fault, requestID: "batch_\(kind == .image ? "img" : "vid")_\(batch)",
            totalTime: Double(files.count) * 0.05)
        let judged = zip(files, complaints).compactMap { $1 == nil ? $0.sha256 : nil }
        return (Answer(json: answer.text), judged)
    }

    private func complaint(_ file: ReceivedFile) -> String? {
        let limit = kind == .image ? opening.behaviour.imageSizeLimit : opening.behaviour.videoSizeLimit
        if file.size > limit { return "too large: at most \(limit) bytes are taken" }
        guard opening.behaviour.checksContent else { return nil }
        let declared = file.head == nil ? head.contentType : file.head?.contentType
        return ContentCheck.complaint(file, declared: declared, kind: kind)
    }

    private func refuse(_ status: Int, _ message: String) -> Outcome {
        (Answer(Refusal(status, message), form: opening.behaviour.errorBody), [])
    }
}
