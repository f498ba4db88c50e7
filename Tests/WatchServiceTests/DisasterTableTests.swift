import Foundation
import Testing

/// The documentation's tables of disasters and of trust name tests. Each name must be a real test's.
@Suite struct DisasterTableTests {
    private static let repository = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    @Test(arguments: ["Disasters", "Trust"])
    func `every test that a page names is there`(page: String) throws {
        let page = Self.repository.appending(path: "Sources/WatchService/Design.docc/\(page).md")
        var named: [String] = []
        for row in try String(contentsOf: page, encoding: .utf8).split(separator: "\n")
        where row.hasSuffix("` |") {
            // What stands between the last two grave accents.
            let pieces = row.split(separator: "`", omittingEmptySubsequences: false)
            named.append(String(pieces[pieces.count - 2]))
        }
        let tests = Self.repository.appending(path: "Tests")
        let files = FileManager.default.enumerator(at: tests, includingPropertiesForKeys: nil)
        var sources = ""
        for case let file as URL in try #require(files) where file.pathExtension == "swift" {
            if file.path.contains("/.build") { continue }
            sources += try String(contentsOf: file, encoding: .utf8)
        }
        #expect(named.count > 20)
        for name in named { #expect(sources.contains("func `\(name)`"), "\(name)") }
    }
}
