package import BitMindAPI

/// One request to make: its files, and the permit to send it.
package struct Assignment: Sendable {
    package let candidates: [Candidate]
    package let permit: RequestGate.Permit

    package var endpoint: Endpoint { permit.endpoint }
    package var isBatch: Bool { endpoint.single != nil }
    package var kind: MediaKind { candidates[0].kind }
    /// Whether it carries one file.
    package var isAlone: Bool { candidates.count == 1 }
    /// Whether it tests if the API works: a file that has not failed yet is better evidence than one that
    /// has.
    var isFirst: Bool { candidates.allSatisfy { $0.setbacks.failures == 0 } }
}
