import BitMindAPI

/// The destination folders of a watch, by role.
package enum DestinationRole: String, Sendable, Hashable, CaseIterable {
    case ai
    case human
    case failed
    case review
}

extension DestinationRole {
    /// Whether a file with that outcome can be filed in this folder.
    package func takes(_ outcome: Sidecar.Outcome) -> Bool {
        switch (self, outcome) {
        case (.failed, .failed), (.review, .judged): true
        case (.ai, .judged(let judgement)): judgement.isAI
        case (.human, .judged(let judgement)): !judgement.isAI
        case (.failed, .judged), (.ai, .failed), (.human, .failed), (.review, .failed): false
        }
    }
}

/// The decision about one file, and the bytes it applies to.
package struct Decision: Sendable, Hashable {
    package var outcome: Sidecar.Outcome
    package var prospect: Prospect
    /// The request that gave the verdict; nil if the file was never sent.
    package var request: Request?

    package init(outcome: Sidecar.Outcome, prospect: Prospect, request: Request?) {
        self.outcome = outcome
        self.prospect = prospect
        self.request = request
    }

    package struct Request: Sendable, Hashable {
        package var api: Sidecar.APIRecord
        /// The SHA-256 digest of the bytes sent, as 64 lower-case hexadecimal digits; nil if the answer
        /// arrived before all bytes were sent.
        package var sha256: String?
        package var submitted: Timestamp
        package var classified: Timestamp
        /// Whether the simulator gave the verdict.
        package var isSimulated: Bool

        package init(
            api: Sidecar.APIRecord, sha256: String?, submitted: Timestamp, classified: Timestamp,
            isSimulated: Bool
        ) {
            self.api = api
            self.sha256 = sha256
            self.submitted = submitted
            self.classified = classified
            self.isSimulated = isSimulated
        }
    }

    /// Whether the file is hashed when it is filed. A file above the API's size limit is not hashed: it costs
    /// nothing, and may be as long as a file system allows.
    package var isHashed: Bool {
        if case .failed(let failure) = outcome, failure.code == .tooLarge { return request != nil }
        return prospect.identity.size <= MediaKind.video.maximumFileSize
    }

    /// Whether the decision may apply to a file with that identity. If the bytes were hashed, filing proves
    /// it by the bytes; otherwise only the stamps decide.
    package func mayBe(about file: FileIdentity) -> Bool {
        let judged = prospect.identity
        return request?.sha256 == nil
            ? judged.isSameButForChangeTime(as: file) : judged.size == file.size
    }

    /// The sidecar of this decision.
    /// - Parameters:
    ///   - sha256: the digest of the file's bytes, as 64 lower-case hexadecimal digits; nil if they are not
    ///     hashed.
    ///   - modified: the file's current modification time.
    ///   - filed: now.
    package func sidecar(
        path: RelativePath, inbox: String, sha256: String?, modified: Timestamp,
        by producer: Sidecar.Producer,
        found: Timestamp, filed: Timestamp
    ) -> Sidecar {
        Sidecar(
            outcome: outcome, api: request?.api, by: producer,
            media: Sidecar.MediaRecord(
                path: path.bytes, inbox: inbox, size: prospect.identity.size, sha256: sha256,
                type: prospect.type,
                isComplete: prospect.complete, modified: modified),
            times: Sidecar.Times(
                found: found, submitted: request?.submitted, classified: request?.classified, filed: filed),
            isSimulated: request?.isSimulated ?? false)
    }
}

/// Which folder each outcome leads to.
package struct Routing: Sendable, Equatable {
    /// The confidences that lead to `review`; nil if there is no such folder.
    package var reviewBand: Configuration.ReviewBand?

    package init(_ watch: Configuration.Watch) {
        reviewBand = watch.review == nil ? nil : watch.reviewBand
    }

    /// `isAI` decides. It is never recomputed from the confidence (product.md, "The sidecar").
    package func role(of outcome: Sidecar.Outcome) -> DestinationRole {
        switch outcome {
        case .failed: .failed
        case .judged(let judgement):
            if let reviewBand, let confidence = Double(judgement.confidence), reviewBand.contains(confidence)
            {
                .review
            } else {
                judgement.isAI ? .ai : .human
            }
        }
    }
}
