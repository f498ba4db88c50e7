import BitMindAPI

/// The folders that files go to.
package enum DestinationRole: String, Sendable, Hashable, CaseIterable {
    case ai
    case human
    case failed
    case review
}

extension DestinationRole {
    /// Whether a file of that outcome may ever be filed there.
    package func takes(_ outcome: Sidecar.Outcome) -> Bool {
        switch (self, outcome) {
        case (.failed, .failed), (.review, .judged): true
        case (.ai, .judged(let judgement)): judgement.isAI
        case (.human, .judged(let judgement)): !judgement.isAI
        case (.failed, .judged), (.ai, .failed), (.human, .failed), (.review, .failed): false
        }
    }
}

/// What is to become of one file, and of which bytes that was decided.
package struct Decision: Sendable, Hashable {
    package var outcome: Sidecar.Outcome
    package var prospect: Prospect
    /// The request that brought it; nil where the file was never sent.
    package var request: Request?

    package init(outcome: Sidecar.Outcome, prospect: Prospect, request: Request?) {
        self.outcome = outcome
        self.prospect = prospect
        self.request = request
    }

    package struct Request: Sendable, Hashable {
        package var api: Sidecar.APIRecord
        /// Of the bytes that were sent, 64 lower-case hexadecimal digits; nil where the answer came before all
        /// were.
        package var sha256: String?
        package var submitted: Timestamp
        package var classified: Timestamp
        /// Whether the simulator answered.
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

    /// Whether the file's bytes are hashed when it is filed: a file over the API's limit is never read to its end, for
    /// it may be as long as a file system allows, and cost nothing.
    package var isHashed: Bool {
        if case .failed(let failure) = outcome, failure.code == .tooLarge { return request != nil }
        return prospect.identity.size <= MediaKind.video.maximumFileSize
    }

    /// Whether it may be about a file that looks so: filing proves it by the bytes, where they were hashed; else only
    /// stamps tell.
    package func mayBe(about file: FileIdentity) -> Bool {
        let judged = prospect.identity
        return request?.sha256 == nil
            ? judged.isSameButForChangeTime(as: file) : judged.size == file.size
    }

    /// The sidecar that tells of it.
    /// - Parameters:
    ///   - sha256: of the file's bytes, 64 lower-case hexadecimal digits; nil where they are not hashed.
    ///   - modified: the file's present time of the last change.
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

/// Which folder an outcome leads to.
package struct Routing: Sendable, Equatable {
    /// The confidences that go to `review`; nil where there is no such folder.
    package var reviewBand: Configuration.ReviewBand?

    package init(_ watch: Configuration.Watch) {
        reviewBand = watch.review == nil ? nil : watch.reviewBand
    }

    /// `isAI` decides, never a recomputation from the confidence (product.md, "The sidecar").
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
