import Glibc
import LinuxSystem
import SystemPackage

import class Foundation.Thread

/// A folder for one test, removed with it.
final class ScratchFolder: Sendable {
    let path: String
    let handle: DirectoryHandle

    /// - Parameter parent: `/tmp`, or `/dev/shm` for another file system.
    init(in parent: String = "/tmp") throws {
        var template = Array("\(parent)/linux-system-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw SystemCallError(call: "mkdtemp", errno: .init(rawValue: errno))
        }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        handle = try DirectoryHandle.open(path: path)
    }

    deinit {
        do {
            try Self.empty(handle)
            guard rmdir(path) == 0 else {
                throw SystemCallError(call: "rmdir", errno: .init(rawValue: errno))
            }
        } catch {
            print("\(path) stays: \(error)")
        }
    }

    /// Descends by handles, so the depth and the bytes of the names don't matter.
    private static func empty(_ folder: DirectoryHandle) throws {
        let cursor = try folder.entries()
        while case let entries = try cursor.next(1_000), !entries.isEmpty {
            for entry in entries {
                if entry.kind == .folder {
                    try empty(folder.openFolder(entry.name))
                    try folder.removeFolder(entry.name)
                } else {
                    try folder.remove(entry.name)
                }
            }
        }
    }
}

extension [UInt8] {
    init(_ text: StaticString) {
        self = text.withUTF8Buffer { Array($0) }
    }
}

extension DirectoryHandle {
    /// Makes a file with a content, under any name.
    func write(_ content: String, to name: [UInt8], mode: UInt32 = 0o644) throws {
        try createFile(name, mode: mode).write(Array(content.utf8))
    }

    func content(of name: [UInt8]) throws -> String {
        String(decoding: try openFile(name).bytes(at: 0, count: 1_000), as: UTF8.self)
    }

    /// The names of all entries, as text, sorted.
    func names() throws -> [String] {
        let cursor = try entries()
        var names: [String] = []
        while case let entries = try cursor.next(100), !entries.isEmpty {
            names += entries.map { String(decoding: $0.name, as: UTF8.self) }
        }
        return names.sorted()
    }
}

/// Runs a body that blocks, or changes the state of its thread, on a separate thread.
func onThreadOfItsOwn<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result(catching: body)) }
    }
}

/// Runs a body as the user `nobody`, without any capability. Needs root.
///
/// The kernel keeps credentials for each thread. The C library spreads a change to all threads, so the system
/// call is made directly.
func asAnotherUser<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await onThreadOfItsOwn {
        let unchanged = UInt(UInt32.max)
        guard rawCall("syscall", Int(setResUIDNumber), unchanged, 65_534, unchanged) == 0 else {
            throw SystemCallError(call: "setresuid", errno: .init(rawValue: errno))
        }
        return try body()
    }
}

#if arch(x86_64)
    private let setResUIDNumber = 117
#else
    private let setResUIDNumber = 147
#endif

/// Calls a C function that Swift does not import, for being variadic or hidden.
func rawCall(_ name: String, _ first: Int, _ rest: UInt...) -> Int {
    typealias Function = @convention(c) (Int, UInt, UInt, UInt, UInt) -> Int
    let function = unsafeBitCast(dlsym(nil, name), to: Function.self)
    let arguments = rest + Array(repeating: 0, count: 4 - rest.count)
    return function(first, arguments[0], arguments[1], arguments[2], arguments[3])
}

let isRoot = geteuid() == 0
