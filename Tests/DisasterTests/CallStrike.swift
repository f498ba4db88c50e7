import CCallTracer
import Glibc
import LinuxSystem

/// Which system call of the program to strike, and with what: all threads together are counted.
struct CallStrike: Sendable {
    /// Which calls count.
    enum Scope: Sendable {
        /// Those that change the file system.
        case changes
        /// Those too that only look, which may fail as well.
        case all
    }

    enum Blow: Sendable, Hashable {
        case kill
        /// An errno that the call answers in place of being made.
        case error(Int32)
    }

    /// Only calls on what lies below a path with this in it count.
    var place = "/bitmind-disaster-"
    var scope = Scope.changes
    /// From 1; 0 for none: then the calls are only counted.
    var number = 0
    var blow = Blow.kill

    private static let changes = [
        SystemCall.renameat2, .renameat, .linkat, .unlinkat, .mkdirat, .openat, .write, .pwrite64, .fsync,
        .fdatasync, .fchmod, .fchown, .utimensat, .ftruncate, .fsetxattr,
    ]
    private static let looks = [SystemCall.openat2, .statx, .pread64, .getdents64]
    private static let room = 4096

    /// Runs `body` with the trace that the tracer takes.
    func withTrace(_ body: (UnsafeMutablePointer<call_trace>) -> Int32) -> ProgramEnd {
        let numbers = (scope == .changes ? Self.changes : Self.changes + Self.looks).map { Int($0.number) }
        let calls = UnsafeMutablePointer<traced_call>.allocate(capacity: Self.room)
        calls.initialize(repeating: traced_call(), count: Self.room)
        defer { calls.deallocate() }
        return numbers.withUnsafeBufferPointer { numbers in
            place.withCString { place in
                var trace = call_trace()
                trace.place = place
                trace.numbers = numbers.baseAddress
                trace.number_count = Int32(numbers.count)
                trace.counts_opens = scope == .all ? 1 : 0
                trace.strike = Int32(number)
                if case .error(let error) = blow { trace.error = error }
                trace.calls = calls
                trace.call_room = Int32(Self.room)
                let status = body(&trace)
                let count = min(Int(trace.call_count), Self.room)
                return ProgramEnd(
                    status: status, calls: (0..<count).map { TracedCall(calls[$0]) },
                    wasStruck: trace.struck != 0)
            }
        }
    }
}

/// The kinds of calls that are struck.
enum SystemCall: String, Sendable, CaseIterable {
    case renameat2, renameat, linkat, unlinkat, mkdirat, openat, write, pwrite64, fsync, fdatasync, fchmod
    case fchown, utimensat, ftruncate, fsetxattr, openat2, statx, pread64, getdents64

    /// The kernel's number on this machine.
    var number: Int32 {
        #if arch(x86_64)
            switch self {
            case .renameat2: 316
            case .renameat: 264
            case .linkat: 265
            case .unlinkat: 263
            case .mkdirat: 258
            case .openat: 257
            case .write: 1
            case .pwrite64: 18
            case .fsync: 74
            case .fdatasync: 75
            case .fchmod: 91
            case .fchown: 93
            case .utimensat: 280
            case .ftruncate: 77
            case .fsetxattr: 190
            case .openat2: 437
            case .statx: 332
            case .pread64: 17
            case .getdents64: 217
            }
        #else
            switch self {
            case .renameat2: 276
            case .renameat: 38
            case .linkat: 37
            case .unlinkat: 35
            case .mkdirat: 34
            case .openat: 56
            case .write: 64
            case .pwrite64: 68
            case .fsync: 82
            case .fdatasync: 83
            case .fchmod: 52
            case .fchown: 55
            case .utimensat: 88
            case .ftruncate: 46
            case .fsetxattr: 7
            case .openat2: 437
            case .statx: 291
            case .pread64: 67
            case .getdents64: 61
            }
        #endif
    }

    /// The errors that it can give for reasons that pass, by its manual page.
    var errors: [Int32] {
        switch self {
        case .renameat2, .renameat:
            [ENOSPC, EDQUOT, EIO, EROFS, EMLINK, EXDEV, ESTALE, EACCES, EPERM, EBUSY, ENOMEM]
        case .linkat: [ENOSPC, EDQUOT, EIO, EROFS, EMLINK, EXDEV, ESTALE, EACCES, EPERM, ENOMEM]
        case .unlinkat: [EIO, EROFS, ESTALE, EACCES, EPERM, EBUSY, ENOMEM]
        case .mkdirat: [ENOSPC, EDQUOT, EIO, EROFS, EMLINK, ESTALE, EACCES, EPERM, ENOMEM]
        case .openat: [ENOSPC, EDQUOT, EIO, EROFS, EMFILE, ENFILE, ESTALE, EACCES, EPERM, ENOMEM]
        case .openat2: [EIO, EMFILE, ENFILE, ESTALE, EACCES, EPERM, ENOMEM, EAGAIN]
        case .write, .pwrite64: [ENOSPC, EDQUOT, EIO, EPERM]
        case .fsync, .fdatasync: [ENOSPC, EDQUOT, EIO, EROFS]
        case .fchmod, .fchown: [EIO, EROFS, EPERM, ENOMEM]
        case .utimensat: [EIO, EROFS, EACCES, EPERM]
        case .ftruncate: [EIO, EPERM]
        case .fsetxattr: [ENOSPC, EDQUOT, EPERM]
        case .statx: [EIO, EACCES, ESTALE, ENOMEM]
        case .pread64: [EIO, ESTALE]
        case .getdents64: [EIO, ESTALE]
        }
    }
}

/// A call that counted.
struct TracedCall: Sendable, CustomStringConvertible {
    let call: SystemCall?
    let makesFile: Bool
    let place: String

    init(_ call: traced_call) {
        self.call = SystemCall.allCases.first { Int($0.number) == call.number }
        makesFile = call.creates != 0
        place = withUnsafeBytes(of: call.place) {
            String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    var description: String {
        "\(call?.rawValue ?? "?")\(makesFile ? " (new)" : "") \(place)"
    }
}
