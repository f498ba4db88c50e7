import BitMindAPI
import BitMindSimulator
import LinuxSystem
import TestSupport
import Testing

/// An API that gives invalid answers.
struct HostileAnswerTests {
    /// Answers that are not verdicts. The service is to blame for each, never the file.
    static let faults: [Fault] = [
        .notJSON, .truncatedJSON, .otherJSON, .wrongTypes, .notANumber, .outOfRange, .deeplyNested, .endless,
        .cutAnswer, .closeAtOnce, .closeAfterBody, .resetInBody, .status500,
    ]
    /// The same for answers to a batch.
    static let batchFaults: [Fault] = [
        .batchMissing, .batchError, .batchDuplicate, .batchOutOfRange, .batchUnplaced, .batchShuffled,
        .batchStrings,
    ]

    @Test(arguments: faults)
    func `an answer that is no verdict files nothing, and the file is filed once the API is sane`(
        _ fault: Fault
    ) async throws {
        try await Simulator.with(SimulatorBehaviour { $0.faults = [FaultRule(fault)] }) { simulator in
            let site = try ProgramSite(simulator: simulator, upload: "batch = \"off\"")
            let program = try site.start()
            let digest = try site.put("photo.jpg", seed: 40)
            let isRefused = try await until(program) {
                simulator.requests.count { $0.endpoint == .image && $0.ended != nil } >= 2
            }
            #expect(isRefused)
            let before = try site.census()
            #expect(before.waiting == [digest] && before.filed == [] && before.leftovers == [])
            let status = try DirectoryHandle.open(path: "/proc/\(program.number)")
                .openFile(Array("status".utf8)).bytes(at: 0, count: 8192)
            #expect(Self.peakKilobytes(status) < 100_000)

            simulator.behave { $0.faults = [] }
            let isFiled = try await site.untilFiled(program)
            let log = try program.log()
            #expect(isFiled, "\(log)")
            #expect(await program.stop().exitCode == 0)
            let census = try site.census()
            #expect(census.filed == [digest] && census.violations == [], "\(log)")
        }
    }

    @Test(arguments: batchFaults)
    func `what a batch's answer mixes up sticks to no wrong file`(_ fault: Fault) async throws {
        let slow = SimulatorBehaviour {
            $0.latency = .milliseconds(100)
            $0.faults = [FaultRule(fault, .next(2))]
        }
        try await Simulator.with(slow) { simulator in
            let site = try ProgramSite(simulator: simulator, upload: "concurrency = 1")
            let expected = try (0..<12).map { try site.put("photo \($0).jpg", seed: 300 + UInt64($0)) }
            let program = try site.start()
            let isFiled = try await site.untilFiled(program)
            let log = try program.log()
            #expect(isFiled, "\(log)")
            #expect(await program.stop().exitCode == 0)
            let census = try site.census()
            #expect(census.filed.sorted() == expected.sorted() && census.violations == [], "\(log)")
        }
    }

    /// The most memory that a process has had, by its status.
    static func peakKilobytes(_ status: [UInt8]) -> Int {
        let line = String(decoding: status, as: UTF8.self).split(separator: "\n")
            .first { $0.hasPrefix("VmHWM") }
        return line.flatMap { Int($0.filter(\.isNumber)) } ?? .max
    }
}
