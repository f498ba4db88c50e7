import BitMindAPI

/// One entry for the journal: a sentence for people, fields for programs.
package struct JournalEvent: Sendable, Equatable {
    package struct Field: Sendable, Equatable {
        /// Upper-case letters, digits and underscores (systemd.journal-fields(7)).
        package var name: String
        /// Any bytes. File names are logged unchanged.
        package var value: [UInt8]

        package init(_ name: String, _ value: [UInt8]) {
            self.name = name
            self.value = value
        }
    }

    package var kind: EventKind
    /// One line, free of control characters.
    package var message: String
    package var fields: [Field]
    package var level: EventLevel

    /// - Parameter level: nil for the kind's default level.
    package init(_ kind: EventKind, _ message: String, fields: [Field] = [], level: EventLevel? = nil) {
        self.kind = kind
        self.message = message
        self.fields = fields
        self.level = level ?? kind.level
    }

    /// All fields of the entry but `MESSAGE` and `PRIORITY`.
    package var allFields: [Field] {
        [Field("MESSAGE_ID", Array(kind.messageID.utf8)), Field("BITMIND_EVENT", Array(kind.rawValue.utf8))]
            + fields
    }
}

extension JournalEvent.Field {
    package static func file(_ path: RelativePath) -> Self { Self("BITMIND_FILE", path.bytes) }
    package static func destination(_ path: [UInt8]) -> Self { Self("BITMIND_DESTINATION", path) }
    package static func verdict(_ verdict: String) -> Self { Self("BITMIND_VERDICT", Array(verdict.utf8)) }
    package static func confidence(_ digits: String) -> Self {
        Self("BITMIND_CONFIDENCE", Array(digits.utf8))
    }
    package static func sha256(_ digits: String) -> Self { Self("BITMIND_SHA256", Array(digits.utf8)) }
    package static func requestID(_ id: String) -> Self { Self("BITMIND_REQUEST_ID", Array(id.utf8)) }
    package static func error(_ text: String) -> Self { Self("BITMIND_ERROR", Array(text.utf8)) }
}

// MARK: - The entries of files

extension JournalEvent {
    /// A file's end: `ai 0.8234  trip/IMG_0042.jpg  (image/jpeg, 2.3 MB, 0.31 s)`.
    /// - Parameters:
    ///   - sidecar: the sidecar published beside the file.
    ///   - destination: the absolute path of the filed file.
    ///   - took: the time since the file was found; nil if an earlier run found it, so that only the dates
    ///     are known.
    package static func filed(
        _ sidecar: Sidecar, to destination: [UInt8], took: Duration? = nil
    ) -> JournalEvent {
        let media = sidecar.media
        let name = DisplayName(media.path).escaped
        var fields: [Field] = [
            .verdict(sidecar.outcome.verdict), .file(RelativePath(media.path)), .destination(destination),
        ]
        if let sha256 = media.sha256 { fields.append(.sha256(sha256)) }
        if let id = sidecar.api?.requestID { fields.append(.requestID(id)) }
        switch sidecar.outcome {
        case .judged(let judgement):
            let seconds = DurationText.seconds(took ?? sidecar.times.untilFiled)
            let facts = [media.type?.contentType, ByteCount(media.size).description, seconds]
            var text = "\(sidecar.outcome.verdict) \(judgement.confidence)  \(name)  "
            text += "(\(facts.compactMap(\.self).joined(separator: ", ")))\(sidecar.simulation)"
            if let confidence = Double(judgement.confidence),
                !Verdict.agree(isAI: judgement.isAI, confidence: confidence)
            {
                text += "; isAI and confidence of the API disagree, isAI decides"
            }
            return JournalEvent(.filed, text, fields: fields + [.confidence(judgement.confidence)])
        case .failed(let failure):
            return JournalEvent(
                .failed,
                "failed \(failure.code.rawValue)  \(name)  (\(failure.message))\(sidecar.simulation)",
                fields: fields + [.error(failure.code.rawValue)])
        }
    }

    /// The entry for a report of a file before its end.
    package static func report(_ report: FileReport, of path: RelativePath) -> JournalEvent {
        let name = DisplayName(path.bytes).escaped
        switch report {
        case .changed(let cause, let times, let wait):
            var text = "\(name) changed before it was filed: \(cause.rawValue); it is checked again"
            if wait > .zero {
                text +=
                    ", in \(DurationText.seconds(wait)) at the earliest: it has changed \(times) times. Let its "
                    + "program write it elsewhere and rename it into the inbox"
            }
            return JournalEvent(.changed, text, fields: [.file(path), .error(cause.rawValue)])
        case .skipped(let kind):
            return .trouble(.special, .init(path, kind))
        case .held(.unreadable(let reason)):
            return .trouble(.unreadable, .init(path, reason))
        case .held(.unmovable(let reason)):
            return .trouble(.unmovable, .init(path, reason))
        }
    }
}

extension Sidecar {
    /// The mark of a simulated API, at the end of the entry.
    fileprivate var simulation: String { isSimulated ? " simulated" : "" }
}
