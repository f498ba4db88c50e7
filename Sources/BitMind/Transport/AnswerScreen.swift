/// Collects an answer's body as it arrives, and stops at anything that no normal answer contains. A hostile
/// answer therefore uses no more memory than the part before that place.
struct AnswerScreen {
    /// How much is kept of a body that is not a verdict: a page, or a refusal.
    static let otherLimit = 64 << 10

    private enum Form {
        case unknown, json, other
    }

    private let limit: Int
    private let limits = JSONLimits.answer
    /// The bytes kept so far.
    private(set) var bytes: [UInt8] = []
    private var count = 0
    private var form = Form.unknown
    private var isInString = false
    private var isEscaped = false
    private var depth = 0
    private var values = 0
    private var numberLength = 0

    /// - Parameter limit: the largest number of bytes.
    init(limit: Int) { self.limit = limit }

    /// Adds the next piece.
    ///
    /// - Parameter isSuccess: whether the status means a verdict.
    /// - Returns: why no more is accepted; nil to continue.
    mutating func take(_ piece: UnsafeRawBufferPointer, isSuccess: Bool) -> String? {
        count += piece.count
        guard count <= limit else { return "the answer has more than \(limit) bytes" }
        if form == .unknown { form = isSuccess ? Self.form(of: piece) : .other }
        if form == .json, let excess = excess(in: piece) { return "the answer has \(excess)" }
        let room = form == .json ? limit : min(limit, Self.otherLimit)
        bytes.append(contentsOf: piece.prefix(max(0, room - bytes.count)))
        return nil
    }

    private static func form(of piece: UnsafeRawBufferPointer) -> Form {
        guard let first = piece.first(where: { $0 > 0x20 }) else { return .unknown }
        return first == UInt8(ascii: "{") || first == UInt8(ascii: "[") ? .json : .other
    }

    /// Finds what exceeds a limit as soon as it appears. Whether it is valid JSON is checked later.
    private mutating func excess(in piece: UnsafeRawBufferPointer) -> String? {
        for byte in piece {
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"),
                UInt8(ascii: "+"), UInt8(ascii: "e"), UInt8(ascii: "E"):
                numberLength += 1
                guard numberLength <= limits.numberLength else {
                    return "a number of more than \(limits.numberLength) characters"
                }
                continue
            case UInt8(ascii: "\""): isInString = true
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                (depth, values) = (depth + 1, values + 1)
                guard depth <= limits.depth else { return "values nested more than \(limits.depth) deep" }
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
            case UInt8(ascii: ","): values += 1
            default: break
            }
            numberLength = 0
            guard values <= limits.values else { return "more than \(limits.values) values" }
        }
        return nil
    }
}
