import Synchronization
import TestSupport
import Testing

@testable import BitMind

/// Threads for work that blocks.
@Suite(.timeLimit(.minutes(3)))
struct ThreadPoolTests {
    @Test func `no more threads than allowed work at a time, and a few more for what is urgent`() async throws
    {
        let pool = ThreadPool(name: "test", maximumThreads: 3) {}
        let (begun, urgent, gate) = (Counter(), Counter(), Latch())
        let told = Counter()
        for _ in 0..<10 { pool.block(begun, gate, told) }
        #expect(try await eventually { begun.value == 3 })
        for _ in 0..<10 { pool.block(urgent, gate, told, isUrgent: true) }
        #expect(try await eventually { urgent.value == 4 })
        #expect(begun.value == 3)
        gate.open()
        #expect(try await eventually { told.value == 20 })
        pool.stop()
        await pool.ended()
        #expect(await pool.refusal() == .stopped)
    }

    @Test func `what is urgent goes before all that waits`() async throws {
        let pool = ThreadPool(name: "test", maximumThreads: 1) {}
        let (begun, gate, others, told) = (Counter(), Latch(), Latch(), Counter())
        defer { others.open() }
        pool.block(begun, gate, told)
        for _ in 0..<4 { pool.block(begun, others, told, isUrgent: true) }
        #expect(try await eventually { begun.value == 5 })
        let order = Mutex<[String]>([])
        for (name, isUrgent) in [("patient", false), ("urgent", true), ("urgent too", true)] {
            pool.run(isUrgent: isUrgent) {
                order.withLock { $0.append(name) }
                return {}
            } refused: { _ in
            }
        }
        gate.open()
        #expect(try await eventually { order.withLock { $0.count } == 2 })
        others.open()
        #expect(try await eventually { order.withLock { $0.count } == 3 })
        #expect(order.withLock { $0 } == ["urgent", "urgent too", "patient"])
        pool.stop()
        await pool.ended()
    }

    @Test func `what is urgent waits for what is urgent only`() async throws {
        let pool = ThreadPool(name: "test", maximumThreads: 1) {}
        let (begun, gate, urgent, told) = (Counter(), Latch(), Latch(), Counter())
        defer { gate.open() }
        let patient = Counter()
        pool.block(begun, gate, patient)
        for _ in 0..<4 { pool.block(begun, urgent, told, isUrgent: true) }
        #expect(try await eventually { begun.value == 5 })
        pool.block(begun, urgent, told, isUrgent: true)
        urgent.open()
        try await wait(until: "the fifth is done, too") { told.value == 5 }
        #expect(patient.value == 0)
        gate.open()
        pool.stop()
        await pool.ended()
    }

    @Test func `a thread that is lost with what is urgent makes room for what is urgent`() async throws {
        let pool = ThreadPool(name: "test", maximumThreads: 1) {}
        let (begun, gate, told) = (Counter(), Latch(), Counter())
        defer { gate.open() }
        pool.block(begun, gate, told)
        for _ in 0..<3 { pool.block(begun, gate, told, isUrgent: true) }
        pool.stick(begun, gate, told, isUrgent: true)
        #expect(try await eventually { begun.value == 5 })
        pool.block(begun, gate, told, isUrgent: true)
        pool.lost()
        try await wait(until: "the fifth begins") { begun.value == 6 }
        #expect(told.value == 0, "nobody's end made room")
        gate.open()
        pool.stop()
        await pool.ended()
    }

    @Test func `what is accepted is done, also after a stop`() async throws {
        let pool = ThreadPool(name: "test", maximumThreads: 2) {}
        let (begun, gate, told) = (Counter(), Latch(), Counter())
        for _ in 0..<6 { pool.block(begun, gate, told) }
        pool.stop()
        gate.open()
        await pool.ended()
        #expect(told.value == 6)
    }

