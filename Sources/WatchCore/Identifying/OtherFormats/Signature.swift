/// What the files of a format have at fixed places: a row of the tables of names.
struct Signature: Sendable {
    /// For people.
    let name: String
    /// Where a more precise name is found; nil where there is none.
    let look: CloserLook?
    private(set) var marks: [Mark]

    /// Bytes at an offset: for each the values that it may have.
    struct Mark: Sendable {
        let offset: Int
        let bytes: [ClosedRange<UInt8>]
    }

    private init(_ name: String, _ mark: Mark, _ look: CloserLook?) {
        (self.name, self.look, marks) = (name, look, [mark])
    }

    /// A format whose files have these bytes at an offset.
    init(_ name: String, _ bytes: [UInt8], at offset: Int = 0, look: CloserLook? = nil) {
        self.init(name, Mark(offset: offset, bytes: bytes.map { $0...$0 }), look)
    }

    /// A format whose files have this text at an offset.
    init(_ name: String, _ text: String, at offset: Int = 0, look: CloserLook? = nil) {
        self.init(name, Array(text.utf8), at: offset, look: look)
    }

    /// And these bytes at an offset.
    func and(_ bytes: [UInt8], at offset: Int) -> Signature {
        and(Mark(offset: offset, bytes: bytes.map { $0...$0 }))
    }

    /// And this text at an offset.
    func and(_ text: String, at offset: Int) -> Signature { and(Array(text.utf8), at: offset) }

    /// And a byte of this range at an offset.
    func and(_ range: ClosedRange<UInt8>, at offset: Int) -> Signature {
        and(Mark(offset: offset, bytes: [range]))
    }

    private func and(_ mark: Mark) -> Signature {
        var result = self
        result.marks.append(mark)
        return result
    }

    /// Whether a file starts so.
    func fits(_ head: [UInt8]) -> Bool {
        marks.allSatisfy { mark in
            head.count - mark.offset >= mark.bytes.count
                && zip(head[mark.offset...], mark.bytes).allSatisfy { $1.contains($0) }
        }
    }
}
