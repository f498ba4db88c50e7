import LinuxSystem
import Synchronization
import TestSupport
import Testing
import WatchCore
import WatchService

struct JournalTests {
    private static func event(_ number: Int) -> JournalEvent {
        JournalEvent(.skipped, "number \(number)")
    }

    @Test func `while the journal takes nothing, nobody waits, and all of it is written afterwards`()
        async throws
    {
        let sink = StubbornSink()
        let journal = try Journal(sink, level: .info)
        for number in 0..<10_000 { journal.record(Self.event(number)) }
        #expect(sink.lines.isEmpty)
        sink.open()
        await journal.flush()
        #expect(sink.lines == (0..<10_000).map { "number \($0)" })
    }

    @Test func `what there was no room for is counted, and reported in one line`() async throws {
        let sink = StubbornSink()
        let journal = try Journal(sink, level: .info, room: 10)
        for number in 0..<1_234 { journal.record(Self.event(number)) }
        sink.open()
        await journal.flush()
        #expect(sink.lines.filter { $0.hasPrefix("number ") } == (0..<10).map { "number \($0)" })
        #expect(sink.lines.filter { $0.hasPrefix("1,224 entries are lost") }.count == 1)
    }

    @Test func `what the journal refused is reported as soon as it takes entries again`() async throws {
        let sink = StubbornSink()
        sink.open()
        let journal = try Journal(sink, level: .info)
        sink.refuse(true)
        journal.record(Self.event(1))
        journal.note("a line", level: .info)
        await journal.flush()
        sink.refuse(false)
        journal.record(Self.event(2))
        await journal.flush()
        #expect(sink.lines.count == 2 && sink.lines.first == "number 2")
        #expect(sink.lines.last?.hasPrefix("2 entries are lost") == true)
    }

    @Test(.timeLimit(.minutes(3)))
    func `a journal that hangs holds up no end`() async throws {
        let sink = StubbornSink()
        let journal = try Journal(sink, level: .info, patience: .milliseconds(50))
        journal.record(Self.event(1))
        await journal.flush()
        #expect(sink.lines.isEmpty)
        sink.open()
    }
}

/// Takes nothing until it is opened, nor while it refuses.
private final class StubbornSink: JournalSink {
    private let state = Mutex<(lines: [String], refuses: Bool)>(([], false))
    private let gate = ThreadGate()

    var lines: [String] { state.withLock { $0.lines } }

    func open() { gate.open() }

    func refuse(_ refuses: Bool) { state.withLock { $0.refuses = refuses } }

    func write(_ event: JournalEvent) -> Bool { take(event.message) }

    func write(_ line: String, level: EventLevel) -> Bool { take(line) }

    private func take(_ line: String) -> Bool {
        gate.pass()
        return state.withLock { state in
            if !state.refuses { state.lines.append(line) }
            return !state.refuses
        }
    }
}
