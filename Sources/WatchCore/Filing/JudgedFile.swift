/// The file that a decision is about, as far as a look at a path can recognise it.
package struct JudgedFile: Sendable, Equatable {
    /// In bytes.
    package let size: Int64
    package let modified: Timestamp
    /// 64 lower-case hexadecimal digits; nil if the bytes were not hashed.
    package let sha256: String?

    package init(_ decision: Decision) {
        size = decision.prospect.identity.size
        modified = decision.prospect.identity.modified
        sha256 = decision.request?.sha256
    }

    package init(_ record: Sidecar.MediaRecord) {
        size = record.size
        modified = record.modified
        sha256 = record.sha256
    }

    private init(size: Int64, modified: Timestamp, sha256: String?) {
        self.size = size
        self.modified = modified
        self.sha256 = sha256
    }

    /// The same bytes, with the file's current stamps.
    func with(stampsOf file: FileIdentity) -> JudgedFile {
        JudgedFile(size: size, modified: file.modified, sha256: sha256)
    }

    /// Whether a file has the same size and modification time, on any inode.
    package func hasStamps(of identity: FileIdentity) -> Bool {
        identity.size == size && identity.modified == modified
    }
}
