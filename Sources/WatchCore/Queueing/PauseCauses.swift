import BitMindAPI

/// The cause of each state that holds up requests, as reported by the server, the library or the kernel.
///
/// A state is reported with its cause when it begins. While it lasts, each new cause is reported once. Text
/// after a comma or in brackets is a detail, and so is a number, for example the bytes sent or a port. Causes
/// that differ in details only are the same cause.
struct PauseCauses: Sendable {
    private struct Words: Hashable, Sendable {
        let kind: APIError.Kind
        let status: Int?
        let message: String

        init(_ error: APIError) {
            kind = error.kind
            status = error.status
            message = String(error.message.prefix { $0 != "," && $0 != "(" }.filter { !$0.isNumber })
        }
    }

    private struct Known: Sendable {
        var text: String
        var reported: Set<Words>
    }

    private var known: [RequestGate.PauseReason: Known] = [:]

    /// The largest number of causes reported for one state.
    static let most = 5

    /// The last cause; nil if there is none.
    subscript(reason: RequestGate.PauseReason) -> String? { known[reason]?.text }

    /// Records a cause.
    /// - Returns: whether it is a new cause of a state that lasts.
    mutating func note(_ error: APIError, of reason: RequestGate.PauseReason) -> Bool {
        let words = Words(error)
        guard var state = known[reason] else {
            known[reason] = Known(text: "\(error)", reported: [words])
            return false
        }
        state.text = "\(error)"
        let isNews = state.reported.count < Self.most && state.reported.insert(words).inserted
        known[reason] = state
        return isNews
    }

    /// A state has changed into another one, with the same cause.
    mutating func move(_ reason: RequestGate.PauseReason, to other: RequestGate.PauseReason) {
        known[other] = known.removeValue(forKey: reason)
    }

    /// A state is over.
    mutating func end(_ reason: RequestGate.PauseReason) { known[reason] = nil }
}
