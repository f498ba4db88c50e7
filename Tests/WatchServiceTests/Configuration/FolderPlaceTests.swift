import Foundation
import Testing
import WatchCore

@testable import WatchService

/// Folders that overlap by symbolic links and mounts, which their names do not show.
@Suite struct FolderPlaceTests {
    private let root: String

    init() throws {
        root = FileManager.default.temporaryDirectory.appending(path: "places-\(UUID().uuidString)").path
        for folder in ["inbox/sub", "human", "other"] {
            try FileManager.default.createDirectory(
                atPath: "\(root)/\(folder)", withIntermediateDirectories: true)
        }
        // As if the temporary folder itself were behind a link.
        try link("way", to: root)
    }

    private func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(
            atPath: "\(root)/\(name)", withDestinationPath: target)
    }

    /// The errors of a configuration, in which `@` stands for the scratch folder.
    private func sentences(_ text: String) async throws -> [String] {
        defer { try? FileManager.default.removeItem(atPath: root) }
        let path = "\(root)/config.toml"
        try Data(text.replacing("@", with: root).utf8).write(to: URL(filePath: path))
        _ = try ConfigurationReader.read(path: path)
        do throws(ConfigurationErrors) {
            _ = try await ConfigurationReader.readLooking(path: path, patience: .seconds(600))
            return []
        } catch {
            return error.errors.map { "\($0)".replacing("\(path):", with: "").replacing(root, with: "@") }
        }
    }

    private static let apart = "give each a folder of its own, none inside another"

    @Test func `a destination that leads into the inbox is shown by its line and both names`() async throws {
        try link("h", to: "inbox/sub")
        let told = try await sentences("[[watch]]\ninbox = \"@/inbox\"\nhuman = \"@/h\"")
        #expect(
            told == [
                "3: \"human\", \"@/h\", lies inside \"inbox\", \"@/inbox\", of line 2, by a symbolic link or a "
                    + "mount; \(Self.apart)"
            ])
    }

    @Test func `a destination that is to be made below a link into the inbox is reported`() async throws {
        try link("h", to: "inbox/sub")
        let told = try await sentences("[[watch]]\ninbox = \"@/inbox\"\nhuman = \"@/h/made\"")
        #expect(
            told.count == 1
                && told.first?.hasPrefix("3: \"human\", \"@/h/made\", lies inside \"inbox\"") == true)
    }

    @Test func `two destinations to be made under one name behind a link are reported`() async throws {
        try link("o", to: "other")
        let told = try await sentences(
            "[[watch]]\ninbox = \"@/inbox\"\nai = \"@/other/x\"\nhuman = \"@/o/x\"")
        #expect(
            told.count == 1
                && told.first?.hasPrefix("4: \"human\", \"@/o/x\", is the same folder as \"ai\"") == true)
    }

    @Test func `a destination that is a link to another, both by default, is reported`() async throws {
        try link("ai", to: "human")
        let told = try await sentences("[[watch]]\ninbox = \"@/inbox\"")
        #expect(
            told == [
                "2: \"human\", by default \"@/human\", is the same folder as \"ai\", by default \"@/ai\", of line 2, "
                    + "by a symbolic link or a mount; \(Self.apart)"
            ])
    }

    @Test func `an inbox under two names is reported as that, alone and with both names`() async throws {
        try link("again", to: "inbox")
        let told = try await sentences("[[watch]]\ninbox = \"@/inbox\"\n[[watch]]\ninbox = \"@/again\"")
        #expect(
            told == [
                "4: \"inbox\", \"@/again\", is the same folder as \"inbox\", \"@/inbox\", of line 2, by a symbolic "
                    + "link or a mount; an inbox is watched once"
            ])
    }

    @Test func `an inbox that leads into another is reported, whichever comes first`() async throws {
        try link("inner", to: "inbox/sub")
        let told = try await sentences("[[watch]]\ninbox = \"@/inner\"\n[[watch]]\ninbox = \"@/inbox\"")
        #expect(
            told == [
                "4: \"inbox\", \"@/inbox\", contains \"inbox\", \"@/inner\", of line 2, by a symbolic link or a mount; "
                    + "no inbox may lie in another"
            ])
    }

    @Test func `a metrics file that leads into a destination is reported`() async throws {
        try link("m", to: "human")
        let told = try await sentences(
            "[[watch]]\ninbox = \"@/inbox\"\n[metrics]\ntextfile = \"@/m/watch.prom\"")
        #expect(
            told == [
                "4: \"textfile\", \"@/m/watch.prom\", lies inside \"human\", by default \"@/human\", of line 2, by a "
                    + "symbolic link or a mount; name a file outside the folders of every [[watch]]"
            ])
    }

    @Test func `what names and links allow stays allowed`() async throws {
        // The same use of one folder by two watches, a way through a link, and folders that are not there.
        let told = try await sentences(
            """
            [[watch]]
            inbox = "@/inbox"
            ai = "@/far/off/ai"
            [[watch]]
            inbox = "@/way/other"
            human = "@/way/human"
            failed = "@/way/failed"
            ai = "@/far/off/ai"
            """)
        #expect(told == [])
    }
}
