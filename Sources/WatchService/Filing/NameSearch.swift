import LinuxSystem
import SystemPackage
import WatchCore

extension TargetName {
    /// The longest name on file systems that accept fewer than 255 bytes (eCryptfs: 143).
    private static let short = 143

    /// Tries the possible pairs of names of a file in order; shorter ones if they are too long for the file
    /// system. Filing a file and finding it later try the same pairs.
    /// - Parameters:
    ///   - name: the file's original name.
    ///   - start: the number of the first pair to try.
    ///   - attempt: returns nil to try the next pair.
    static func first<Found>(
        of name: [UInt8], sha256: String?, from start: Int = 0,
        _ attempt: (_ pair: (media: [UInt8], sidecar: [UInt8])) throws(SystemCallError) -> Found?
    ) throws(SystemCallError) -> Found {
        var names = TargetName(name: name, sha256: sha256)
        var number = start
        while true {
            do throws(SystemCallError) {
                if let found = try attempt(names.pair(number)) { return found }
                number += 1
            } catch let error where error.errno == .fileNameTooLong && names.longest > short {
                names = TargetName(name: name, sha256: sha256, longest: short)
                number = start
            }
        }
    }
}
