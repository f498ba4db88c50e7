package import BitMindAPI
import FoundationEssentials

extension Sidecar {
    /// The sidecar file's bytes: JSON, our keys sorted, the API's answer in its own order, a newline at the end.
    ///
    /// It is indented for people unless it is long: an answer of deeply nested trifles would grow a hundredfold.
    package var serialized: [UInt8] {
        let json = json
        let isLong = json.count(upTo: Self.mostValues) == nil
        return json.serialized(sortedKeys: false, pretty: !isLong) + [UInt8(ascii: "\n")]
    }

    /// How many values are written each on a line of its own: some ten times what the API answers today.
    private static let mostValues = 512

    /// The sidecar as a JSON object, our keys sorted.
    package var json: JSONText {
        var judgement: Judgement?
        var failure: Failure?
        switch outcome {
        case .judged(let judged): judgement = judged
        case .failed(let failed): failure = failed
        }
        return .object([
            "api": api?.json,
            "by": .object([
                "host": .string(by.host), "program": .string(by.program), "version": .string(by.version),
            ]),
            "confidence": judgement.map { .number($0.confidence) },
            "error": failure?.json,
            "isAI": judgement.map { .bool($0.isAI) },
            "media": media.json,
            "processingTime": judgement?.processingTime.map(JSONText.number),
            "schema": .string(Self.schema),
            "simulated": isSimulated ? .bool(true) : nil,
            "times": times.json,
            "verdict": .string(outcome.verdict),
        ])
    }
}

extension Sidecar.Failure {
    fileprivate var json: JSONText {
        .object([
            "code": .string(code.rawValue), "message": .string(message),
            "status": status.map(JSONText.number),
        ])
    }
}

extension Sidecar.APIRecord {
    fileprivate var json: JSONText {
        .object([
            "attempts": .number(attempts), "baseURL": .string(baseURL),
            "batchPosition": batchPosition.map(JSONText.number), "endpoint": .string(endpoint.path),
            "requestID": requestID.map(JSONText.string), "response": response,
        ])
    }
}

extension Sidecar.MediaRecord {
    fileprivate var json: JSONText {
        let shownName = DisplayName(name)
        let shownPath = DisplayName(path)
        return .object([
            "complete": .bool(isComplete), "inbox": .string(inbox), "modified": .string("\(modified)"),
            "name": .string(shownName.lossy), "nameBytes": base64(shownName),
            "path": .string(shownPath.lossy), "pathBytes": base64(shownPath),
            "sha256": sha256.map(JSONText.string), "size": .number(String(size)),
            "type": type.map { .string($0.contentType) },
        ])
    }

    private func base64(_ name: DisplayName) -> JSONText? {
        name.isUTF8 ? nil : .string(Data(name.bytes).base64EncodedString())
    }
}

extension Sidecar.Times {
    fileprivate var json: JSONText {
        .object([
            "classified": classified.map { .string("\($0)") }, "filed": .string("\(filed)"),
            "found": .string("\(found)"), "submitted": submitted.map { .string("\($0)") },
        ])
    }
}

extension JSONText {
    fileprivate static func number(_ value: Int) -> JSONText { .number(String(value)) }

    /// An object of the members that have a value.
    /// - Parameter members: sorted by name.
    fileprivate static func object(_ members: KeyValuePairs<String, JSONText?>) -> JSONText {
        .object(members.compactMap { name, value in value.map { Member(name, $0) } })
    }

    /// How many values there are in this one, itself included; nil where they are more than `most`.
    fileprivate func count(upTo most: Int) -> Int? {
        var count = 1
        for value in elements ?? members?.map(\.value) ?? [] where count <= most {
            guard let inner = value.count(upTo: most - count) else { return nil }
            count += inner
        }
        return count <= most ? count : nil
    }
}
