import Foundation
import Testing
import WatchCore

/// The manual pages say what the code does, and are well formed.
@Suite struct ManualTests {
    static let pages = ["bitmind-watch.1", "bitmind-watch.8", "bitmind-watch.toml.5", "bitmind-simulator.1"]

    private static func lines(_ page: String) throws -> [String] {
        try Tool.text("config/man/\(page)").split(separator: "\n").map(String.init)
    }

    /// The lines of each subsection, by its heading.
    private static func subsections(_ page: String) throws -> [String: [String]] {
        var found: [String: [String]] = [:]
        var heading: String?
        for line in try lines(page) {
            if line.hasPrefix(".Ss ") { heading = String(line.dropFirst(4)) }
            if line.hasPrefix(".Sh ") { heading = nil }
            if let heading { found[heading, default: []].append(line) }
        }
        return found
    }

    /// The options that are explained, each with the placeholder of its value.
    private static func options(_ lines: [String]) -> [String: String] {
        var found: [String: String] = [:]
        for line in lines where line.hasPrefix(".It Fl -") {
            let words = line.dropFirst(".It Fl -".count).split(separator: " ").map(String.init)
            found[words[0]] = words.count == 3 && words[1] == "Ar" ? words[2] : ""
        }
        return found
    }

    @Test(arguments: pages)
    func `mandoc and groff have nothing against a page`(page: String) async throws {
        let path = "\(Tool.repository)/config/man/\(page)"
        // What other pages the machine has is not this page's fault.
        let complaints = try await Tool.run("mandoc", ["-T", "lint", "-W", "style", path]).output
            .split(separator: "\n").filter { !$0.contains("referenced manual not found") }
        #expect(complaints.isEmpty)
        let groff = try await Tool.run("groff", ["-ww", "-mandoc", "-Tutf8", "-z", path])
        #expect(groff.code == 0 && groff.errors.isEmpty, "\(groff.errors)")
    }

    @Test func `every option of every command is explained in the manual`() async throws {
        let sections = try Self.subsections("bitmind-watch.1")
        let commands = try await CommandLineHelp.of("bitmind-watch").subcommands ?? []
        for command in commands where command.commandName != "help" {
            let section = try #require(sections[command.commandName], "\(command.commandName)")
            let explained = Self.options(section)
            #expect(Set(explained.keys) == command.options, "\(command.commandName)")
            for (option, value) in command.values { #expect(explained[option] == value, "\(option)") }
        }
    }

    @Test func `the synopsis has every command with all its options`() async throws {
        let text = try Tool.text("config/man/bitmind-watch.1")
        let synopsis = try #require(text.split(separator: ".Sh ").first { $0.hasPrefix("SYNOPSIS") })
        let uses = synopsis.split(separator: ".Nm\n").dropFirst().map { use in
            (name: use.split(separator: "\n")[0].dropFirst(".Cm ".count), text: use)
        }
        let commands = try await CommandLineHelp.of("bitmind-watch").subcommands ?? []
        for command in commands where command.commandName != "help" {
            let use = try #require(uses.first { $0.name == command.commandName }, "\(command.commandName)")
            let options = use.text.matches(of: /Fl -([a-z-]+)/).map { String($0.1) }
            #expect(Set(options) == command.options, "\(command.commandName)")
        }
    }

    @Test func `every option of the simulator is explained in its manual`() async throws {
        let explained = Self.options(try Self.lines("bitmind-simulator.1"))
        let command = try await CommandLineHelp.of("bitmind-simulator")
        #expect(Set(explained.keys) == command.options)
        for (option, value) in command.values { #expect(explained[option] == value, "\(option)") }
    }

    @Test(arguments: ConfigurationKeys.tables)
    func `a table of the configuration is explained key by key, with defaults and ranges`(
        table: ConfigurationKeys.Table
    ) throws {
        let heading = table.heading.replacing("[", with: #"\(lB"#).replacing("]", with: #"\(rB"#)
        let section = try #require(try Self.subsections("bitmind-watch.toml.5")[heading])
        let text = section.joined(separator: "\n").replacing(#"\(dq"#, with: "'")
        let items = text.split(separator: ".It Li \"").dropFirst()
        let keys = items.map { $0.prefix { $0 != " " } }
        #expect(keys == table.keys.map { Substring($0.name) })
        for (item, key) in zip(items, table.keys) {
            let value = item.prefix { $0 != "\n" }.dropLast().dropFirst(key.name.count + 3)
            #expect(value.replacing("'", with: "\"") == key.defaultValue.description, "\(key.name)")
            // "a duration from "1s" to "1h"", "a whole number from 1 to 256"
            let words = key.wanted.split(separator: ",")[0].split(separator: " ")
            guard let to = words.lastIndex(of: "to"), words.contains("from") else { continue }
            #expect(item.contains(words[to + 1].replacing("\"", with: "'")), "\(key.name)")
        }
    }

    /// What the client says of causes, as it stands in its sources: the manual quotes it.
    @Test func `every cause that the manual explains is one that the client reports`() throws {
        let quoted = try Self.lines("bitmind-watch.8").filter { $0.hasPrefix(".It Dq ") }
            .flatMap { $0.dropFirst(".It Dq ".count).components(separatedBy: " , Dq ") }
        #expect(quoted.count > 15)
        var sources = "Connection refused"
        for folder in ["BitMind", "BitMindAPI"] {
            let path = "\(Tool.repository)/Sources/\(folder)"
            for name in try FileManager.default.subpathsOfDirectory(atPath: path)
            where name.hasSuffix(".swift") {
                sources += try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8)
            }
        }
        for cause in quoted {
            // Where the name of a host stands, the source has code.
            for part in cause.components(separatedBy: "HOST") {
                let words = part.trimmingCharacters(in: .whitespaces)
                #expect(sources.contains(words), "\(cause)")
            }
        }
    }

    @Test func `every event is explained in the manual`() throws {
        let named = try Self.lines("bitmind-watch.8").filter { $0.hasPrefix(".It Ic ") }
            .flatMap { $0.dropFirst(".It Ic ".count).split(separator: " ") }.filter { $0 != "," }
        #expect(Set(named.map(String.init)) == Set(EventKind.allCases.map(\.rawValue)))
        #expect(named.count == EventKind.allCases.count)
    }
}
