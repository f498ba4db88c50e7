package import BitMindAPI

/// A field of the sidecar, as it is documented.
package struct SidecarField: Sendable, Hashable {
    /// Where it stands, as in "media.size".
    package var path: String
    /// What its JSON Schema demands at least.
    package let shape: JSONText
    /// Whether its object has it in the sidecar of a verdict.
    package var inVerdict: Presence
    /// Whether its object has it in the sidecar of a failure.
    package var inFailure: Presence

    /// Whether a field is there.
    package enum Presence: Sendable, Hashable {
        /// It is always written, and a sidecar without it is not read.
        case needed
        /// It is always written, but a sidecar without it is read.
        case written
        case optional
        /// It is never written. What stands there is passed over.
        case absent
    }
}

/// One row of ``SidecarTable``: a value of a section of the sidecar, with the field in which it is kept. Some values
/// take more fields than one.
struct SidecarRow<Section, Value>: Sendable {
    let fields: [SidecarField]
    /// The members that stand for the value; none where it is left out.
    let write: @Sendable (Section) -> [JSONText.Member]
    /// Reads the value from the section's object.
    let read: @Sendable (SidecarPlace) throws(SidecarError) -> Value

    /// A value that is always there.
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
    ///   - isNeeded: whether an object that lacks it is refused.
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

    /// The value's field and, where it is an object, those in it.
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

    /// An error of the value's first field.
    func error(in place: SidecarPlace, _ problem: String) -> SidecarError {
        SidecarError(field: place.path(of: fields.first?.path ?? ""), problem: problem)
    }
}

extension SidecarRow where Value == Void {
    /// A field that has the same text in every sidecar.
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
    /// A field that is written where a value is true, and left out elsewhere.
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
    /// A name of the kernel's: a text for people and, beside it, its bytes in base64 where they are not UTF-8.
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
