import LinuxSystem
import WatchCore

/// Something in a destination that differs from what the service writes.
package struct VerifyFinding: Sendable, Hashable {
    package let file: FiledFile
    package let problem: Problem

    package enum Problem: Sendable, Hashable {
        case missing
        case missingSidecar
        case interruptedRetry
        case orphanSidecar
        case unreadableSidecar(String)
        case noRegularFile
        /// Both in bytes.
        case size(is: Int64, recorded: Int64)
        /// Both lower-case hexadecimal SHA-256.
        case digest(is: String, recorded: String)
        case unreadable(String)
        /// This user may not read it.
        case denied
        case leftover
        case stranger
    }

    /// What is wrong, and what to do, in a sentence.
    package var sentence: String {
        switch problem {
        case .missing: "there is no such file"
        case .missingSidecar: "it has no sidecar: move it into an inbox to have it judged again"
        case .interruptedRetry: "its retry was interrupted: run retry again to finish it"
        case .orphanSidecar:
            "it is gone, but its sidecar is still there: if you removed the file, remove the sidecar"
        case .unreadableSidecar(let reason):
            "its sidecar is not valid (\(reason)): restore it, or have the file judged again"
        case .noRegularFile: "it is not a regular file, and the service did not file it: remove it"
        case .size(let size, let recorded):
            "it has \(size) bytes, but had \(recorded) when it was judged: restore it, or have it judged again"
        case .digest(let digest, let recorded):
            "its SHA-256 is \(digest), but was \(recorded) when it was judged: restore it, or have it judged again"
        case .unreadable(let reason): "it cannot be read (\(reason)): check its permissions and the disk"
        case .denied: "you may not read it: run sudo \(Product.name) verify"
        case .leftover: "it belongs to an unfinished filing: start the service to finish it"
        case .stranger: "it is a foreign file: check it, and move it elsewhere"
        }
    }
}

extension VerifyFinding.Problem {
    /// The finding for a file or folder that cannot be read.
    static func unreadable(_ error: SystemCallError) -> Self {
        error.isDenied ? .denied : .unreadable("\(error)")
    }
}
