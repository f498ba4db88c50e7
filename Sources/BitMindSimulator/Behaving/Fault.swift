package import BitMindAPI
import SampleMedia

/// A fault to simulate. The raw value is the name of its flag.
package enum Fault: String, Sendable, Hashable, CaseIterable {
    // The service fails.
    case status500 = "status-500"
    case status502 = "status-502"
    case status503 = "status-503"
    case rateLimited = "rate-limited"

    // The connection.
    case closeAtOnce = "close-at-once"
    case closeAfterBody = "close-after-body"
    case resetInBody = "reset-in-body"
    case early401 = "early-401"
    case early413 = "early-413"
    case early429 = "early-429"
    case stall
    case stallInBody = "stall-in-body"

    // How the answer is sent.
    case trickle
    case cutAnswer = "cut-answer"
    case endless
    case wrongContentType = "wrong-content-type"
    case echoCredentials = "echo-credentials"

    // The content of the answer.
    case notJSON = "not-json"
    case truncatedJSON = "truncated-json"
    case otherJSON = "other-json"
    case wrongTypes = "wrong-types"
    case notANumber = "not-a-number"
    case outOfRange = "out-of-range"
    case deeplyNested = "deeply-nested"
    case atOdds = "at-odds"
    case noProcessingTime = "no-processing-time"
    case extraFields = "extra-fields"
    case longDigits = "long-digits"
    case exponentDigits = "exponent-digits"

    // Batches.
    case batchRefused = "batch-refused"
    case batchTooLarge = "batch-too-large"
    case batchMissing = "batch-missing"
    case batchError = "batch-error"
    case batchDuplicate = "batch-duplicate"
    case batchOutOfRange = "batch-out-of-range"
    case batchUnplaced = "batch-unplaced"
    case batchShuffled = "batch-shuffled"
    case batchStrings = "batch-strings"

    /// One clause that describes the fault.
    package var summary: String {
        switch self {
        case .status500: "answer 500"
        case .status502: "answer 502"
        case .status503: "answer 503"
        case .rateLimited: "answer as if over the rate"
        case .closeAtOnce: "close at the request's head, without an answer"
        case .closeAfterBody: "read the whole request, then close without an answer"
        case .resetInBody: "reset the connection in mid body"
        case .early401: "answer 401 before the body is read, and close"
        case .early413: "answer 413 before the body is read, and close"
        case .early429: "answer 429 before the body is read, and close"
        case .stall: "read the request and never answer"
        case .stallInBody: "stop reading in mid body and never answer"
        case .trickle: "send the answer byte by byte"
        case .cutAnswer: "close in mid answer"
        case .endless: "send an answer that never ends"
        case .echoCredentials: "repeat the credentials that came with the request, in the answer"
        case .wrongContentType: "call the answer text/html"
        case .notJSON: "answer 200 with text that is no JSON"
        case .truncatedJSON: "answer with the first half of the JSON"
        case .otherJSON: "answer with a JSON array in place of an object"
        case .wrongTypes: "give isAI as a string and confidence as a Boolean"
        case .notANumber: "give a confidence of NaN, which is no JSON"
        case .outOfRange: "give a confidence of 1.7"
        case .deeplyNested: "add a field nested 200,000 deep"
        case .atOdds: "let isAI and confidence contradict each other"
        case .noProcessingTime: "leave processingTime out"
        case .extraFields: "add fields that are not documented"
        case .longDigits: "give a confidence of 20 digits"
        case .exponentDigits: "give a confidence such as 8.234E-1"
        case .batchRefused: "refuse a batch as a whole with 400"
        case .batchTooLarge: "refuse a batch as a whole with 413"
        case .batchMissing: "leave the last entry of a batch out"
        case .batchError: "put an error in place of the last entry of a batch"
        case .batchDuplicate: "give the last entry of a batch the position of the first"
        case .batchOutOfRange: "give the last entry of a batch a position that does not exist"
        case .batchUnplaced: "leave the position of the last entry of a batch out"
        case .batchShuffled: "give the entries of a batch in another order"
        case .batchStrings: "give the numbers of batch entries as strings"
        }
    }

    /// Whether it replaces the answer or breaks the connection for any request; otherwise it alters an answer
    /// that would have been good.
    var strikesBeforeAnswer: Bool {
        switch self {
        case .status500, .status502, .status503, .rateLimited, .closeAtOnce, .closeAfterBody, .resetInBody,
            .early401, .early413, .early429, .stall, .stallInBody:
            true
        default: false
        }
    }

    /// Whether it applies only to batches.
    var isOfBatches: Bool { rawValue.hasPrefix("batch-") }
}

/// An answer sent unchanged, for tests that need one that no fault gives.
package struct ScriptedAnswer: Sendable, Hashable {
    /// The status, 200 to 599.
    package var status: Int
    /// Headers in addition to `Content-Length` and `X-Simulated`.
    package var headers: [String: String]
    /// The body; nil: an error body in the current form.
    package var body: String?

    package init(status: Int, headers: [String: String] = [:], body: String? = nil) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// Which fault, where, and how often.
package struct FaultRule: Sendable, Hashable {
    package enum Effect: Sendable, Hashable {
        case fault(Fault)
        case answer(ScriptedAnswer)
    }

    package enum Occasion: Sendable, Hashable {
        case always
        /// The next so many matching requests.
        case next(Int)
        /// Each request with this probability, 0 to 1.
        case rate(Double)
    }

    package var effect: Effect
    package var occasion: Occasion
    package var endpoints: Set<Endpoint>

    /// The endpoints that accept files. Rules apply to them by default.
    package static let fileEndpoints: Set<Endpoint> = [.image, .video, .batchImage, .batchVideo]

    package init(_ fault: Fault, _ occasion: Occasion = .always, on endpoints: Set<Endpoint> = fileEndpoints)
    {
        self.effect = .fault(fault)
        self.occasion = occasion
        self.endpoints = endpoints
    }

    /// A rule that gives a scripted answer.
    package init(
        answer: ScriptedAnswer, _ occasion: Occasion = .always, on endpoints: Set<Endpoint> = fileEndpoints
    ) {
        self.effect = .answer(answer)
        self.occasion = occasion
        self.endpoints = endpoints
    }

    /// Whether the rule applies now. If so, its count is reduced.
    mutating func strikes(_ endpoint: Endpoint, refused: Bool, random: inout SplitMix64) -> Bool {
        guard endpoints.contains(endpoint) else { return false }
        if case .fault(let fault) = effect {
            if refused, !fault.strikesBeforeAnswer { return false }
            if fault.isOfBatches, endpoint != .batchImage, endpoint != .batchVideo { return false }
        }
        switch occasion {
        case .always: return true
        case .rate(let probability): return Double.random(in: 0..<1, using: &random) < probability
        case .next(let count):
            guard count > 0 else { return false }
            occasion = .next(count - 1)
            return true
        }
    }
}

extension [FaultRule] {
    /// The effect of the first rule that applies; nil if none does.
    mutating func strike(
        _ endpoint: Endpoint, refused: Bool, random: inout SplitMix64
    ) -> FaultRule.Effect? {
        for index in indices where self[index].strikes(endpoint, refused: refused, random: &random) {
            return self[index].effect
        }
        return nil
    }
}
