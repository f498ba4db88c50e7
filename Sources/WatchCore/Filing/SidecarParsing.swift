import BitMindAPI
import FoundationEssentials

/// Why bytes are not a sidecar that can be relied on.
package struct SidecarError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The field, as a path ("media.size"); empty where the whole is meant.
    package var field: String
    /// What is wrong with it.
    package var problem: String

    package var description: String { field.isEmpty ? problem : "\(field) \(problem)" }
}

extension Sidecar {
    /// Reads a sidecar back. Whoever may write in a destination may have written it, so nothing in it is
    /// believed that could lead astray: the path stays below the inbox, and numbers are in their ranges.
    ///
    /// - Parameter bytes: the whole file. Fields that this version does not know are passed over, and lost when
    ///   it is written again.
    /// - Throws: `SidecarError` where the bytes are not JSON, a field is missing or not of its type, or two
    ///   fields contradict each other.
    package init(parsing bytes: [UInt8]) throws(SidecarError) {
        let whole: JSONText
        do {
            whole = try JSONText(parsing: bytes, limits: Self.limits)
        } catch {
            throw SidecarError(field: "", problem: "\(error)")
        }
        try self.init(Field(name: "", value: whole))
    }

    /// Those of the API's answer, which lies two deeper here, among less than a hundred other values.
    private static let limits = JSONLimits(
        depth: JSONLimits.answer.depth + 2, numberLength: JSONLimits.answer.numberLength,
        values: JSONLimits.answer.values + 100)

    fileprivate init(_ root: Field) throws(SidecarError) {
        let schema = try root.member("schema")
        guard try schema.string() == Self.schema else { throw schema.error("is not \"\(Self.schema)\"") }
        outcome = try Outcome(root)
        api = try root.optional("api").map(APIRecord.init)
        by = try Producer(root.member("by"))
        media = try MediaRecord(root.member("media"))
        times = try Times(root.member("times"))
        isSimulated = try root.optional("simulated")?.bool() ?? false
    }
}

extension Sidecar.Outcome {
    fileprivate init(_ root: Field) throws(SidecarError) {
        let verdict = try root.member("verdict")
        switch try verdict.string() {
        case "ai": self = .judged(try Sidecar.Judgement(root, isAI: true))
        case "human": self = .judged(try Sidecar.Judgement(root, isAI: false))
        case "failed": self = .failed(try Sidecar.Failure(root.member("error")))
        default: throw verdict.error("is none of \"ai\", \"human\" and \"failed\"")
        }
    }
}

extension Sidecar.Judgement {
    fileprivate init(_ root: Field, isAI: Bool) throws(SidecarError) {
        let field = try root.member("isAI")
        guard try field.bool() == isAI else { throw field.error("contradicts verdict") }
        let confidenceField = try root.member("confidence")
        let confidence = try confidenceField.number()
        guard let value = Double(confidence), (0...1).contains(value) else {
            throw confidenceField.error("is not from 0 to 1")
        }
        self.init(
            isAI: isAI, confidence: confidence,
            processingTime: try root.optional("processingTime")?.number())
    }
}

extension Sidecar.Failure {
    fileprivate init(_ field: Field) throws(SidecarError) {
        let codeField = try field.member("code")
        guard let code = Sidecar.FailureCode(rawValue: try codeField.string()) else {
            throw codeField.error("is no code of a failure")
        }
        self.init(
            code: code, message: try field.member("message").string(),
            status: try field.optional("status")?.integer(in: 100...599))
    }
}

extension Sidecar.APIRecord {
    fileprivate init(_ field: Field) throws(SidecarError) {
        let endpointField = try field.member("endpoint")
        guard let endpoint = Endpoint(rawValue: try endpointField.string()), endpoint.partName != nil else {
            throw endpointField.error("is no endpoint that takes files")
        }
        self.init(
            attempts: try field.member("attempts").integer(in: 1...1_000_000),
            baseURL: try field.member("baseURL").string(),
            batchPosition: try field.optional("batchPosition")?.integer(in: 0...49),
            endpoint: endpoint,
            requestID: try field.optional("requestID")?.string(),
            response: try field.optional("response")?.value)
    }
}

extension Sidecar.Producer {
    fileprivate init(_ field: Field) throws(SidecarError) {
        self.init(
            host: try field.member("host").string(), program: try field.member("program").string(),
            version: try field.member("version").string())
    }
}

