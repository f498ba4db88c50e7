import CCallTracer
import Glibc
import LinuxSystem

/// Which system calls of the program are traced, and what happens to them.
struct CallStrike: Sendable {
    /// Which calls count.
    enum Scope: Sendable {
        /// Those that change the file system.
        case changes
        /// Those too that only look, which may fail as well.
        case all
    }

    enum Blow: Sendable, Hashable {
        /// Before the call is made.
        case kill
        /// The call is not made, and fails with this errno.
        case error(Int32)
    }

    /// Only calls on paths that contain this text count.
    let place = "/bitmind-disaster-"
    let scope: Scope
    /// Asked before each call, with its number from 1 in the order of all threads together.
    fileprivate let blow: @Sendable (Int, TracedCall) -> Blow?

    /// Strikes what `blow` says, once or often; nothing unless it is given.
    init(
        scope: Scope = .changes, blow: @escaping @Sendable (Int, TracedCall) -> Blow? = { _, _ in nil }
    ) {
        self.scope = scope
        self.blow = blow
    }

    /// Strikes the call of that number.
    init(scope: Scope = .changes, number: Int, blow: Blow = .kill) {
        self.init(scope: scope) { count, _ in count == number ? blow : nil }
    }

    private static let changes = [
        SystemCall.renameat2, .renameat, .linkat, .unlinkat, .mkdirat, .openat, .write, .pwrite64, .fsync,
        .fdatasync, .fchmod, .fchown, .utimensat, .ftruncate, .fsetxattr,
    ]
    private static let looks = [SystemCall.openat2, .statx, .pread64, .getdents64]

    /// Runs `body` with the trace that the tracer takes.
    func withTrace(_ body: (UnsafePointer<call_trace>) -> Int32) -> ProgramEnd {
        let numbers = (scope == .changes ? Self.changes : Self.changes + Self.looks).map { Int($0.number) }
        let record = CallRecord(self)
        return numbers.withUnsafeBufferPointer { numbers in
            place.withCString { place in
                var trace = call_trace()
                trace.place = place
                trace.numbers = numbers.baseAddress
                trace.number_count = Int32(numbers.count)
                trace.counts_opens = scope == .all ? 1 : 0
                trace.judge_context = Unmanaged.passUnretained(record).toOpaque()
                trace.judge = { context, call in
                    guard let context, let call else { return 0 }
                    return Unmanaged<CallRecord>.fromOpaque(context).takeUnretainedValue().judge(call.pointee)
                }
                let status = withExtendedLifetime(record) { body(&trace) }
                return ProgramEnd(status: status, calls: record.calls, wasStruck: record.wasStruck)
            }
        }
    }
}

/// The calls so far; used on the tracer's thread alone.
private final class CallRecord {
    private let strike: CallStrike
    private(set) var calls: [TracedCall] = []
    private(set) var wasStruck = false
    private var wasKilled = false

    init(_ strike: CallStrike) { self.strike = strike }

    func judge(_ call: traced_call) -> Int32 {
        // Its other threads may still have come to one.
        if wasKilled { return Int32(call_kills) }
        let call = TracedCall(call)
        calls.append(call)
        guard let blow = strike.blow(calls.count, call) else { return 0 }
        wasStruck = true
        switch blow {
        case .kill:
            wasKilled = true
            return Int32(call_kills)
        case .error(let error): return error
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
    /// The whole path, as far as a descriptor and a name show it.
    let place: String
    /// The second path of a move or link; otherwise empty.
    let target: String

    init(_ call: traced_call) {
        self.call = SystemCall.allCases.first { Int($0.number) == call.number }
        makesFile = call.creates != 0
        place = withUnsafeBytes(of: call.place, Self.text)
        target = withUnsafeBytes(of: call.target, Self.text)
    }

    private static func text(_ bytes: UnsafeRawBufferPointer) -> String {
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }

    var description: String {
        "\(call?.rawValue ?? "?")\(makesFile ? " (new)" : "") \(place)\(target.isEmpty ? "" : " → \(target)")"
    }
}
