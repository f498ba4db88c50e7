import Glibc
import SystemPackage
import Testing

@testable import LinuxSystem

/// The environment belongs to the whole process, so these run one after the other.
@Suite(.serialized) struct `Word to the service manager` {
    /// A datagram socket, as systemd's.
    struct Listener: ~Copyable {
        let socket: OwnedDescriptor
        let scratch: ScratchFolder

        init() throws {
            scratch = try ScratchFolder()
            socket = OwnedDescriptor(owning: Glibc.socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue), 0))
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) {
                $0.copyBytes(from: Array("\(scratch.path)/notify".utf8))
            }
            let number = socket.rawValue
            let size = socklen_t(MemoryLayout<sockaddr_un>.size)
            let bound = withUnsafePointer(to: &address) { address in
                address.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(number, $0, size) }
            }
            #expect(bound == 0)
            setenv("NOTIFY_SOCKET", "\(scratch.path)/notify", 1)
        }

        deinit { unsetenv("NOTIFY_SOCKET") }

        func message() throws -> String {
            var buffer = [UInt8](repeating: 0, count: 4_096)
            let count = recv(socket.rawValue, &buffer, buffer.count, CInt(MSG_DONTWAIT))
            try #require(count >= 0, "nothing came")
            return String(decoding: buffer.prefix(count), as: UTF8.self)
        }
    }

    @Test func `every message arrives in its own words`() throws {
        let listener = try Listener()
        let manager = ServiceManager.current
        let messages: [(() -> Bool, String)] = [
            (manager.ready, "READY=1"), (manager.watchdog, "WATCHDOG=1"), (manager.stopping, "STOPPING=1"),
            ({ manager.status("8 uploading") }, "STATUS=8 uploading"),
            ({ manager.status("a\nREADY=1\u{1B}[2J\u{85}b") }, "STATUS=a READY=1 [2J b"),
            ({ manager.extendTimeout(by: .milliseconds(1_500)) }, "EXTEND_TIMEOUT_USEC=1500000"),
            ({ manager.extendTimeout(by: .seconds(90)) }, "EXTEND_TIMEOUT_USEC=90000000"),
        ]
        for (send, message) in messages {
            #expect(send())
            #expect(try listener.message() == message)
        }
    }

    @Test func `a reload carries the monotonic time`() throws {
        let listener = try Listener()
        func now() -> Int {
            var time = timespec()
            clock_gettime(CLOCK_MONOTONIC, &time)
            return time.tv_sec * 1_000_000 + time.tv_nsec / 1_000
        }
        let before = now()
        #expect(ServiceManager.current.reloading())
        let lines = try listener.message().split(separator: "\n")
        #expect(lines.first == "RELOADING=1")
        let time = try #require(lines.last?.split(separator: "=").last.flatMap { Int($0) })
        #expect(lines.last?.hasPrefix("MONOTONIC_USEC=") == true && before <= time && time <= now())
    }

    @Test func `where nobody listens, nothing is sent`() {
        unsetenv("NOTIFY_SOCKET")
        #expect(!ServiceManager.current.ready())
        setenv("NOTIFY_SOCKET", "/nowhere/notify", 1)
        #expect(!ServiceManager.current.ready())
        unsetenv("NOTIFY_SOCKET")
    }

    @Test(
        arguments: [
            ("30000000", nil, Duration.seconds(30)), ("2500000", "self", .milliseconds(2_500)),
            ("30000000", "1", nil), (nil, nil, nil), ("nonsense", nil, nil),
        ] as [(String?, String?, Duration?)])
    func `the watchdog's interval is the environment's, if it is meant for this process`(
        row: (microseconds: String?, process: String?, interval: Duration?)
    ) {
        if let microseconds = row.microseconds { setenv("WATCHDOG_USEC", microseconds, 1) }
        if let process = row.process {
            setenv("WATCHDOG_PID", process == "self" ? "\(getpid())" : process, 1)
        }
        #expect(ServiceManager.current.watchdogInterval == row.interval)
        unsetenv("WATCHDOG_USEC")
        unsetenv("WATCHDOG_PID")
    }

    @Test func `the journal is standard error only where the environment says which file it is`() {
        var status = stat()
        #expect(fstat(STDERR_FILENO, &status) == 0)
        let rows = [
            ("\(status.st_dev):\(status.st_ino)", true), ("\(status.st_dev):\(status.st_ino + 1)", false),
            ("\(status.st_dev + 1):\(status.st_ino)", false), ("", false), ("\(status.st_dev)", false),
        ]
        for (stream, isConnected) in rows {
            setenv("JOURNAL_STREAM", stream, 1)
            #expect((SystemJournal.connected() != nil) == isConnected, "\(stream)")
        }
        unsetenv("JOURNAL_STREAM")
        #expect(SystemJournal.connected() == nil)
    }
}

@Suite struct `Entries of the journal` {
    @Test func `fields hold any bytes, and forge no other`() throws {
        let items = try #require(
            SystemJournal.items(
                priority: 5, message: [UInt8]("ai 0.8\nPRIORITY=0"),
                fields: [("BITMIND_FILE", [0xFF, 0, 10, 61]), ("BITMIND_FILE", []), ("A1_", [65])]))
        #expect(
            items == [
                [UInt8]("PRIORITY=5"), [UInt8]("MESSAGE=ai 0.8\nPRIORITY=0"),
                [UInt8]("BITMIND_FILE=") + [0xFF, 0, 10, 61], [UInt8]("BITMIND_FILE="), [UInt8]("A1_=A"),
            ])
    }

    @Test(arguments: [
        "", "_PID", "lower", "1ST", "A=B", "A B", "Ä", String(repeating: "A", count: 65), "A\n",
    ])
    func `a name that is none is refused`(name: String) {
        #expect(SystemJournal.items(priority: 6, message: [], fields: [(name, [])]) == nil)
        #expect(SystemJournal.items(priority: 6, message: [], fields: [("A", []), (name, [])]) == nil)
    }

    @Test func `the longest name is taken`() {
        let name = String(repeating: "A", count: 64)
        #expect(SystemJournal.items(priority: 6, message: [], fields: [(name, [])])?.count == 3)
    }
}
