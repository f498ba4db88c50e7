import Foundation
import Testing
import WatchCore

extension BuiltProgramTests {
    /// A wrong configuration, and the expected message after the file's name.
    struct WrongConfiguration: CustomTestStringConvertible {
        let testDescription: String
        let text: String
        let sentence: String
    }

    struct UsageTests {
        @Test(arguments: wrongConfigurations)
        func `a wrong configuration ends with 78 and one sentence`(_ wrong: WrongConfiguration) async throws {
            try await Site.with { site in
                let path = "\(site.root)/wrong.toml"
                try Data(wrong.text.utf8).write(to: URL(filePath: path))
                let ending = try await Program.run(Program.watch, ["run", "--config", path])
                #expect(ending.code == 78)
                #expect(ending.errors == "\(path):\(wrong.sentence)\n")
                #expect(ending.output.isEmpty)
            }
        }

        private static let wrongConfigurations = [
            WrongConfiguration(
                testDescription: "a mistake in the syntax",
                text: "[[watch]]\ninbox = \"/srv/in\n",
                sentence:
                    "2: this is not TOML: a string has no end in its line; close it with a quotation mark"),
            WrongConfiguration(
                testDescription: "an unknown key",
                text: "[[watch]]\ninbox = \"/srv/in\"\nsetle = \"1s\"\n",
                sentence: #"3: "setle" is not a key of [[watch]]; did you mean "settle"?"#),
            WrongConfiguration(
                testDescription: "a value of the wrong type",
                text: "[[watch]]\ninbox = \"/srv/in\"\nrecursive = \"yes\"\n",
                sentence: #"3: "recursive" must be true or false; found the string "yes""#),
            WrongConfiguration(
                testDescription: "a value out of range",
                text: "[[watch]]\ninbox = \"/srv/in\"\n[upload]\nconcurrency = 0\n",
                sentence: #"4: "concurrency" must be a whole number from 1 to 256, such as 8; found 0"#),
            WrongConfiguration(
                testDescription: "folders that overlap",
                text: "[[watch]]\ninbox = \"/srv/in\"\nai = \"/srv/in/ai\"\n",
                sentence:
                    #"3: "ai" lies inside "inbox" of line 2; give each a folder of its own, none inside another"#
            ),
            WrongConfiguration(
                testDescription: "a secret in the file",
                text: "[api]\nclient_secret = \"hush\"\n[[watch]]\ninbox = \"/srv/in\"\n",
                sentence: #"2: "client_secret" looks like a credential, and credentials are never read from "#
                    + "this file: remove it, and put its value in /etc/credstore/bitmind-watch.client-secret, "
                    + "or in BITMIND_CLIENT_SECRET"),
        ]

        @Test func `a configuration that is not there ends with 78 and says where it was looked for`()
            async throws
        {
            let path = "/nowhere/\(UUID().uuidString).toml"
            let asked = try await Program.run(Program.watch, ["run", "--config", path])
            #expect(asked.code == 78)
            #expect(asked.errors.hasPrefix("\(path): "))
            let named = try await Program.run(
                Program.watch, ["run"], environment: ["BITMIND_WATCH_CONFIG": path])
            #expect(named.code == 78)
            #expect(named.errors == asked.errors)
        }

        @Test(arguments: [Program.watch, Program.simulator])
        func `each program says its name and version`(_ program: String) async throws {
            let ending = try await Program.run(program, ["--version"])
            let name = URL(filePath: program).lastPathComponent
            #expect(ending.output == "\(name) \(Product.version)\n")
            #expect(ending.code == 0 && ending.errors.isEmpty)
        }

        @Test(arguments: [["--nonsense"], ["nonsense"], ["run", "--config"]])
        func `wrong usage ends with 64`(_ arguments: [String]) async throws {
            let ending = try await Program.run(Program.watch, arguments)
            #expect(ending.code == 64)
            #expect(ending.errors.hasPrefix("Error: "))
        }
    }
}
