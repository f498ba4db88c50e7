import Foundation
import TestSupport
import Testing

/// What the scripts say that a newcomer runs first.
@Suite struct ScriptTests {
    @Test(arguments: ["config/demo.sh", "Tests/run.sh", "systemd/install.sh"])
    func `a Swift that does not start is reported in its own words`(script: String) async throws {
        let folder = try DisasterScratch(named: "bitmind-scripts")
        let words = "swift: error while loading shared libraries: libnone.so.7: cannot open"
        let swift = URL(filePath: "\(folder.path)/swift")
        try Data("#!/bin/sh\necho '\(words)' >&2\nexit 127\n".utf8).write(to: swift)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: swift.path)
        let search = "\(folder.path):/usr/bin:/bin"
        let ending = try await Tool.run(
            "/usr/bin/env",
            ["PATH=\(search)", "DESTDIR=\(folder.path)", "bash", "\(Tool.repository)/\(script)"])
        #expect(ending.code == 69)
        #expect(ending.errors.contains(words), "\(ending.errors)")
    }
}
