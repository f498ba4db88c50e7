import LinuxSystem
import SystemPackage
import WatchCore
import WatchService

/// The reports of the running service.
struct StatusSource {
    /// The path of `status.json`.
    let file: String

    func read() throws(CommandFailure) -> (bytes: [UInt8], report: StatusReport) {
        let bytes: [UInt8]
        do throws(SystemCallError) {
            bytes = try ReplacedFile(file).read()
        } catch {
            throw .failed(sentence(about: error))
        }
        let report: StatusReport
        do {
            report = try StatusReport(parsing: bytes)
        } catch {
            throw .failed(
                "\(file) is not a status file of this version: restart the service, which writes it "
                    + "again, or name its status file with --status-file")
        }
        guard Host.isRunning(report.processID) else {
            throw .failed(
                "the service is not running, \(file) is from \(report.updated): start it with "
                    + "systemctl start \(Product.name)")
        }
        return (bytes, report)
    }

    /// Why the file cannot be read, and what to do.
    private func sentence(about error: SystemCallError) -> String {
        let name = DisplayName(file.utf8).escaped
        switch error.errno {
        case .noSuchFileOrDirectory, .notDirectory:
            return "there is no \(name): if the service is not running, start it with systemctl start "
                + "\(Product.name); otherwise name its status file with --status-file"
        case .permissionDenied, .notPermitted:
            return "\(name): you may not read it: run sudo \(Product.name) status, or join the group "
                + "\(Product.name)"
        default:
            return
                "\(name) cannot be read (\(error.errno)): name the status file of the service with --status-file"
        }
    }
}

/// `status --follow`: survives restarts of the service, and ends only on request.
struct StatusFollowing {
    let source: StatusSource

    /// How soon a change is seen. The service writes at most once a second.
    private static let interval = Duration.milliseconds(500)

    /// Prints a line for each change, until the output is closed.
    /// - Throws: if the service is not running at the beginning.
    func printLines() async throws {
        var last = try source.read().report.status.line
        var isThere = try Output.write(last + "\n")
        while isThere {
            try await Task.sleep(for: Self.interval)
            let line: String
            do throws(CommandFailure) {
                line = try source.read().report.status.line
            } catch {
                line = "not running: \(error.message)"
            }
            if line != last { isThere = try Output.write(line + "\n") }
            last = line
        }
    }

    /// Shows a view on the terminal, until a signal ends it.
    /// - Throws: if the service is not running at the beginning.
    func showView() async throws {
        _ = try source.read()
        let signals = try ProcessSignals.stream([.terminate, .interrupt, .hangUp, .windowChange, .suspend])
        let view = LiveView(source)
        await view.enter()
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                do {
                    while await view.draw() { try await Task.sleep(for: Self.interval) }
                } catch {
                    // Cancelled: the view is closed.
                }
            }
            group.addTask { await Self.heed(signals, view) }
            // Either the terminal is gone, or a signal arrived.
            await group.next()
            group.cancelAll()
        }
        await view.leave()
    }

    /// Returns when a signal requests the end.
    private static func heed(_ signals: AsyncStream<Signal>, _ view: LiveView) async {
        for await signal in signals {
            switch signal {
            case .terminate, .interrupt, .hangUp: return
            case .suspend: await view.suspend()
            case .windowChange: await view.draw()
            case .user1, .user2: continue
            }
        }
    }
}

/// The view on the terminal.
private actor LiveView {
    private let source: StatusSource
    private var view = TerminalView()
    private var last: StatusReport?

    init(_ source: StatusSource) {
        self.source = source
    }

    func enter() { show(TerminalView.enter) }

    func leave() { show(TerminalView.leave) }

    /// Restores the terminal, and takes it again when the process continues.
    func suspend() {
        leave()
        Signals.stopProcess()
        enter()
        view.forget()
        draw()
    }

    /// - Returns: whether the terminal still exists.
    @discardableResult
    func draw() -> Bool {
        let size = StandardOutput.terminalSize ?? (lines: 24, columns: 80)
        let text = view.show(
            lines(columns: size.columns), in: TerminalView.Size(lines: size.lines, columns: size.columns))
        return text.isEmpty || show(text)
    }

    /// - Returns: whether the terminal still exists.
    @discardableResult
    private func show(_ text: String) -> Bool {
        do throws(SystemCallError) {
            try StandardOutput.write(text)
            return true
        } catch {
            return false
        }
    }

    private func lines(columns: Int) -> [String] {
        do throws(CommandFailure) {
            let report = try source.read().report
            last = report
            return Self.lines(of: report)
        } catch {
            let before = last.map { ["", "Before that:", ""] + Self.lines(of: $0) } ?? []
            return TextColumns.wrap(error.message, to: columns) + before
        }
    }

    private static func lines(of report: StatusReport) -> [String] {
        StatusText(report).overview.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            .map(String.init)
    }
}
