import Foundation

/// A command line that is not understood.
struct UsageFailure: Error, CustomStringConvertible {
    let description: String
}

/// What is to be done.
struct Options {
    private(set) var form = Form.ordinary
    private(set) var plots = false
    /// Only to run the service where it is profiled, with no figures.
    private(set) var profile = false
    private(set) var plotFolder = "plots"
    private(set) var workloads = Workload.all
    private(set) var programs: Programs

    init(_ arguments: some Sequence<String>) throws {
        var folder = ".build/release"
        var wrapper: [String] = []
        var watcher = "Tests/Benchmarks/Yardsticks/watcher.py"
        var rest = Array(arguments)[...]
        while let option = rest.popFirst() {
            func value() throws -> String {
                guard let value = rest.popFirst() else {
                    throw UsageFailure(description: "\(option) needs a value")
                }
                return value
            }
            switch option {
            case "--quick": form = .quick
            case "--long": form = .long
            case "--only": workloads = try Self.workloads(value())
            case "--plots": (plots, plotFolder) = (true, try value())
            case "--profile": profile = true
            case "--programs": folder = try value()
            case "--watcher": watcher = try value()
            case "--wrapper": wrapper = try value().split(separator: " ").map(String.init)
            default:
                throw UsageFailure(description: "\"\(option)\" is no option; see Tests/Benchmarks/README.md")
            }
        }
        let own = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        programs = Programs(
            service: folder + "/bitmind-watch", simulator: folder + "/bitmind-simulator",
            filingLoop: own.appendingPathComponent("filing-loop").path,
            linkEmulator: own.appendingPathComponent("link-emulator").path, watcher: watcher,
            wrapper: wrapper)
    }

    private static func workloads(_ name: String) throws -> [Workload] {
        let found = Workload.all.filter { $0.name == name }
        guard !found.isEmpty else {
            let names = Workload.all.map(\.name).joined(separator: ", ")
            throw UsageFailure(description: "there is no workload \"\(name)\"; there are \(names)")
        }
        return found
    }
}
