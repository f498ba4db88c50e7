package import BitMindAPI
package import WatchCore

/// One request to be made: its files, and the right to make it.
package struct Assignment: Sendable {
    package let candidates: [Candidate]
    package let permit: RequestGate.Permit

    package var endpoint: Endpoint { permit.endpoint }
    package var isBatch: Bool { endpoint == .batchImage || endpoint == .batchVideo }
}
