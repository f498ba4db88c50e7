package import BitMindAPI
import FoundationEssentials

extension Sidecar {
    /// The sidecar file's bytes: JSON, our keys sorted, the API's answer in its own order, a newline at the end.
    ///
    /// It is indented for people unless it is long: an answer of deeply nested trifles would grow a hundredfold.
    package var serialized: [UInt8] {
        let compact = json.serialized(sortedKeys: false, pretty: false)
        let isLong = compact.count > 16_384
        return (isLong ? compact : json.serialized(sortedKeys: false, pretty: true)) + [UInt8(ascii: "\n")]
    }

    /// The sidecar as a JSON object, our keys sorted.
    package var json: JSONText {
        var members: [String: JSONText?] = [
            "api": api?.json,
            "by": .object([
                "host": .string(by.host), "program": .string(by.program), "version": .string(by.version),
            ]),
            "media": media.json,
            "schema": .string(Self.schema),
            "simulated": isSimulated ? .bool(true) : nil,
            "times": times.json,
            "verdict": .string(outcome.verdict),
        ]
        switch outcome {
        case .judged(let judgement):
            members["isAI"] = .bool(judgement.isAI)
            members["confidence"] = .number(judgement.confidence)
            members["processingTime"] = judgement.processingTime.map(JSONText.number)
        case .failed(let failure):
            members["error"] = .object([
                "code": .string(failure.code.rawValue), "message": .string(failure.message),
                "status": failure.status.map(JSONText.number),
            ])
        }
        return .object(members)
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
            "sha256": .string(sha256), "size": .number(String(size)),
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

    /// An object of the members that have a value, sorted by name.
    fileprivate static func object(_ members: [String: JSONText?]) -> JSONText {
        let present = members.compactMap { name, value in value.map { Member(name, $0) } }
        return .object(present.sorted { $0.name < $1.name })
    }
}
