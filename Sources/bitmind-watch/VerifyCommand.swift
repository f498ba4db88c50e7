import ArgumentParser
import LinuxSystem
import WatchCore
import WatchService

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Hashes filed files anew, and compares them with their sidecars.",
        discussion: """
            Tells every file that has changed since it was judged or has no sidecar, every sidecar without a \
            file, and what interrupted filings have left. Nothing is changed. The service may be running \
            meanwhile. The exit code is 1 if anything is wrong.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Argument(
        help: ArgumentHelp(
            "Files or folders where they were filed; without any, all that was filed.", valueName: "file"),
        completion: .file())
    var files: [String] = []

    func run() async throws {
        // Other users may have written sidecars, which may be large.
        ProcessMemory.giveBackLargeBlocks()
        let configuration = try options.read()
        let verify: Verify
        do throws(SystemCallError) {
            verify = try Verify(configuration)
        } catch {
            throw CommandFailure.failed("no threads can be started (\(error)): try again, or raise the limit")
        }
        var chosen: [FiledFile] = []
        for file in files {
            if let filed = verify.file(at: try AbsolutePath.of(file)) {
                chosen.append(filed)
            } else {
                StandardError.write(
                    "\(DisplayName(file.utf8).escaped): it is in no folder that the configuration files to: "
                        + "name a file of one\n")
            }
        }
        // Having nothing to verify differs from verifying everything.
        if chosen.isEmpty, !files.isEmpty { throw ExitCode(1) }
        let report = try await files.isEmpty ? verify.all() : verify.verify(chosen)
        for finding in report.findings {
            try Output.write("\(finding.file.shown): \(finding.sentence)\n")
        }
        if let first = report.hiddenWork.first {
            StandardError.write(
                "\(first): only the service's user may look into it: to see what interrupted filings have left, "
                    + "run sudo \(Product.name) verify\n")
        }
        let count = report.findings.count
        let problems = count == 0 ? "no problems" : count == 1 ? "1 problem" : "\(count) problems"
        try Output.write(
            "\(report.files) \(report.files == 1 ? "file" : "files") verified, \(problems)\n")
        if count > 0 || chosen.count < files.count { throw ExitCode(1) }
    }
}
