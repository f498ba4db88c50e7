import Testing
import WatchCore

@testable import WatchService

@Suite struct ConfigurationSentenceTests {
    @Test(arguments: WrongConfigurations.all)
    func `a wrong configuration is told by file, line, reason and remedy`(wrong: WrongConfigurations.Case) {
        let errors = errors(in: wrong.text)
        #expect(errors.map(\.description) == wrong.errors.map { "/etc/bitmind-watch/config.toml:" + $0 })
        // Some values that look like credentials are not in a credential's place, but none is ever shown.
        #expect(!errors.contains { $0.description.contains("hunter2") })
    }

    @Test(arguments: [
        (
            "",
            "1: no folder is watched; add a [[watch]] with its inbox, such as inbox = \"/srv/bitmind/inbox\""
        ),
        (
            "[api]\nauth = \"hunter2",
            "2: this is not TOML: a string has no end; close it with a quotation mark"
        ),
        (
            "[api]\nauth = 'hunter2",
            "2: this is not TOML: a string has no end; close it with a quotation mark"
        ),
        (
            "[api]\nauth =",
            "2: this is not TOML: the file ends in the middle of a value; complete it, as in level = \"info\""
        ),
        (
            "[api]\r\nauth = \"hunter2\r\n",
            "2: this is not TOML: a string has no end in its line; close it with a quotation mark"
        ),
        ("[[watch]", "1: this is not TOML: a table's heading has no end; close it as in [api] or [[watch]]"),
    ])
    func `a file that ends too early is reported by its line`(text: String, expected: String) {
        #expect(errors(in: text).map(\.description) == ["/etc/bitmind-watch/config.toml:" + expected])
    }

    @Test func `bytes that are no UTF-8 are reported by their line`() {
        #expect(
            errors(in: Array("[api]\n# ".utf8) + [0xff, 0x0a]).map(\.description) == [
                "/etc/bitmind-watch/config.toml:2: this is not TOML: there is a byte that is no UTF-8; "
                    + "save the file as UTF-8"
            ])
    }

    @Test func `all errors are reported at once, in the order of the file, with column and key`() {
        let errors = errors(
            in: """
                [upload]
                concurrency = 0
                  bacth = "off"
                [[watch]]
                settle = "1 s"
                [api]
                token = "hunter2"
                """)
        #expect(errors.map(\.line) == [2, 3, 4, 5, 7])
        #expect(errors.map(\.column) == [1, 3, 1, 1, 1])
        #expect(errors.map(\.key) == ["concurrency", "bacth", "inbox", "settle", "token"])
        #expect(ConfigurationErrors(errors).description.split(separator: "\n").count == 5)
    }

    private func errors(in text: String) -> [ConfigurationError] {
        errors(in: Array(text.utf8))
    }

    private func errors(in bytes: [UInt8]) -> [ConfigurationError] {
        do throws(ConfigurationErrors) {
            _ = try ConfigurationReader.read(bytes: bytes, fileName: "/etc/bitmind-watch/config.toml")
            return []
        } catch {
            return error.errors
        }
    }
}
