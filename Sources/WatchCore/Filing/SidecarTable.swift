import BitMindAPI

/// The fields of a sidecar: one row for each. No other place defines them: sidecars are written and read by
/// these rows, and tests compare `config/sidecar.schema.json` with them.
enum SidecarTable {
    static let sidecar = SidecarForm<Sidecar>.object(
        { _, outcome, api, by, media, times, isSimulated in
            Sidecar(outcome: outcome, api: api, by: by, media: media, times: times, isSimulated: isSimulated)
        },
        .constant("schema", Sidecar.schema),
        outcome,
        SidecarRow("api", \.api, optional: api, inVerdict: .written),
        SidecarRow("by", \.by, producer),
        SidecarRow("media", \.media, media),
        SidecarRow("times", \.times, times),
        .mark("simulated", \.isSimulated))

    private static let verdict = SidecarRow<Sidecar.Outcome, Sidecar.Outcome.Word>(
        "verdict", \.word,
        .word(Sidecar.Outcome.Word.allCases, else: "is none of \"ai\", \"human\" and \"failed\""))

    private static let isAI = SidecarRow("isAI", \Sidecar.Judgement.isAI, .flag)

    private static let judgement = SidecarForm<Sidecar.Judgement>.object(
        Sidecar.Judgement.init(isAI:confidence:processingTime:),
        isAI,
        SidecarRow("confidence", \.confidence, .probability),
        SidecarRow("processingTime", \.processingTime, optional: .number))

    private static let failure = SidecarRow<Sidecar.Failure, Sidecar.Failure>(
        "error", \.self,
        .object(
            Sidecar.Failure.init(code:message:status:),
            SidecarRow("code", \.code, .word(Sidecar.FailureCode.allCases, else: "is no code of a failure")),
            SidecarRow("message", \.message, .text),
            SidecarRow("status", \.status, optional: .integer(100...599))))

    private static let api = SidecarForm<Sidecar.APIRecord>.object(
        Sidecar.APIRecord.init(attempts:baseURL:batchPosition:endpoint:requestID:response:),
        SidecarRow("attempts", \.attempts, .integer(1...1_000_000)),
        SidecarRow("baseURL", \.baseURL, .text),
        SidecarRow("batchPosition", \.batchPosition, optional: .integer(0...49)),
        SidecarRow(
            "endpoint", \.endpoint,
            .word(Endpoint.allCases.filter { $0.partName != nil }, else: "is no endpoint that takes files")),
        SidecarRow("requestID", \.requestID, optional: .text),
        SidecarRow("response", \.response, optional: .anything, inVerdict: .written))

    private static let producer = SidecarForm<Sidecar.Producer>.object(
        Sidecar.Producer.init(host:program:version:),
        SidecarRow("host", \.host, .text),
        SidecarRow("program", \.program, .text),
        SidecarRow("version", \.version, .text))

    private static let size = SidecarRow("size", \Sidecar.MediaRecord.size, .integer(0...Int64.max))

    private static let media = SidecarForm<Sidecar.MediaRecord>.object(
        Sidecar.MediaRecord.init(path:inbox:size:sha256:type:isComplete:modified:),
        path,
        SidecarRow("inbox", \.inbox, .absolutePath),
        size,
        SidecarRow(
            "sha256", \.sha256, optional: .digest,
            // Only a file that may be above a size limit has no digest.
            isNeeded: { place throws(SidecarError) in
                try size.read(place) <= MediaKind.image.maximumFileSize
            }),
        SidecarRow(
            "type", \.type, optional: .word(MediaType.allCases, else: "is no type that the API takes"),
            inVerdict: .written),
        SidecarRow("complete", \.isComplete, .flag),
        SidecarRow("modified", \.modified, .moment))

    private static let times = SidecarForm<Sidecar.Times>.object(
        Sidecar.Times.init(found:submitted:classified:filed:),
        SidecarRow("found", \.found, .moment),
        SidecarRow("submitted", \.submitted, optional: .moment, inVerdict: .written),
        SidecarRow("classified", \.classified, optional: .moment, inVerdict: .written),
        SidecarRow("filed", \.filed, .moment))
}

extension SidecarTable {
    /// The verdict, and beside it the API's judgement, or the failure.
    private static let outcome = SidecarRow<Sidecar, Sidecar.Outcome>(
        fields: verdict.fields + judgement.fields.map { $0.absent(in: \.inFailure) }
            + failure.fields.map { $0.absent(in: \.inVerdict) }
    ) { sidecar in
        switch sidecar.outcome {
        case .judged(let judged): verdict.write(sidecar.outcome) + (judgement.write(judged).members ?? [])
        case .failed(let failed): verdict.write(sidecar.outcome) + failure.write(failed)
        }
    } read: { place throws(SidecarError) in
        let word = try verdict.read(place)
        if word == .failed { return .failed(try failure.read(place)) }
        let outcome = Sidecar.Outcome.judged(try judgement.read(place))
        guard outcome.word == word else { throw isAI.error(in: place, "contradicts verdict") }
        return outcome
    }

    /// The file's path below the inbox, and its last part again as the name.
    private static let path: SidecarRow<Sidecar.MediaRecord, [UInt8]> = {
        let path = SidecarRow.bytes("path", \Sidecar.MediaRecord.path)
        let name = SidecarRow.bytes("name", \Sidecar.MediaRecord.name)
        return SidecarRow(fields: path.fields + name.fields) { media in
            path.write(media) + name.write(media)
        } read: { place throws(SidecarError) in
            let bytes = try path.read(place)
            let parts = bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            guard !bytes.contains(0), parts.allSatisfy(isName) else {
                throw path.error(in: place, "does not lead to a file below the inbox")
            }
            guard try name.read(place)[...] == parts.last else {
                throw name.error(in: place, "is not the last part of path")
            }
            return bytes
        }
    }()

    /// Whether a part of a path is a plain name.
    private static func isName(_ part: ArraySlice<UInt8>) -> Bool {
        !part.isEmpty && !part.elementsEqual(".".utf8) && !part.elementsEqual("..".utf8)
    }
}

extension SidecarField {
    /// The same field, but never written into the sidecars of one outcome.
    fileprivate func absent(in outcome: WritableKeyPath<SidecarField, Presence>) -> SidecarField {
        var field = self
        field[keyPath: outcome] = .absent
        return field
    }
}

extension Sidecar {
    /// All fields of sidecars, for comparison with the documentation.
    package static var fields: [SidecarField] { SidecarTable.sidecar.fields }
}