    @Test func `work one after the other stays on one thread, the last to have worked`() async throws {
        let pool = Self.markedPool(threads: 4)
        let (begun, gate, told) = (Counter(), Latch(), Counter())
        for _ in 0..<4 { pool.block(begun, gate, told) }
        #expect(try await eventually { begun.value == 4 })
        gate.open()
        #expect(try await eventually { told.value == 4 })
        let last = try await pool.value { $0 }
        for _ in 0..<20 { #expect(try await pool.value { $0 } == last) }
        pool.stop()
        await pool.ended()
    }

    @Test func `a thread that is lost makes room for another, and is one too many when it is back`()
        async throws
    {
        let pool = Self.markedPool(threads: 1)
        let (begun, gate, back, waiting) = (Counter(), Latch(), Counter(), Counter())
        pool.stick(begun, gate, back)
        #expect(try await eventually { begun.value == 1 })
        pool.block(waiting, gate, waiting)
        pool.lost()
        #expect(try await eventually { waiting.value == 1 }, "what had waited for it is done by another")
        gate.open()
        #expect(try await eventually { back.value == 1 && waiting.value == 2 })
        var marks: Set<ObjectIdentifier> = []
        for _ in 0..<20 { marks.insert(try await pool.value { $0 }) }
        #expect(marks.count == 1)
        pool.stop()
        await pool.ended()
    }

    @Test func `the end of a pool waits for no thread that is lost`() async throws {
        let pool = ThreadPool(name: "test", maximumThreads: 2) {}
        let (begun, gate, back) = (Counter(), Latch(), Counter())
        pool.stick(begun, gate, back)
        #expect(try await eventually { begun.value == 1 })
        pool.lost()
        pool.stop()
        await pool.ended()
        #expect(back.value == 0)
        gate.open()
        #expect(try await eventually { back.value == 1 })
    }

    @Test func `a thread that has had nothing to do for long ends, and no work is lost`() async throws {
        let pool = Self.markedPool(threads: 2, patience: .milliseconds(1))
        var marks: Set<ObjectIdentifier> = []
        let end = ContinuousClock.now + .seconds(60)
        while marks.count < 3, ContinuousClock.now < end {
            for _ in 0..<100 { marks.insert(try await pool.value { $0 }) }
            try await Task.sleep(for: .milliseconds(2))
        }
        #expect(marks.count >= 3)
        pool.stop()
        await pool.ended()
    }

    @Test func `once a pool has ended, what belonged to its threads is gone`() async throws {
        let gone = Counter()
        let pool = ThreadPool(name: "test", maximumThreads: 4) { Witness(gone) }
        let (begun, gate, told) = (Counter(), Latch(), Counter())
        for _ in 0..<4 { pool.block(begun, gate, told) }
        #expect(try await eventually { begun.value == 4 })
        gate.open()
        pool.stop()
        await pool.ended()
        #expect(gone.value == 4)
    }

    @Test func `a thread keeps nothing of the work that it has done`() async throws {
        let gone = Counter()
        let pool = ThreadPool(name: "test", maximumThreads: 1) {}
        for round in 1...3 {
            try await {
                let witness = Witness(gone)
                try await pool.value { _ in withExtendedLifetime(witness) {} }
            }()
            #expect(try await eventually { gone.value == round })
        }
        pool.stop()
        await pool.ended()
    }

    @Test func `where no thread can be made, work waits for those there are, or is refused`() async throws {
        let room = Mutex(1)
        let pool = ThreadPool(name: "test", maximumThreads: 3) { name, body in
            let hasRoom = room.withLock { room in
                room -= 1
                return room >= 0
            }
            return hasRoom && WorkerThread.start(name: name, body)
        } makeContext: {
        }
        let (begun, gate, told, refused) = (Counter(), Latch(), Counter(), Counter())
        for _ in 0..<3 { pool.block(begun, gate, told, refused) }
        #expect(try await eventually { begun.value == 1 })
        #expect(refused.value == 0)
        // The only thread is stuck now, and no thread is left for the queued work.
        pool.lost()
        #expect(refused.value == 2)
        #expect(await pool.refusal() == .noThread)
        gate.open()
        #expect(try await eventually { told.value == 1 })
        room.withLock { $0 = 3 }
        _ = try await pool.value { _ in }
    }

    /// A pool whose work knows which thread runs it.
    private static func markedPool(
        threads: Int, patience: Duration = .seconds(120)
    ) -> ThreadPool<ObjectIdentifier> {
        final class Mark: Sendable {}
        let marks = Mutex<[Mark]>([])
        return ThreadPool(name: "test", maximumThreads: threads, patience: patience) {
            let mark = Mark()
            // Kept, so that no other gets its address.
            marks.withLock { $0.append(mark) }
            return ObjectIdentifier(mark)
        }
    }
}

/// Says when it is gone.
private final class Witness: Sendable {
    private let gone: Counter
    init(_ gone: Counter) { self.gone = gone }
    deinit { gone.next() }
}

private struct Refused: Error {}

extension ThreadPool {
    /// Holds a thread until the gate is open.
    fileprivate func block(
        _ begun: Counter, _ gate: Latch, _ told: Counter, _ refused: Counter = Counter(),
        isUrgent: Bool = false
    ) {
        run(isUrgent: isUrgent) { _ in
            begun.next()
            gate.wait()
            return { told.next() }
        } refused: { _ in
            refused.next()
        }
    }

    /// Holds a thread, which is lost meanwhile, until the gate is open.
    fileprivate func stick(_ begun: Counter, _ gate: Latch, _ back: Counter, isUrgent: Bool = false) {
        run(isUrgent: isUrgent) { [self] _ in
            begun.next()
            gate.wait()
            found()
            return { back.next() }
        } refused: { _ in
        }
    }

    fileprivate func value<Value: Sendable>(_ work: @escaping @Sendable (Context) -> Value) async throws
        -> Value
    {
        try await withCheckedThrowingContinuation { continuation in
            run { context in
                let value = work(context)
                return { continuation.resume(returning: value) }
            } refused: { _ in
                continuation.resume(throwing: Refused())
            }
        }
    }

    fileprivate func refusal() async -> Refusal? {
        await withCheckedContinuation { continuation in
            run { _ in
                { continuation.resume(returning: nil) }
            } refused: { refusal in
                continuation.resume(returning: refusal)
            }
        }
    }
}
