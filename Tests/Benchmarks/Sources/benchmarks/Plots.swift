import Foundation

/// Shows how cost grows: measures, draws, and keeps the figures beside the drawing.
struct Plots {
    private let programs: Programs
    private let folder: String

    init(_ programs: Programs, in folder: String) throws {
        self.programs = programs
        self.folder = folder
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    /// What takes longest comes last.
    func make() throws {
        try concurrency()
        try fileSize()
        try backlog()
    }

    /// Files of 2 kB that wait before the start, in a folder for each hundred, or for each thousand of a million.
    private func backlog() throws {
        var rates: [Chart.Point] = []
        var peaks: [Chart.Point] = []
        for count in [1000, 3000, 10_000, 30_000, 100_000, 300_000, 1_000_000] {
            let bench = try Bench(programs)
            try bench.site.fill("inbox", folders: min(1000, count / 100), files: count)
            let begun = Clock.wall
            try bench.start()
            try bench.waitUntilFiled(count, within: 3600)
            let peak = try bench.usage().peak
            let rate = Double(count) / (try bench.site.filed().last - begun)
            rates.append((Double(count), rate))
            peaks.append((Double(count), peak))
            say("\(grouped(count)) files waiting: \(decimal(rate)) files/s, \(decimal(peak)) MB")
            try draw(
                Chart(
                    title: "Files a second over the files that wait", x: "files waiting", y: "files/s",
                    isProportional: true, series: [("the service", rates)]), "backlog-rate")
            try draw(
                Chart(
                    title: "Peak memory over the files that wait", x: "files waiting", y: "MB",
                    isProportional: true, series: [("the service", peaks)]), "backlog-memory")
        }
    }

    /// JPEGs to 20 MB, videos above.
    private func fileSize() throws {
        let sizes = [
            (2_000, 2000), (20_000, 2000), (200_000, 1000), (2_000_000, 100), (20_000_000, 20),
            (100_000_000, 4),
            (500_000_000, 2),
        ]
        var costs: [Chart.Point] = []
        for (size, count) in sizes {
            let bench = try Bench(programs)
            let names = try bench.site.stage(count, size > 20_000_000 ? .movie : .jpeg, size: size)
            try bench.start()
            let cost = try bench.drop(names).usage.service / Double(count)
            costs.append((Double(size), cost * 1000))
            say("files of \(grouped(size)) bytes: \(decimal(cost * 1000)) ms of CPU time each")
        }
        try draw(
            Chart(
                title: "CPU time of a file over its size", x: "bytes", y: "CPU-ms a file",
                series: [("the service", costs)]), "file-size")
    }

    /// An API that takes 50 ms for an answer, one file a request.
    private func concurrency() throws {
        let latency = 0.05
        var rates: [Chart.Point] = []
        var bounds: [Chart.Point] = []
        for slots in [1, 2, 4, 8, 16, 32, 64, 128, 256] {
            let bound = Double(slots) / latency
            let bench = try Bench(programs, Setup(batch: "off", concurrency: slots, latency: "50ms"))
            let names = try bench.site.stage(min(4000, Int(bound * 3)))
            try bench.start()
            try bench.warmUp()
            let rate = try bench.drop(names).rate
            rates.append((Double(slots), rate))
            bounds.append((Double(slots), bound))
            say("\(slots) in flight: \(decimal(rate)) files/s of \(decimal(bound))")
        }
        try draw(
            Chart(
                title: "Files a second over uploads in flight, 50 ms an answer", x: "uploads in flight",
                y: "files/s", series: [("the service", rates), ("what the API allows", bounds)]),
            "concurrency")
    }

    private func draw(_ chart: Chart, _ name: String) throws {
        try chart.svg.write(toFile: "\(folder)/\(name).svg", atomically: true, encoding: .utf8)
        try chart.csv.write(toFile: "\(folder)/\(name).csv", atomically: true, encoding: .utf8)
    }
}
