import TestSupport
import Testing
import WatchCore

/// Any user who may write to a folder chooses the names in it.
@Suite("Names: hostile bytes")
struct NameFuzzTests {
    private static let pieces = ["*", "?", "[", "]", "[!", "-", "\\", "a", ".", "é", "[:alpha:]"].map {
        Array($0.utf8)
    }

    @Test func `any text is a pattern or none, and any name matches it or not`() {
        for round in FuzzRounds(usual: 4_000) {
            var random = round.random
            var text = Array("*.[a-z]?".utf8)
            Mutation.mutate(
                &text, blows: .random(in: 0...6, using: &random), pieces: Self.pieces, using: &random)
            var name = Array("photo.jpg".utf8)
            Mutation.mutate(
                &name, blows: .random(in: 0...3, using: &random), pieces: Self.pieces, using: &random)
            do throws(NamePattern.Fault) {
                let pattern = try NamePattern(String(decoding: text, as: UTF8.self))
                // A text without a special character matches itself alone.
                let isPlain = !text.contains { "*?[\\".utf8.contains($0) }
                let isItself = Array(pattern.description.utf8) == name
                #expect(!isPlain || pattern.matches(name) == isItself, "\(round)")
                _ = pattern.matches(name)
            } catch {
                #expect(!text.isEmpty || error == .empty, "\(round)")
            }
        }
    }

    /// A name in a work folder that is read is one that the service itself writes.
    @Test func `a changed work name is refused, or is one that reads back the same`() {
        let whole = Array("0123456789abcdef-fedcba9876543210-ab-1.2-801.json".utf8)
        let pieces = ["-", ".", "0", "+", ".json", ".media", "f", " "].map { Array($0.utf8) }
        for round in FuzzRounds(usual: 20_000) {
            var random = round.random
            var name = whole
            Mutation.mutate(&name, blows: .random(in: 1...3, using: &random), pieces: pieces, using: &random)
            guard let work = WorkName(fileName: name) else { continue }
            let files = WorkName.Ending.allCases.map { work.file($0) }
            #expect(files.contains(name), "\(round)")
            #expect(files.allSatisfy { WorkName(fileName: $0) == work }, "\(round)")
        }
    }
}
