import BitMindAPI
import BitMindSimulator
import LinuxSystem
import Synchronization
import TestSupport
import Testing
import WatchCore
import WatchService

extension RequestTests {
    @Suite("Slow disks")
    struct SlowDiskTests {
        private static let a = InboxID(1)
        private static let b = InboxID(2)

        @Test func `a disk that hangs keeps no slot from other inboxes, and its files go once it answers`()
            async throws
        {
            try await Simulator.with(SimulatorBehaviour()) { simulator in
                let site = try RequestSite(simulator)
                try site.put(images: 0..<10)
                let other = try site.anotherInbox("other", images: 10..<20)
                func single(_ upload: inout Configuration.Upload) {
                    upload.batch = .off
                    upload.concurrency = 1
                }
                try await site.serve(single) { run in
                    try run.pipeline.add(other)
                    let hanging = try #require(run.pipeline.inboxes.all.first)
                    let disk = ThreadGate()
                    defer { disk.open() }
                    try await wait(until: "20 wait") { run.status.waiting == 20 }
                    let hang = Task { await hanging.hang(on: disk) }
                    try await wait(until: "the disk hangs") { disk.isReached }
                    try await run.begin(with: 20)
                    try await run.waitUntilFiled(10)
                    #expect(run.filed == 10, "the other inbox's")
                    disk.open()
                    await hang.value
                    try await run.waitUntilFiled(20)
                }
                #expect(site.uploads.count == 20)
            }
        }

        @Test func `a stop waits for no disk that hangs`() async throws {
            try await Simulator.with(SimulatorBehaviour()) { simulator in
                let site = try RequestSite(simulator)
                try site.put(images: 0..<1)
                try await site.serve { run in
                    let inbox = try #require(run.pipeline.inboxes.all.first)
                    let disk = ThreadGate()
                    defer { disk.open() }
                    try await wait(until: "it waits") { run.status.waiting == 1 }
                    let hang = Task { await inbox.hang(on: disk) }
                    try await wait(until: "the disk hangs") { disk.isReached }
                    let hasEnded = Atomic(false)
                    let work = Task {
                        await run.pipeline.work()
                        hasEnded.store(true, ordering: .relaxed)
                    }
                    try await wait(until: "a request is to have it") { run.status.uploading == 1 }
                    await run.pipeline.dispatcher.stop()
                    work.cancel()
                    // Without a stop it would be waited for longer.
                    try await wait(until: "the work ends", atMost: .seconds(4)) {
                        hasEnded.load(ordering: .relaxed)
                    }
                    disk.open()
                    await hang.value
                }
                #expect(site.uploads.isEmpty)
            }
        }

        @Test func `while several inboxes have files, none gets more than its share of the slots`()
            async throws
        {
            let bench = try DispatcherBench(concurrency: 4)
            defer { bench.stop() }
            let dispatcher = bench.dispatcher
            /// As if all its files had changed meanwhile.
            func end(_ assignment: Assignment) async {
                _ = await bench.end(assignment, sent: [], results: [])
            }
            await dispatcher.update(adding: DispatcherBench.candidates(Self.a, 0..<20), withdrawing: [])
            var underWay: [Assignment] = []
            for _ in 0..<4 { underWay.append(try #require(await dispatcher.next())) }
            #expect(underWay.allSatisfy { $0.candidates[0].key.inbox == Self.a }, "nobody else has files")

            await dispatcher.update(adding: DispatcherBench.candidates(Self.b, 0..<20), withdrawing: [])
            for _ in 0..<6 {
                // The first inbox's take long: those of the other end first.
                let ended = underWay.lastIndex { $0.candidates[0].key.inbox == Self.b } ?? 0
                await end(underWay.remove(at: ended))
                underWay.append(try #require(await dispatcher.next()))
            }
            let firsts = underWay.count { $0.candidates[0].key.inbox == Self.a }
            #expect(firsts == 3, "it had them before; what ended was the other's")
            await end(underWay.removeFirst())
            let next = try #require(await dispatcher.next())
            #expect(next.candidates[0].key.inbox == Self.b, "two of four are its share")
        }

        @Test func `slots that other inboxes can't use are free for all`() async throws {
            let behaviour = SimulatorBehaviour {
                $0.permissions.remove(.videoInference)
                $0.latency = .milliseconds(200)
            }
            try await Simulator.with(behaviour) { simulator in
                let site = try RequestSite(simulator, time: ScaledTime(factor: 50))
                try site.put(videos: 0..<8)
                let other = try site.anotherInbox("other", images: 0..<40)
                func single(_ upload: inout Configuration.Upload) {
                    upload.batch = .off
                    upload.concurrency = 4
                }
                try await site.serve(single) { run in
                    try await run.begin(with: 8)
                    try await wait(until: "the missing permission is told") {
                        site.sink.lines.contains { $0.contains("no permission for /video") }
                    }
                    simulator.clearRecord()
                    try run.pipeline.add(other)
                    try await run.waitUntilFiled(40)
                }
                let images = site.uploads.filter { $0.endpoint == .image }
                let atOnce = images.map { one in
                    images.count { $0.started <= one.started && one.started < ($0.ended ?? one.started) }
                }
                #expect(atOnce.max() == 4)
            }
        }
    }
}

extension Inbox {
    /// As if it looked at a file on that disk.
    fileprivate func hang(on disk: ThreadGate) { disk.pass() }
}
