/// How a file is put into a request.
enum UploadForm: Sendable {
    /// Its bytes and nothing else.
    case raw
    case multipart

    /// The other form in which this kind may be sent; nil where there is none.
    func other(for kind: MediaKind) -> UploadForm? {
        switch (kind, self) {
        case (.image, .raw): .multipart
        case (.image, .multipart): .raw
        case (.video, _): nil
        }
    }

    func content(of uploads: [Upload], partName: String) -> (segments: [BodySegment], contentType: String) {
        switch self {
        case .raw: return (uploads.map { .file($0.body) }, uploads[0].type.contentType)
        case .multipart:
            let multipart = Multipart(name: partName, uploads: uploads)
            return (multipart.segments, multipart.contentType)
        }
    }
}

/// Which forms the API has taken.
struct UploadForms: Sendable {
    private var imageForm = UploadForm.raw
    private var accepted: Set<MediaKind> = []

    func form(for kind: MediaKind) -> UploadForm { kind == .image ? imageForm : .multipart }

    /// Keeps to a form that was taken after the other was refused.
    mutating func use(_ form: UploadForm, for kind: MediaKind) {
        if kind == .image { imageForm = form }
    }

    mutating func accept(_ kind: MediaKind) { accepted.insert(kind) }

    /// Whether the API has taken any file of this kind since the start.
    func hasAccepted(_ kind: MediaKind) -> Bool { accepted.contains(kind) }
}
