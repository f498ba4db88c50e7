import Foundation

@main
enum Benchmarks {
    static func main() throws {
        let programs = CommandLine.arguments.dropFirst().first ?? "../../.build/release"
        print("| work | files/s | CPU-s per 1,000 files | peak memory |\n| --- | --- | --- | --- |")
        for scenario in Scenario.all {
            let measured = try Bench(scenario, programs: URL(fileURLWithPath: programs)).run()
            let rate = String(format: "%.0f", measured.filesPerSecond)
            let cost = String(format: "%.2f", measured.processorSecondsPerThousand)
            print("| \(scenario.name) | \(rate) | \(cost) | \(measured.peakKilobytes / 1000) MB |")
        }
    }
}
