import ArgumentParser
import LinuxSystem
import WatchCore
import WatchService

struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Hashes filed files, and compares them with their sidecars.",
        discussion: """
            Reports every file that has changed since it was judged, every file without a sidecar, every sidecar \
            without a file, and every unfinished filing. The command changes nothing. The service may run at the \
            same time. The exit code is 1 if anything is wrong.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Argument(
        help: ArgumentHelp(
            "Filed files, or folders of them. Default: all filed files.", valueName: "file"),
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
                    "\(DisplayName(file.utf8).escaped): it is not in a destination of the configuration: "
                        + "name a file in one\n")
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
                "\(first): only the service's user may read it: to see unfinished filings, "
                    + "run sudo \(Product.name) verify\n")
        }
        let count = report.findings.count
        let problems = count == 0 ? "no problems" : count == 1 ? "1 problem" : "\(count) problems"
        try Output.write(
            "\(report.files) \(report.files == 1 ? "file" : "files") verified, \(problems)\n")
        if count > 0 || chosen.count < files.count { throw ExitCode(1) }
    }
}
