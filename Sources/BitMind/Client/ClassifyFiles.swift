extension BitMindClient {
    /// Requests the verdict of one image file.
    ///
    /// - Parameter path: a path, or a `file://` URL, of an image of a format that the API takes.
    /// - Throws: as `classify(_:)`; and `.bodyFailed` or `.misuse` if the file cannot be read or has another
    ///   format.
    public func classify(image path: String) async throws(APIError) -> Classification {
        try await classify(try await upload(path, .image))
    }

    /// Requests the verdict of one video file, as `classify(image:)` does for an image.
    ///
    /// - Parameter path: a path, or a `file://` URL, of a video of a format that the API takes.
    public func classify(video path: String) async throws(APIError) -> Classification {
        try await classify(try await upload(path, .video))
    }

    /// Requests the verdicts of 1 to 50 image files in one request, as `classify(batch:)`.
    public func classify(
        images paths: [String]
    ) async throws(APIError) -> [Result<Classification, APIError>] {
        try await classify(batch: try await uploads(paths, .image))
    }

    /// Requests the verdicts of 1 to 20 video files in one request, as `classify(batch:)`.
    public func classify(
        videos paths: [String]
    ) async throws(APIError) -> [Result<Classification, APIError>] {
        try await classify(batch: try await uploads(paths, .video))
    }

    private func uploads(_ paths: [String], _ kind: MediaKind) async throws(APIError) -> [Upload] {
        var uploads: [Upload] = []
        for path in paths { uploads.append(try await upload(path, kind)) }
        return uploads
    }

    /// Opens a file and identifies it, on another thread than the caller's.
    ///
    /// - Parameter kind: the required kind; nil for either.
    func upload(_ path: String, _ kind: MediaKind?) async throws(APIError) -> Upload {
        try await transport.offload { Self.open(path, kind) }.get()
    }

    private static func open(_ path: String, _ kind: MediaKind?) -> Result<Upload, APIError> {
        do throws(APIError) {
            let body = try FileBody(path: path)
            let type = try Result { try body.mediaType() }
                .mapError { APIError(.bodyFailed, message: "\(path): \($0)") }.get()
            guard let type, kind == nil || type.kind == kind else {
                let wanted = kind?.rawValue ?? "image or video"
                throw APIError(.misuse, message: "\(path): no \(wanted) of a format that the API takes")
            }
            let name = path.split(separator: "/").last.map(String.init) ?? ""
            return .success(Upload(type: type, fileName: name, body: body))
        } catch {
            return .failure(error)
        }
    }
}
