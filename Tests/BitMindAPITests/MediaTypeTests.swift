import Testing

@testable import BitMindAPI

@Suite("Formats")
struct MediaTypeTests {
    @Test func `a sentence lists each format once`() {
        for word in ["and", "or"] {
            let parts = MediaType.names(word).split(separator: " \(word) ")
            #expect(parts.count == 2 && parts.last == MediaType.allCases.last.map { Substring($0.name) })
            let names = parts.flatMap { $0.split(separator: ", ") }
            #expect(names == MediaType.allCases.map { Substring($0.name) })
        }
        #expect(MediaType.names("and").hasPrefix("JPEG, PNG, WebP, "))
    }

    @Test(arguments: MediaType.allCases)
    func `a row has all that a file needs to be recognised and sent`(type: MediaType) {
        #expect(type.contentType.hasPrefix("\(type.kind.rawValue)/"))
        #expect(!type.format.starts.isEmpty)
        #expect((1...MediaHead.count).contains(type.format.startCount))
        #expect(type.format.fileNameExtensions.allSatisfy { !$0.isEmpty && $0 == $0.lowercased() })
        #expect(!type.format.fileNameExtensions.isEmpty)
    }

    @Test func `no two rows have a name, an extension or a brand in common`() {
        let rows = MediaType.allCases.map(\.format)
        let brands = rows.flatMap(\.starts).flatMap { start -> Set<String> in
            switch start {
            case .brands(let names), .boxes(let names): names
            case .bytes, .riff: []
            }
        }
        for words in [rows.map(\.name), rows.flatMap(\.fileNameExtensions), brands] {
            #expect(Set(words).count == words.count, "\(words)")
        }
    }
}
