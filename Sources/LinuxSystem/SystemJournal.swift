import CSystemd
import Glibc
package import SystemPackage

/// The system's journal, through its native protocol: entries with fields, whose values may be any bytes.
package struct SystemJournal: Sendable {
    private init() {}

    /// The journal, if standard error is connected to it (`$JOURNAL_STREAM` has its device and inode); `nil`
    /// if standard error goes elsewhere.
    package static func connected() -> SystemJournal? {
        guard let stream = getenv("JOURNAL_STREAM") else { return nil }
        return isStream(String(cString: stream), descriptor: STDERR_FILENO) ? SystemJournal() : nil
    }

    /// Whether a descriptor is the file with that `DEVICE:INODE`.
    static func isStream(_ text: String, descriptor: CInt) -> Bool {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return false }
        return text == "\(status.st_dev):\(status.st_ino)"
    }

    /// Adds one entry.
    /// - Parameters:
    ///   - priority: 0 (emergency) to 7 (debug), as in syslog.
    ///   - message: raw bytes.
    ///   - fields: a name has at most 64 capital letters, digits and underscores, and begins with a letter; a
    ///     value is raw bytes. A name may occur several times.
    /// - Returns: why the entry was not accepted; `nil` if it was. An invalid name gives EINVAL.
    @discardableResult
    package func send(
        priority: Int, message: [UInt8], fields: [(name: String, value: [UInt8])] = []
    ) -> Errno? {
        guard let items = Self.items(priority: priority, message: message, fields: fields) else {
            return .invalidArgument
        }
        var bytes = Array(items.joined())
        let answer = bytes.withUnsafeMutableBytes { bytes in
            var rest = bytes[...]
            let vectors = items.map { item in
                let piece = UnsafeMutableRawBufferPointer(rebasing: rest.prefix(item.count))
                rest = rest.dropFirst(item.count)
                return iovec(iov_base: piece.baseAddress, iov_len: piece.count)
            }
            return sd_journal_sendv(vectors, CInt(vectors.count))
        }
        return answer < 0 ? Errno(rawValue: -answer) : nil
    }

    /// The entry as `NAME=value` items; `nil` if a name is invalid.
    static func items(
        priority: Int, message: [UInt8], fields: [(name: String, value: [UInt8])]
    ) -> [[UInt8]]? {
        guard fields.allSatisfy({ isFieldName($0.name) }) else { return nil }
        let all = [("PRIORITY", Array(String(priority).utf8)), ("MESSAGE", message)] + fields
        return all.map { name, value in Array(name.utf8) + [UInt8(ascii: "=")] + value }
    }

    /// A name that begins with an underscore is reserved for the journal.
    private static func isFieldName(_ name: String) -> Bool {
        let capitals = UInt8(ascii: "A")...UInt8(ascii: "Z")
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard let first = name.utf8.first, capitals.contains(first), name.utf8.count <= 64 else {
            return false
        }
        return name.utf8.allSatisfy {
            capitals.contains($0) || digits.contains($0) || $0 == UInt8(ascii: "_")
        }
    }
}
