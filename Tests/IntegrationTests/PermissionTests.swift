import BitMindSimulator
import Glibc
import TestSupport
import Testing

extension BuiltProgramTests {
    /// The service finds a missing permission before the upload, reports it once, and continues by itself
    /// once it has the permission.
    @Suite(.needsRoot("to run the service as another user"))
    struct PermissionTests {
        enum Obstacle: String, CaseIterable, Sendable {
            case unreadableFile, foldersPermissions, stickyBit

            /// The beginning of its entry.
            var reason: String {
                switch self {
                case .unreadableFile: "cannot read barred/image.jpg: Permission denied; "
                case .foldersPermissions:
                    "cannot move barred/image.jpg out of the inbox: the service may not write to its folder; "
                case .stickyBit:
                    "cannot move barred/image.jpg out of the inbox: its folder is sticky, only the owner may move it: "
                        + "remove that with chmod -t; "
                }
            }
        }

        @Test(arguments: Obstacle.allCases)
        func `a file that may not be read or moved costs no request, and is filed once it may be`(
            _ obstacle: Obstacle
        ) async throws {
            let other = DroppedFile("other.jpg", seed: 78)
            let held = DroppedFile("barred/image.jpg", seed: 77)
            try await Simulator.with { simulator in
                try await Site.with { site in
                    for folder in ["", "/inbox", "/inbox/barred", "/ai", "/human", "/failed"] {
                        try site.makeFolder(String(folder.dropFirst()))
                        try change(site.root + folder, owner: Site.nobody, mode: 0o755)
                    }
                    try site.moveIn(held)
                    try bar(obstacle, site, "\(site.inbox)/\(held.path)")
                    let ending = try await site.serveUnprivileged(simulator) { service in
                        let word = obstacle == .unreadableFile ? "cannot read " : "cannot move "
                        try await service.wait(until: word) { !service.lines(with: word).isEmpty }
                        #expect(
                            service.lines(with: obstacle.reason).count == 1, "\(service.lines)")
                        try site.moveIn(other)
                        try await service.wait(until: "the other is filed") { site.hasFiled([other]) }
                        #expect(simulator.uploads(of: held.sha256) == 0)
                        #expect(site.exists("inbox/\(held.path)"))

                        try unbar(obstacle, site, "\(site.inbox)/\(held.path)")
                        try await service.wait(until: "it is filed, too") { site.hasFiled([held]) }
                        #expect(service.lines(with: word).count == 1)
                    }
                    #expect(ending.code == 0)
                    #expect(simulator.uploads(of: held.sha256) == 1)
                }
            }
        }

        private func bar(_ obstacle: Obstacle, _ site: Site, _ path: String) throws {
            let folder = "\(site.inbox)/barred"
            switch obstacle {
            case .unreadableFile: try change(path, owner: 0, mode: 0o600)
            case .foldersPermissions: try change(folder, owner: 0, mode: 0o755)
            case .stickyBit:
                try change(path, owner: 0, mode: 0o644)
                try change(folder, owner: 0, mode: 0o1777)
            }
        }

        private func unbar(_ obstacle: Obstacle, _ site: Site, _ path: String) throws {
            let folder = "\(site.inbox)/barred"
            switch obstacle {
            case .unreadableFile: try change(path, owner: 0, mode: 0o644)
            case .foldersPermissions: try change(folder, owner: 0, mode: 0o777)
            case .stickyBit: try change(folder, owner: 0, mode: 0o777)
            }
        }

        private func change(_ path: String, owner: UInt32, mode: mode_t) throws {
            guard chown(path, owner, owner) == 0, chmod(path, mode) == 0 else {
                throw SystemFailure("chown", path)
            }
        }
    }
}
