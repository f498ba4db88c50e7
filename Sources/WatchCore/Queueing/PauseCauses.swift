import BitMindAPI

/// What the server, the library or the kernel said of each state that holds requests up.
///
/// A state is reported with its cause when it begins. While it lasts, a cause that is another one is reported once
/// more. What follows a comma or stands in brackets is a detail, and so is a number: how much had been sent, say, or to
/// which port. Causes that differ in details alone are one cause.
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

    /// How many causes of one state are reported at most.
    static let most = 5

    /// What was said last; nil where nothing was.
    subscript(reason: RequestGate.PauseReason) -> String? { known[reason]?.text }

    /// Takes note of what was said.
    /// - Returns: whether it is news in a state that lasts.
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

    /// A state has become another one, for the same cause.
    mutating func move(_ reason: RequestGate.PauseReason, to other: RequestGate.PauseReason) {
        known[other] = known.removeValue(forKey: reason)
    }

    /// A state is over.
    mutating func end(_ reason: RequestGate.PauseReason) { known[reason] = nil }
}
