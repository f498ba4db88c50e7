import Foundation
import Testing
import WatchCore

@testable import WatchService

/// `config/bitmind-watch.toml` and the table of keys say the same.
@Suite struct ConfigurationExampleTests {
    private let root: TOMLTable
    private let bytes: [UInt8]

    init() throws {
        let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        bytes = Array(try Data(contentsOf: repository.appending(path: "config/bitmind-watch.toml")))
        root = try ConfigurationSyntax.parse(bytes, fileName: "bitmind-watch.toml")
    }

    @Test func `the example is the configuration of one inbox with every default`() throws {
        let configuration = try ConfigurationReader.read(bytes: bytes, fileName: "bitmind-watch.toml")
        #expect(configuration == Configuration(watches: [Configuration.Watch(inbox: "/srv/bitmind/inbox")]))
    }

    @Test func `the example has every table, and no other`() {
        #expect(root.entries.map(\.key) == ConfigurationKeys.tables.map(\.name))
    }

    @Test(arguments: ConfigurationKeys.tables)
    func `a table of the example has every key at its default, in the same order`(
        table: ConfigurationKeys.Table
    ) throws {
        let value = try #require(root[table.name]?.value)
        let entries: [TOMLTable.Entry] =
            switch value.content {
            case .table(let found) where !table.isRepeated: found.entries
            case .array(let elements) where table.isRepeated && elements.count == 1: entries(of: elements[0])
            default: []
            }
        #expect(entries.map(\.key) == table.keys.map(\.name))
        for (entry, key) in zip(entries, table.keys) {
            #expect(entry.value.content.description == key.defaultValue.description, "\(key.name)")
        }
    }

    @Test(arguments: ConfigurationKeys.tables.flatMap(\.keys))
    func `the comment of a key names its range as the code does`(key: ConfigurationKeys.Summary) throws {
        let text = String(decoding: bytes, as: UTF8.self)
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix(key.name + " = ") })
        // "a duration from "1s" to "1h"", "a whole number from 1 to 256": the upper bound stands in the comment.
        let words = key.wanted.split(separator: ",")[0].split(separator: " ")
        guard let to = words.lastIndex(of: "to"), words.contains("from") else { return }
        let upper = String(words[to + 1])
        #expect(line.contains("to \(upper)"), "\(key.name)")
    }

    private func entries(of element: TOMLValue) -> [TOMLTable.Entry] {
        if case .table(let table) = element.content { table.entries } else { [] }
    }
}
