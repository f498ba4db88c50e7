import Glibc
import SystemPackage
import TestSupport
import Testing

@testable import LinuxSystem

@Suite struct `An open file` {
    let scratch: ScratchFolder
    var folder: DirectoryHandle { scratch.handle }
    let name = [UInt8]("file")

    init() throws { scratch = try ScratchFolder() }

    @Test func `what is written is read back, from any place`() throws {
        let file = try folder.createFile(name, mode: 0o600)
        let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try file.write(Array(bytes.prefix(1_000)))
        try bytes.dropFirst(1_000).withUnsafeBytes { try file.write($0) }
        try file.flushData()
        try file.flush()
        try folder.flush()
        let reader = try folder.openFile(name)
        reader.willReadSequentially()
        #expect(try reader.bytes(at: 0, count: 1_000_000) == bytes)
        #expect(try reader.bytes(at: 299_990, count: 5) == Array(bytes[299_990..<299_995]))
        #expect(try reader.bytes(at: 300_000, count: 5).isEmpty)
        var buffer: [UInt8] = [0, 0, 0]
        #expect(try buffer.withUnsafeMutableBytes { try reader.read(into: $0, at: 299_998) } == 2)
        #expect(buffer == Array(bytes.suffix(2)) + [0])
        reader.willNotReadAgain()
    }

    @Test func `a full disk is reported`() throws {
        let full = FileHandle(owning: OwnedDescriptor(owning: open("/dev/full", O_WRONLY | O_CLOEXEC)))
        let error = #expect(throws: SystemCallError.self) { try full.write([1]) }
        #expect(error == SystemCallError(call: "write", errno: .noSpace))
    }

    @Test(.timeLimit(.minutes(3)))
    func `special files neither block nor lead elsewhere`() throws {
        #expect(mkfifo("\(scratch.path)/fifo", 0o600) == 0)
        #expect(symlink("/etc/passwd", "\(scratch.path)/link") == 0)
        #expect(try folder.openFile([UInt8]("fifo")).status().kind == .fifo)
        let link = #expect(throws: SystemCallError.self) { _ = try folder.openFile([UInt8]("link")) }
        #expect(link?.errno == .tooManySymbolicLinkLevels)
        for taken in [[UInt8]("fifo"), [UInt8]("link")] {
            let error = #expect(throws: SystemCallError.self) {
                _ = try folder.createFile(taken, mode: 0o600)
            }
            #expect(error?.errno == .fileExists)
        }
    }

    @Test func `a handle closes its descriptor`() throws {
        let number = try folder.createFile(name, mode: 0o600).descriptor.rawValue
        let again = try folder.openFile(name).descriptor.rawValue
        // Others open files at the same time, so the number may be in use again, but not for this file.
        for number in [number, again] {
            var status = stat()
            let inode = try folder.status(of: name).inode
            #expect(fstat(number, &status) == -1 || status.st_ino != inode)
        }
    }

    @Test func `one that somebody writes is known, and one that is closed`() throws {
        let writer = try folder.createFile(name, mode: 0o600)
        let reader = try folder.openFile(name)
        #expect(try reader.isOpenForWriting() == true)
        #expect(try writer.isOpenForWriting() == true)
        withExtendedLifetime(writer) {}
        try folder.write("", to: [UInt8]("quiet"))
        let quiet = try folder.openFile([UInt8]("quiet"))
        #expect(try quiet.isOpenForWriting() == false)
        // The lease was returned: a writer need not wait. With a lease, this call would fail.
        let late = open("\(scratch.path)/quiet", O_WRONLY | O_NONBLOCK | O_CLOEXEC)
        #expect(late >= 0)
        #expect(try quiet.isOpenForWriting() == true)
        #expect(close(late) == 0)
        #expect(try quiet.isOpenForWriting() == false)
    }

    @Test(.needsRoot("to act as another user"))
    func `where the kernel gives no lease, it is not known who writes`() async throws {
        try folder.write("", to: name)
        let file = try folder.openFile(name)
        #expect(try await asAnotherUser { try file.isOpenForWriting() } == nil)
        #expect(try DirectoryHandle.open(path: "/dev").openFile([UInt8]("null")).isOpenForWriting() == nil)
    }

    @Test func `a file is locked for one handle at a time, until it goes`() throws {
        let other: FileHandle
        do {
            let one = try folder.createFile(name, mode: 0o600)
            other = try folder.openFile(name)
            #expect(try one.lock())
            #expect(try !other.lock())
            withExtendedLifetime(one) {}
        }
        #expect(try other.lock())
    }

    @Test func `a copy on another file system takes over times, mode, owner and attributes`() throws {
        let elsewhere = try ScratchFolder(in: "/dev/shm")
        let original = try folder.createFile(name, mode: 0o640)
        try original.setTimes(
            accessed: SystemTime(seconds: 1, nanoseconds: 2),
            modified: SystemTime(seconds: -5, nanoseconds: 999_999_999))
        #expect(setAttribute("user.plain", "value", on: original) == 0)
        #expect(setAttribute("user.empty", "", on: original) == 0)
        let copy = try elsewhere.handle.createFile(name, mode: 0o600)
        let status = try original.status()
        if isRoot { try copy.setOwner(65_534, group: 65_533) }
        try copy.setMode(status.mode)
        let leftOut = try copy.copyExtendedAttributes(from: original)
        try copy.setTimes(accessed: nil, modified: status.modified)
        #expect(try copy.status().mode == 0o640 && copy.status().modified == status.modified)
        if isRoot { #expect(try copy.status().owner == 65_534 && copy.status().group == 65_533) }
        // Older kernels keep no user attributes in memory. The attributes are then reported as left out.
        if leftOut.isEmpty {
            #expect(
                try copy.extendedAttribute(terminated([UInt8]("user.plain"), for: "")) == [UInt8]("value"))
            #expect(try copy.extendedAttribute(terminated([UInt8]("user.empty"), for: "")) == [])
        } else {
            #expect(Set(leftOut) == [[UInt8]("user.plain"), [UInt8]("user.empty")])
        }
    }

    @Test(.needsRoot("to act as another user"))
    func `attributes that may not be set are left out, and named`() async throws {
        let original = try folder.createFile(name, mode: 0o644)
        #expect(setAttribute("user.plain", "value", on: original) == 0)
        let copy = try folder.createFile([UInt8]("copy"), mode: 0o600)
        let leftOut = try await asAnotherUser { try copy.copyExtendedAttributes(from: original) }
        #expect(leftOut == [[UInt8]("user.plain")])
        #expect(try copy.extendedAttributeNames() == [])
    }

    private func setAttribute(_ name: String, _ value: String, on file: FileHandle) -> Int {
        let value = Array(value.utf8)
        return name.withCString { name in
            value.withUnsafeBytes { value in
                rawCall(
                    "fsetxattr", Int(file.descriptor.rawValue), UInt(bitPattern: name),
                    UInt(bitPattern: value.baseAddress), UInt(value.count))
            }
        }
    }
}