extension Sidecar.MediaRecord {
    fileprivate init(_ field: Field) throws(SidecarError) {
        let pathField = try field.member("path")
        let path = try Self.bytes(of: pathField, exactly: field.optional("pathBytes"))
        guard Self.staysBelow(path) else { throw pathField.error("does not lead to a file below the inbox") }
        let inboxField = try field.member("inbox")
        let inbox = try inboxField.string()
        guard inbox.hasPrefix("/") else { throw inboxField.error("is not absolute") }
        let size = try field.member("size").integer(in: 0...Int64.max)
        // Only a file that may be over a limit has none.
        let isOverLimit = size > MediaKind.image.maximumFileSize
        let digestField: Field? =
            try isOverLimit ? field.optional("sha256") : field.member("sha256")
        let sha256 = try digestField?.digest()
        self.init(
            path: path, inbox: inbox, size: size,
            sha256: sha256, type: try field.optional("type")?.mediaType(),
            isComplete: try field.member("complete").bool(),
            modified: try field.member("modified").moment())
        let nameField = try field.member("name")
        guard try Self.bytes(of: nameField, exactly: field.optional("nameBytes")) == name else {
            throw nameField.error("is not the last part of path")
        }
    }

    /// The bytes of a name: those in base64 where there are some, else the text's.
    private static func bytes(of text: Field, exactly bytes: Field?) throws(SidecarError) -> [UInt8] {
        let shown = Array(try text.string().utf8)
        guard let bytes else { return shown }
        guard let data = Data(base64Encoded: try bytes.string()) else { throw bytes.error("is not base64") }
        return Array(data)
    }

    /// Whether a relative path has no part that leads elsewhere.
    private static func staysBelow(_ path: [UInt8]) -> Bool {
        let parts = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return !path.contains(0)
            && parts.allSatisfy { !$0.isEmpty && !$0.elementsEqual(".".utf8) && !$0.elementsEqual("..".utf8) }
    }
}

extension Sidecar.Times {
    fileprivate init(_ field: Field) throws(SidecarError) {
        self.init(
            found: try field.member("found").moment(),
            submitted: try field.optional("submitted")?.moment(),
            classified: try field.optional("classified")?.moment(),
            filed: try field.member("filed").moment())
    }
}

/// A value in the sidecar, and where it stands.
private struct Field {
    var name: String
    var value: JSONText

    func error(_ problem: String) -> SidecarError {
        SidecarError(field: name, problem: problem)
    }

    func optional(_ key: String) throws(SidecarError) -> Field? {
        guard case .object = value else { throw error("is not an object") }
        guard let member = value[key] else { return nil }
        return Field(name: name.isEmpty ? key : "\(name).\(key)", value: member)
    }

    func member(_ key: String) throws(SidecarError) -> Field {
        guard let field = try optional(key) else {
            throw SidecarError(field: name.isEmpty ? key : "\(name).\(key)", problem: "is missing")
        }
        return field
    }

    func string() throws(SidecarError) -> String {
        guard case .string(let text) = value else { throw error("is not a string") }
        return text
    }

    func bool() throws(SidecarError) -> Bool {
        guard case .bool(let flag) = value else { throw error("is not true or false") }
        return flag
    }

    func number() throws(SidecarError) -> String {
        guard case .number(let text) = value else { throw error("is not a number") }
        return text
    }

    func integer<Value: FixedWidthInteger>(in range: ClosedRange<Value>) throws(SidecarError) -> Value {
        guard let number = Value(try number()), range.contains(number) else {
            throw error("is not a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// A SHA-256.
    func digest() throws(SidecarError) -> String {
        let text = try string()
        guard text.utf8.count == 64, text.utf8.allSatisfy(Self.hexadecimal.contains) else {
            throw error("is not 64 hexadecimal digits in lower case")
        }
        return text
    }

    private static let hexadecimal = Array("0123456789abcdef".utf8)

    func mediaType() throws(SidecarError) -> MediaType {
        guard let type = MediaType(rawValue: try string()) else {
            throw error("is no type that the API takes")
        }
        return type
    }

    func moment() throws(SidecarError) -> Timestamp {
        guard let moment = Timestamp(try string()) else { throw error("is not a time as in RFC 3339") }
        return moment
    }
}
