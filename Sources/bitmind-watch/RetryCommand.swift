import ArgumentParser
import LinuxSystem
import WatchCore
import WatchService

struct RetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Puts failed files back into the inbox they came from, and removes their failure sidecars.",
        discussion: """
            The command never overwrites a file: if the name is taken in the inbox, the file becomes name-1, \
            name-2 and so on. It makes missing folders of the inbox again; the user who runs it owns them, so run \
            it as the service's user. The service may run at the same time. The exit code is 1 if a file could not \
            be put back.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "Put back every failed file of every inbox.")
    var all = false

    @Argument(
        help: ArgumentHelp("Files in a folder for failed files.", valueName: "file"), completion: .file())
    var files: [String] = []

    func validate() throws {
        if all != files.isEmpty {
            throw ValidationError("Name the files to retry, or use --all for every failed file.")
        }
    }

    func run() async throws {
        let retry = Retry(try options.read())
        var isComplete = true
        func refuse(_ name: String, _ refusal: Retry.Refusal) {
            StandardError.write("\(name): \(refusal)\n")
            isComplete = false
        }
        var chosen = all ? retry.all { refuse($0.shown, $1) } : []
        for file in files {
            let absolute = try AbsolutePath.of(file)
            do throws(Retry.Refusal) {
                chosen.append(try retry.file(at: absolute))
            } catch {
                refuse(DisplayName(file.utf8).escaped, error)
            }
        }
        let all = Set(chosen)
        for file in chosen where !file.isSidecar(amongst: all) {
            let place: FiledFile?
            do throws(Retry.Refusal) {
                place = try retry.putBack(file)
            } catch {
                refuse(file.shown, error)
                continue
            }
            let what =
                place.map { "-> \($0.shown)" } ?? "was already put back: its failure sidecar is removed"
            try Output.write("\(file.shown) \(what)\n")
        }
        if !isComplete { throw ExitCode(1) }
    }
}
