package import BitMindAPI

/// A documented field of the sidecar.
package struct SidecarField: Sendable, Hashable {
    /// Its path, for example "media.size".
    package var path: String
    /// The minimum that its JSON Schema requires.
    package let shape: JSONText
    /// Whether the sidecar of a verdict has the field.
    package var inVerdict: Presence
    /// Whether the sidecar of a failure has the field.
    package var inFailure: Presence

    /// Whether a field is present.
    package enum Presence: Sendable, Hashable {
        /// Always written. A sidecar without it is refused.
        case needed
        /// Always written. A sidecar without it is accepted.
        case written
        case optional
        /// Never written. Such a field is ignored when read.
        case absent
    }
}

/// One row of ``SidecarTable``: a value of a section of the sidecar, and the field that holds it. Some values
/// need several fields.
struct SidecarRow<Section, Value>: Sendable {
    let fields: [SidecarField]
    /// The members for the value; none if it is left out.
    let write: @Sendable (Section) -> [JSONText.Member]
    /// Reads the value from the section's object.
    let read: @Sendable (SidecarPlace) throws(SidecarError) -> Value

    /// A value that is always present.
    init(
        _ name: String, _ property: any KeyPath<Section, Value> & Sendable, _ form: SidecarForm<Value>
    ) {
        fields = Self.fields(name, form, inVerdict: .needed, inFailure: .needed)
        write = { [JSONText.Member(name, form.write($0[keyPath: property]))] }
        read = { place throws(SidecarError) in
            try form.read(place.needed(name))
        }
    }

    /// A value that may be left out.
    /// - Parameters:
    ///   - inVerdict: whether the service always writes it into the sidecar of a verdict.
    ///   - isNeeded: whether an object without it is refused.
    init<Present>(
        _ name: String, _ property: any KeyPath<Section, Present?> & Sendable,
        optional form: SidecarForm<Present>, inVerdict: SidecarField.Presence = .optional,
        isNeeded: @escaping @Sendable (SidecarPlace) throws(SidecarError) -> Bool = { _ in false }
    ) where Value == Present? {
        fields = Self.fields(name, form, inVerdict: inVerdict, inFailure: .optional)
        write = { section in
            section[keyPath: property].map { [JSONText.Member(name, form.write($0))] } ?? []
        }
        read = { place throws(SidecarError) in
            let isNeeded = try isNeeded(place)
            return try (isNeeded ? place.needed(name) : place.member(name)).map(form.read)
        }
    }

    init(
        fields: [SidecarField], write: @escaping @Sendable (Section) -> [JSONText.Member],
        read: @escaping @Sendable (SidecarPlace) throws(SidecarError) -> Value
    ) {
        (self.fields, self.write, self.read) = (fields, write, read)
    }

    /// The value's field and, if the field is an object, the fields in it.
    fileprivate static func fields<Whole>(
        _ name: String, _ form: SidecarForm<Whole>, inVerdict: SidecarField.Presence,
        inFailure: SidecarField.Presence
    ) -> [SidecarField] {
        let field = SidecarField(path: name, shape: form.shape, inVerdict: inVerdict, inFailure: inFailure)
        return [field]
            + form.fields.map { inner in
                var field = inner
                field.path = "\(name).\(inner.path)"
                return field
            }
    }

    /// An error in the value's first field.
    func error(in place: SidecarPlace, _ problem: String) -> SidecarError {
        SidecarError(field: place.path(of: fields.first?.path ?? ""), problem: problem)
    }
}

extension SidecarRow where Value == Void {
    /// A field with the same text in every sidecar.
    static func constant(_ name: String, _ text: String) -> Self {
        let form = SidecarForm<Void>(
            shape: ["const": .string(text)], write: { .string(text) },
            read: { place throws(SidecarError) in
                guard try place.string() == text else { throw place.error("is not \"\(text)\"") }
            })
        return SidecarRow(fields: fields(name, form, inVerdict: .needed, inFailure: .needed)) { _ in
            [JSONText.Member(name, form.write(()))]
        } read: { place throws(SidecarError) in
            try form.read(place.needed(name))
        }
    }
}

extension SidecarRow where Value == Bool {
    /// A field that is written only if a value is true.
    static func mark(_ name: String, _ property: any KeyPath<Section, Bool> & Sendable) -> Self {
        let form = SidecarForm<Bool>.flag
        return SidecarRow(
            fields: [
                SidecarField(path: name, shape: ["const": true], inVerdict: .optional, inFailure: .optional)
            ]
        ) { section in
            section[keyPath: property] ? [JSONText.Member(name, true)] : []
        } read: { place throws(SidecarError) in
            try place.member(name).map(form.read) ?? false
        }
    }
}

extension SidecarRow where Value == [UInt8] {
    /// A name from the kernel: text for people, and beside it the bytes in base64 if they are not UTF-8.
    static func bytes(_ name: String, _ property: any KeyPath<Section, [UInt8]> & Sendable) -> Self {
        let text = SidecarRow(name, property, .shown)
        let exactName = "\(name)Bytes"
        let exact = SidecarForm<[UInt8]>.base64
        return SidecarRow(
            fields: text.fields + Self.fields(exactName, exact, inVerdict: .optional, inFailure: .optional)
        ) { section in
            let bytes = section[keyPath: property]
            let isUTF8 = DisplayName(bytes).isUTF8
            return text.write(section) + (isUTF8 ? [] : [JSONText.Member(exactName, exact.write(bytes))])
        } read: { place throws(SidecarError) in
            let shown = try text.read(place)
            return try place.member(exactName).map(exact.read) ?? shown
        }
    }
}
