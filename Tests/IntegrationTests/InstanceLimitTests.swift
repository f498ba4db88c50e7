import BitMindSimulator
import TestSupport
import Testing

extension BuiltProgramTests {
    /// A user who may have no inotify instance, in a namespace of the test's own (namespaces(7), "user").
    @Suite(.needsRoot("to make a user namespace"))
    struct InstanceLimitTests {
        @Test
        func `where no instance of inotify can be had, files are found all the same, and the limit is named`()
            async throws
        {
            let files = DroppedFile.images(3)
            try await Simulator.with { simulator in
                try await Site.with { site in
                    try site.moveIn(files[0])
                    let limited = [
                        "/usr/bin/unshare", "--user", "--map-root-user", "/bin/sh", "-c",
                        "echo 0 >/proc/sys/user/max_inotify_instances && exec \"$@\"", "sh",
                        try await site.copyOfProgram(),
                    ]
                    let settings = Site.Settings()
                    _ = try await Service.run(
                        try site.writeConfiguration(simulator.baseURL, settings),
                        manager: "\(site.root)/notify", environment: settings.environment, command: limited
                    ) { service in
                        try await service.waitUntilReady()
                        try await service.wait(until: "the limit is named") {
                            service.lines(with: "fs.inotify.max_user_instances").count == 1
                        }
                        for file in files.dropFirst() { try site.moveIn(file) }
                        try await service.wait(until: "all are filed", atMost: .seconds(30)) {
                            site.hasFiled(files)
                        }
                        #expect(service.lines(with: "fs.inotify.max_user_instances").count == 1)
                    }
                }
            }
        }
    }
}
