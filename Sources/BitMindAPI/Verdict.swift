/// The API's verdict on one file.
public struct Verdict: Sendable, Hashable {
    /// Whether the content was made by AI. It is never recomputed from `confidence`.
    public let isAI: Bool
    /// The probability, 0 to 1, that the content was made by AI.
    public let confidence: Double
    /// The same in the API's digits.
    public let confidenceText: String
    /// How long the API worked on it, in seconds, in the API's digits; nil if it sent no number.
    public let processingTime: String?
    /// The API's whole object for this file, unchanged; parsed at each access.
    public var response: JSONText { kept.value }
    private let kept: KeptJSON

    /// All fields, for tests and programs that keep their own records.
    ///
    /// - Parameters:
    ///   - confidenceText: a JSON number from 0 to 1.
    ///   - processingTime: a JSON number of seconds, or nil.
    ///   - response: the object that the other fields were read from.
    public init(
        isAI: Bool, confidence: Double, confidenceText: String, processingTime: String?, response: JSONText
    ) {
        self.isAI = isAI
        self.confidence = confidence
        self.confidenceText = confidenceText
        self.processingTime = processingTime
        kept = KeptJSON(response)
    }

    /// Whether `isAI` and `confidence >= 0.5` agree, as the API documents.
    public var isConsistent: Bool { Self.agree(isAI: isAI, confidence: confidence) }

    package static func agree(isAI: Bool, confidence: Double) -> Bool { isAI == (confidence >= 0.5) }
}

extension Verdict {
    /// Reads a verdict: an object with one Boolean `isAI` and one number `confidence` from 0 to 1. Other
    /// members are allowed. Nil if it is not such an object.
    public init?(response: JSONText) {
        guard response.count(of: "isAI") == 1, let isAI = response["isAI"]?.bool,
            response.count(of: "confidence") == 1, let digits = response["confidence"]?.number,
            let confidence = Double(digits), (0...1).contains(confidence)
        else { return nil }
        self.init(
            isAI: isAI, confidence: confidence, confidenceText: digits,
            processingTime: response["processingTime"]?.number, response: response)
    }
}

extension Verdict {
    /// What an answer lacks to be a verdict, in words.
    static func fault(in answer: JSONText) -> String {
        guard answer.members != nil else { return "the answer is no JSON object" }
        for (name, wanted) in [("isAI", "true or false"), ("confidence", "a number from 0 to 1")] {
            switch answer.count(of: name) {
            case 0: return "the answer has no \(name)"
            case 1: break
            default: return "the answer has \(name) more than once"
            }
            let value = answer[name] ?? .null
            let isGood =
                name == "isAI" ? value.bool != nil : value.double.map { (0...1).contains($0) } == true
            if !isGood {
                return "\(name) is \(PrintableText.printable(value.text(), limit: 40)), not \(wanted)"
            }
        }
        return "the answer is no verdict"
    }
}

/// The SHA-256 of some bytes.
public struct SHA256Digest: Sendable, Hashable, CustomStringConvertible {
    /// The 32 bytes.
    public let bytes: [UInt8]

    /// - Parameter bytes: exactly 32 bytes; otherwise nil.
    public init?(bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        self.bytes = bytes
    }

    /// 64 lower-case hexadecimal digits.
    public var hex: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// The same as ``hex``.
    public var description: String { hex }
}
