import Synchronization
import Testing

@testable import BitMind

/// Threads for work that blocks.
@Suite(.timeLimit(.minutes(2)))
struct ThreadPoolTests {
    /// Says which of a pool's threads does some work.
    private static func pool(
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

    private static func value<Value: Sendable>(
        _ pool: ThreadPool<ObjectIdentifier>, _ work: @escaping @Sendable (ObjectIdentifier) -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            do {
                try pool.run { mark in
                    let value = work(mark)
                    return { continuation.resume(returning: value) }
                }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    @Test func `no more threads than allowed work at a time, but for what has to be done at once`()
        async throws
    {
        let pool = Self.pool(threads: 3)
        let begun = Mutex(0)
        let ended = Mutex(0)
        let gate = Latch()
        for _ in 0..<10 {
            try pool.run { _ in
                begun.withLock { $0 += 1 }
                gate.wait()
                return { ended.withLock { $0 += 1 } }
            }
        }
        #expect(try await eventually { begun.withLock { $0 } == 3 })
        let urgent = Latch()
        try pool.run(atOnce: true) { _ in { urgent.open() } }
        #expect(try await eventually { urgent.isOpen })
        #expect(begun.withLock { $0 } == 3)
        gate.open()
        pool.stop()
        await pool.ended()
        #expect(ended.withLock { $0 } == 10, "what was accepted is done")
        #expect(throws: ThreadPool<ObjectIdentifier>.Refusal.stopped) { try pool.run { _ in {} } }
    }

    @Test func `work one after the other stays on one thread, the last to have worked`() async throws {
        let pool = Self.pool(threads: 4)
        let begun = Mutex(0)
        let free = Mutex(0)
        let gate = Latch()
        for _ in 0..<4 {
            try pool.run { _ in
                begun.withLock { $0 += 1 }
                gate.wait()
                return { free.withLock { $0 += 1 } }
            }
        }
        #expect(try await eventually { begun.withLock { $0 } == 4 })
        gate.open()
        #expect(try await eventually { free.withLock { $0 } == 4 })
        let last = try await Self.value(pool) { $0 }
        for _ in 0..<20 {
            let mark = try await Self.value(pool) { $0 }
            #expect(mark == last)
        }
        pool.stop()
        await pool.ended()
    }

    @Test func `a thread that is lost makes room for another, and is one too many when it is back`()
        async throws
    {
        let pool = Self.pool(threads: 1)
        let (stuck, gate, back) = (Latch(), Latch(), Latch())
        try pool.run { _ in
            stuck.open()
            gate.wait()
            pool.found()
            return { back.open() }
        }
        #expect(try await eventually { stuck.isOpen })
        let waiting = Latch()
        try pool.run { _ in { waiting.open() } }
        pool.lost()
        #expect(try await eventually { waiting.isOpen }, "what had waited for it is done by another")
        gate.open()
        #expect(try await eventually { back.isOpen })
        var marks: Set<ObjectIdentifier> = []
        for _ in 0..<20 { marks.insert(try await Self.value(pool) { $0 }) }
        #expect(marks.count == 1)
        pool.stop()
        await pool.ended()
    }

    @Test func `a pool that is stopped waits for no thread that is lost`() async throws {
        let pool = Self.pool(threads: 2)
        let (stuck, gate, back) = (Latch(), Latch(), Latch())
        try pool.run { _ in
            stuck.open()
            gate.wait()
            pool.found()
            return { back.open() }
        }
        #expect(try await eventually { stuck.isOpen })
        pool.lost()
        pool.stop()
        await pool.ended()
        #expect(!back.isOpen)
        gate.open()
        #expect(try await eventually { back.isOpen })
    }

    @Test func `a thread that has had nothing to do for long ends, and loses no work`() async throws {
        let pool = Self.pool(threads: 2, patience: .milliseconds(1))
        var marks: Set<ObjectIdentifier> = []
        let end = ContinuousClock.now + .seconds(60)
        while marks.count < 3, ContinuousClock.now < end {
            for _ in 0..<100 { marks.insert(try await Self.value(pool) { $0 }) }
            try await Task.sleep(for: .milliseconds(2))
        }
        #expect(marks.count >= 3)
        pool.stop()
        await pool.ended()
    }
}
