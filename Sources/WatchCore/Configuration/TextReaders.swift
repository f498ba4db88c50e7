// Readers of texts that are checked by their form: paths and addresses. "" means no value, for keys that
// allow it.

extension ValueReader where Value == String {
    /// An absolute path other than "/", without empty and `.` components and without a trailing slash.
    static func path(example: String) -> ValueReader {
        ValueReader(wanted: "an absolute path", example: quoted(example)) { content throws(Complaint) in
            guard case .string(let text) = content, text.utf8.first == UInt8(ascii: "/") else {
                throw .unfit(found: content.found)
            }
            return try normalisedPath(text)
        }
    }

    /// An http or https address, as `WebAddress` accepts it. `remedy` says where credentials in the address
    /// belong. The value is never repeated.
    static func address(example: String, remedy: String) -> ValueReader {
        ValueReader(
            wanted: "an address that begins with http:// or https:// and has no query",
            example: quoted(example)
        ) { content throws(Complaint) in
            guard case .string(let text) = content else { throw .unfit(found: content.foundUnrepeated) }
            do throws(WebAddress.Fault) {
                return try WebAddress.parse(text)
            } catch {
                switch error {
                case .malformed: throw .unfit(found: content.foundUnrepeated)
                case .holdsCredentials:
                    throw .because(
                        "holds a user name or password, and credentials are never read from this file: \(remedy)"
                    )
                }
            }
        }
    }
}

extension ValueReader {
    /// The values of another reader, or "" for no value.
    static func orNone<Wrapped>(_ reader: ValueReader<Wrapped>) -> ValueReader where Value == Wrapped? {
        ValueReader(
            wanted: reader.wanted + ", or \"\" for none", example: reader.example
        ) { content throws(Complaint) in
            content == .string("") ? nil : try reader.read(content)
        }
    }

    /// The same reader, which does not repeat the value found, because the value may be a credential in the
    /// wrong place.
    func unrepeated() -> ValueReader {
        ValueReader(wanted: wanted, example: example) { content throws(Complaint) in
            do throws(Complaint) {
                return try read(content)
            } catch {
                guard case .unfit = error else { throw error }
                throw .unfit(found: content.foundUnrepeated)
            }
        }
    }
}

/// The limits of Linux: a path has at most 4096 bytes with its NUL, a name 255.
private let (maximumPath, maximumName) = (4095, 255)

private func normalisedPath(_ text: String) throws(Complaint) -> String {
    guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
        throw .because("has a control character in its path; name a path without")
    }
    let components = text.utf8.split(separator: UInt8(ascii: "/")).filter { !$0.elementsEqual(".".utf8) }
    guard !components.contains(where: { $0.elementsEqual("..".utf8) }) else {
        throw .because("goes up with \"..\"; name the folder by its own path")
    }
    guard !components.isEmpty else { throw .because("is the top of the file system; name a folder below it") }
    guard text.utf8.count <= maximumPath, components.allSatisfy({ $0.count <= maximumName }) else {
        throw .because(
            "is longer than Linux allows (\(maximumPath) bytes, \(maximumName) for each name); shorten it")
    }
    return components.map { "/" + String(decoding: $0, as: UTF8.self) }.joined()
}
