import Foundation
import Testing
import WatchCore

extension OnSystemd {
    /// The Debian package: made, looked at by lintian, and gone through by dpkg.
    @Suite struct PackageTests {
        /// Makes the package of the built programs.
        /// - Returns: its path, in a new folder.
        private static func make() async throws -> String {
            let folder = "/tmp/bitmind-package-\(UUID().uuidString.prefix(8))"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
            let made = try await Tool.run(
                "bash",
                [
                    "-c",
                    """
                    cd \(folder) && PROGRAMS=\(Tool.programs) DPKG_DEB_COMPRESSOR_TYPE=gzip DPKG_DEB_COMPRESSOR_LEVEL=1 \
                        \(Tool.repository)/systemd/package.sh
                    """,
                ])
            guard made.code == 0 else { throw Box.Failure(description: made.output + made.errors) }
            return "\(folder)/bitmind-watch_\(Product.version)_\(try await architecture()).deb"
        }

        private static func architecture() async throws -> String {
            try await Tool.run("dpkg", ["--print-architecture"]).output.filter { !$0.isWhitespace }
        }

        @Test func `lintian has nothing against it, and dpkg installs, upgrades, removes and purges it`()
            async throws
        {
            let package = try await Self.make()
            let folder = URL(filePath: package).deletingLastPathComponent()
            defer {
                do { try FileManager.default.removeItem(at: folder) } catch {
                    print("left behind: \(folder)")
                }
            }
            let lintian = try await Tool.run("lintian", ["--allow-root", package])
            // The programs that tests build use the toolchain's own libraries, released ones bring them along.
            let complaints = lintian.output.split(separator: "\n").filter {
                !$0.contains("custom-library-search-path")
            }
            #expect(complaints.isEmpty && lintian.errors.isEmpty, "\(lintian.errors)")
            try await Box.with { box in
                try FileManager.default.copyItem(atPath: package, toPath: box.path("/root/package.deb"))
                try await install(box)
                try await upgrade(box)
                try await upgradeStopped(box)
                try await remove(box)
            }
        }

        @Test(arguments: ["bitmind-watch", "bitmind-simulator"])
        func `a program is hardened as Debian's are`(name: String) async throws {
            let program = try await Tool.run("readelf", ["-hldW", "\(Tool.programs)/\(name)"]).output
            for mark in ["DYN (Position-Independent Executable", "GNU_RELRO", "BIND_NOW"] {
                #expect(program.contains(mark), "\(mark)")
            }
        }

        @Test func `the copyright file names every package that is linked in`() throws {
            let resolved = try Tool.text("Package.resolved")
            let copyright = try Tool.text("systemd/debian/copyright")
            let packages = resolved.matches(of: #/"identity" : "([^"]+)"/#).map { $0.1 }
            #expect(packages.count >= 5)
            for package in packages + ["tomlplusplus", "swift-runtime"] {
                #expect(copyright.contains("\(package)/*"), "\(package)")
            }
        }

        private let sample = Sample.with("ai", "photo.jpg")

        private func install(_ box: Box) async throws {
            try await box.run("dpkg --install /root/package.deb")
            #expect(try await box.property("ActiveState") == "inactive")
            #expect(try await box.property("UnitFileState") == "disabled")
            try await box.setCredentials(id: "client-1", secret: "secret-1")
            try box.configure("[upload]\nbatch = \"off\"\nconcurrency = 4")
            try await box.startSimulator("--latency 500ms")
            try await box.run("systemctl enable --now \(Box.unit)")
            try box.drop(sample)
            try await box.waitUntilFiled(sample)
            try await box.waitForEntry("BITMIND_VERDICT=ai")
            #expect(try await box.run("journalctl -x -u \(Box.unit)").contains("A file was classified: ai"))
        }

        private func upgrade(_ box: Box) async throws {
            let edited = try box.text(of: "/etc/bitmind-watch/config.toml")
            let process = try await box.property("MainPID")
            // The next version, which has more in the configuration.
            try await box.run(
                """
                cd /root
                dpkg-deb --raw-extract package.deb next
                sed -i 's/^Version: .*/&+next/' next/DEBIAN/control
                echo '# more' >>next/etc/bitmind-watch/config.toml
                dpkg-deb -Znone --build next next.deb
                """)
            let samples = (0..<30).map { Sample("amid-\($0).jpg", seed: 50_000 + UInt64($0)) }
            try box.drop(samples)
            try await box.wait(until: "systemctl show -p StatusText \(Box.unit) | grep -q ' 4 uploading'")
            try await box.run("dpkg --install --force-confold /root/next.deb")
            #expect(try box.text(of: "/etc/bitmind-watch/config.toml") == edited)
            #expect(try box.text(of: "/etc/bitmind-watch/config.toml.dpkg-dist").hasSuffix("# more\n"))
            #expect(try await box.property("ActiveState") == "active")
            #expect(try await box.property("MainPID") != process)
            try await box.waitUntilFiled(samples)
            // Those under way came to their end: none was sent twice.
            let requests = try await box.simulatorRecord()
            #expect(requests.contains("\"/image\": \(samples.count + 1)"), "\(requests)")
        }

        /// Enabled, and stopped by its administrator: it stays so.
        private func upgradeStopped(_ box: Box) async throws {
            try await box.run("systemctl stop \(Box.unit)")
            try await box.run("dpkg --install --force-confold /root/next.deb")
            #expect(try await box.property("ActiveState") == "inactive")
            #expect(try await box.property("UnitFileState") == "enabled")
            try await box.run("systemctl start \(Box.unit)")
        }

        private func remove(_ box: Box) async throws {
            try await box.run("dpkg --remove bitmind-watch")
            #expect(try await box.run("pgrep -x bitmind-watch || true") == "")
            #expect(!box.exists("/usr/bin/bitmind-watch"))
            #expect(box.exists("/etc/bitmind-watch/config.toml"))
            let dropIns = "/etc/systemd/system/bitmind-watch.service.d"
            try await box.run("mkdir -p \(dropIns); touch \(dropIns)/upgraded-paths.conf")
            let said = try await box.run("dpkg --purge bitmind-watch")
            #expect(!box.exists("\(dropIns)/upgraded-paths.conf"))
            for left in [
                "/etc/credstore/bitmind-watch.client-id", "/etc/credstore/bitmind-watch.client-secret",
                "/srv/bitmind",
            ] {
                #expect(said.contains(left), "\(left)")
                #expect(box.exists(left), "\(left)")
            }
            #expect(!box.exists("/etc/bitmind-watch"))
            #expect(box.exists(sample.place) && box.exists("\(sample.place).json"))
            #expect(try await box.run("systemctl --failed --plain --no-legend") == "")
        }
    }
}
