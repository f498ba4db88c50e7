package import BitMindAPI

/// One request to be made: its files, and the right to make it.
package struct Assignment: Sendable {
    package let candidates: [Candidate]
    package let permit: RequestGate.Permit

    package var endpoint: Endpoint { permit.endpoint }
    package var isBatch: Bool { endpoint.single != nil }
    package var kind: MediaKind { candidates[0].kind }
    /// Whether it carries one file.
    package var isAlone: Bool { candidates.count == 1 }
    /// Whether it shows if the API works: a file that has not failed yet shows more than one that has.
    var isFirst: Bool { candidates.allSatisfy { $0.setbacks.failures == 0 } }
}
