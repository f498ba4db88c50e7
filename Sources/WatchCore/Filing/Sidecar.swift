package import BitMindAPI

/// The file beside a filed file, as `photo.jpg.json`: the verdict, and the evidence for it.
package struct Sidecar: Sendable, Hashable {
    package var outcome: Outcome
    /// nil if the file was never uploaded.
    package var api: APIRecord?
    package var by: Producer
    package var media: MediaRecord
    package var times: Times
    /// Whether the verdict is from the simulator, and therefore has no meaning.
    package var isSimulated: Bool

    package init(
        outcome: Outcome, api: APIRecord?, by: Producer, media: MediaRecord, times: Times,
        isSimulated: Bool = false
    ) {
        self.outcome = outcome
        self.api = api
        self.by = by
        self.media = media
        self.times = times
        self.isSimulated = isSimulated
    }

    /// The value of `schema` in every sidecar of this form.
    package static let schema = "bitmind-watch/sidecar/v1"

    /// A size in bytes above that of any sidecar that the service writes. A larger file is not read further.
    package static let mostBytes = 16 << 20

    /// The verdict, or the failure.
    package enum Outcome: Sendable, Hashable {
        case judged(Judgement)
        case failed(Failure)

        /// `ai`, `human` or `failed`, as in the sidecar, the journal and the metrics.
        package var verdict: String { word.rawValue }

        var word: Word {
            switch self {
            case .judged(let judgement): judgement.isAI ? .ai : .human
            case .failed: .failed
            }
        }

        enum Word: String, CaseIterable {
            case ai, human, failed
        }
    }

    /// A verdict of the API.
    package struct Judgement: Sendable, Hashable {
        package var isAI: Bool
        /// A JSON number from 0 to 1, in the digits of the API.
        package var confidence: String
        /// A JSON number, in seconds, in the digits of the API; nil if it gave none.
        package var processingTime: String?

        package init(isAI: Bool, confidence: String, processingTime: String? = nil) {
            self.isAI = isAI
            self.confidence = confidence
            self.processingTime = processingTime
        }
    }

    /// Why a file went to `failed`. The file itself is always the cause.
    package struct Failure: Sendable, Hashable {
        package var code: FailureCode
        /// A sentence for people.
        package var message: String
        /// The HTTP status, if the API refused the file.
        package var status: Int?

        package init(code: FailureCode, message: String, status: Int? = nil) {
            self.code = code
            self.message = message
            self.status = status
        }
    }

    package enum FailureCode: String, Sendable, Hashable, CaseIterable {
        case empty
        case unsupportedType = "unsupported-type"
        case tooLarge = "too-large"
        case rejected
        /// The API failed at this file alone, each time, for longer than `give_up`.
        case unanswered
    }

    /// The request to the API, and its answer.
    package struct APIRecord: Sendable, Hashable {
        /// The number of uploads of this file that the API may have processed, including this one; from 1.
        package var attempts: Int
        package var baseURL: String
        /// The file's position in its batch, from 0; nil if it was sent alone.
        package var batchPosition: Int?
        package var endpoint: Endpoint
        package var requestID: String?
        /// The API's answer for this file, unchanged except for repeated credentials, which are removed; nil
        /// if it was not JSON.
        package var response: JSONText? {
            get { kept?.value }
            set { kept = newValue.map(KeptJSON.init) }
        }
        private var kept: KeptJSON?

        package init(
            attempts: Int, baseURL: String, batchPosition: Int? = nil, endpoint: Endpoint,
            requestID: String? = nil, response: JSONText?
        ) {
            self.attempts = attempts
            self.baseURL = baseURL
            self.batchPosition = batchPosition
            self.endpoint = endpoint
            self.requestID = requestID
            kept = response.map(KeptJSON.init)
        }
    }

    /// The program that wrote the sidecar, and its host.
    package struct Producer: Sendable, Hashable {
        package var host: String
        package var program: String
        package var version: String

        package init(host: String, program: String = "bitmind-watch", version: String) {
            self.host = host
            self.program = program
            self.version = version
        }
    }

    /// The file that was judged.
    package struct MediaRecord: Sendable, Hashable {
        /// Whether the file seemed complete when it was sent.
        package var isComplete: Bool
        /// The inbox's absolute path, as configured.
        package var inbox: String
        package var modified: Timestamp
        /// The file's path below the inbox, in the kernel's bytes: names joined by "/", none of them "", "."
        /// or "..".
        package var path: [UInt8]
        /// 64 hexadecimal digits, in lower case; nil for a file above the API's limit, which is not hashed.
        package var sha256: String?
        /// Bytes.
        package var size: Int64
        /// nil if the API does not accept the type.
        package var type: MediaType?

        /// The last part of `path`: the original name of the file.
        package var name: [UInt8] {
            Array(path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).last ?? [])
        }

        package init(
            path: [UInt8], inbox: String, size: Int64, sha256: String?, type: MediaType?, isComplete: Bool,
            modified: Timestamp
        ) {
            self.path = path
            self.inbox = inbox
            self.size = size
            self.sha256 = sha256
            self.type = type
            self.isComplete = isComplete
            self.modified = modified
        }
    }

    /// The times of the events, by the machine's clock.
    package struct Times: Sendable, Hashable {
        package var found: Timestamp
        /// When the upload that gave the answer began; nil if there was none.
        package var submitted: Timestamp?
        /// When the answer arrived; nil if there was none.
        package var classified: Timestamp?
        package var filed: Timestamp

        package init(
            found: Timestamp, submitted: Timestamp? = nil, classified: Timestamp? = nil, filed: Timestamp
        ) {
            self.found = found
            self.submitted = submitted
            self.classified = classified
            self.filed = filed
        }

        /// The time from when the file was found until it was filed, by these dates.
        package var untilFiled: Duration { .nanoseconds(filed.nanosecondsSince(found)) }
    }
}
