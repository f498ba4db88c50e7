/// A row of the table of formats, which stands in `MediaType.swift`.
package struct MediaFormat: Sendable {
    /// For people: "JPEG".
    package let name: String
    /// The endpoints that take it, and with them the form in which it is sent.
    package let kind: MediaKind
    /// Those of a file's name, in lower case, the usual one first.
    package let fileNameExtensions: [String]
    /// A file of this format has one of these starts.
    let starts: [MediaStart]
    /// Where its media ends.
    package let structure: any MediaStructure

    /// How many bytes its start has at most.
    package var startCount: Int { starts.map(\.count).max() ?? 0 }
}

/// What a file of a format starts with.
enum MediaStart: Sendable {
    /// These bytes.
    case bytes([UInt8])
    /// A RIFF header with this form.
    case riff(String)
    /// A box `ftyp` with one of these brands.
    case brands(Set<String>)
    /// One of these boxes, without a box `ftyp` before it.
    case boxes(Set<String>)

    /// How many bytes it has at most.
    var count: Int {
        switch self {
        case .bytes(let bytes): bytes.count
        // Two names of four bytes with a size between, before or behind them.
        case .riff, .brands, .boxes: 12
        }
    }
}

extension MediaType {
    /// The IANA media type, as sent in `Content-Type` and written to sidecars.
    public var contentType: String { rawValue }

    /// Whether it goes to the image or the video endpoints.
    public var kind: MediaKind { format.kind }

    /// The name for people: "JPEG".
    public var name: String { format.name }

    /// The names of all formats for a sentence: "JPEG, PNG, WebP, MP4, MOV and AVI".
    ///
    /// - Parameter conjunction: the word before the last of them.
    package static func names(_ conjunction: String) -> String {
        let names = allCases.map(\.name)
        return names.dropLast().joined(separator: ", ") + " \(conjunction) \(names.last ?? "")"
    }
}
